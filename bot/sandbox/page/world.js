// What the page knows: chats, messages, unread counts, the sandbox's time, and which chat is open.
// Nothing is drawn here; the parts of the page listen for changes and draw themselves.

import * as api from "./api.js";

const TYPING_MS = 5000; // Telegram shows a chat action for five seconds
const listeners = new Map();

export const world = {
  zone: "UTC",
  bot: null,
  me: null,
  users: [],
  chats: new Map(),
  commands: [],
  messages: new Map(), // chat id → Map of message id → Message
  unread: new Map(), // "chat" and "chat/thread" → count
  typing: new Map(), // chat id → end of the chat action, in milliseconds of the machine
  view: { chatId: null, threadId: null },
  speakerId: null, // who speaks in groups
  replyTo: null,
  settings: {}, // how the server plays Telegram: latency_s, flood
};

let offset = 0; // the sandbox's clock minus the machine's, in milliseconds

/** The sandbox's present, in milliseconds. */
export const now = () => Date.now() + offset;

/** Call `listener` on every event of this kind: state, messages, view, typing, clock, link, answer, reply. */
export function on(kind, listener) {
  listeners.set(kind, [...(listeners.get(kind) ?? []), listener]);
}

/** Tell the listeners of this kind. */
export function emit(kind, detail) {
  for (const listener of listeners.get(kind) ?? []) listener(detail);
}

export const currentChat = () => world.chats.get(world.view.chatId) ?? null;
export const personName = (user) => [user?.first_name, user?.last_name].filter(Boolean).join(" ");

/** What the chat list and header call a chat: a private chat bears the bot's name. */
export function chatTitle(chat) {
  if (chat.type !== "private") return chat.title ?? "";
  if (chat.id === world.me.id) return personName(world.bot);
  return `${personName(chat) || chat.id} ⟵ ${personName(world.bot)}`;
}

/** The topic of a message; the general topic, and every chat without topics, is null. */
export function threadOf(message) {
  return message.is_topic_message ? message.message_thread_id : null;
}

/** The topic id as the page uses it: Telegram's general topic (1) carries no thread in its messages. */
export const threadKey = (id) => (id === undefined || id === null || Number(id) <= 1 ? null : Number(id));

/** The messages of the open chat and topic, oldest first. */
export function visibleMessages() {
  const chat = currentChat();
  const all = [...(world.messages.get(world.view.chatId)?.values() ?? [])];
  const shown = chat?.is_forum ? all.filter((message) => threadOf(message) === world.view.threadId) : all;
  return shown.sort((a, b) => a.message_id - b.message_id);
}

/** Read the state anew: at start, after a break of the stream, after a change of membership. */
export async function loadState() {
  const state = await api.getState();
  offset = Date.parse(state.now) - Date.now();
  Object.assign(world, {
    zone: state.zone,
    bot: state.bot,
    me: state.me,
    users: state.users,
    commands: state.commands ?? [],
    settings: state.settings ?? {},
  });
  world.chats = new Map(state.chats.map((chat) => [chat.id, chat]));
  world.speakerId ??= state.me.id;
  emit("clock");
  emit("state");
}

/** Read all messages of a chat anew. */
export async function loadMessages(chatId) {
  const { messages } = await api.getMessages(chatId);
  world.messages.set(chatId, new Map(messages.map((message) => [message.message_id, message])));
  emit("messages", { chatId });
}

/** Open a chat (null shows only the list) and topic; its messages count as read. */
export async function openChat(chatId, threadId = null, { remember = true } = {}) {
  const chat = world.chats.get(chatId) ?? null;
  world.view = { chatId: chat?.id ?? null, threadId: chat?.is_forum ? threadKey(threadId) : null };
  world.replyTo = null;
  world.speakerId = world.me.id;
  if (remember) rememberView();
  if (!chat) return emit("view");
  markRead();
  const known = world.messages.has(chat.id);
  emit("view");
  if (!known) await loadMessages(chat.id);
  return undefined;
}

/** Open the chat that the address names, as at start and when the reader goes back. */
export function openFromAddress({ fallback = null } = {}) {
  const query = new URLSearchParams(location.search);
  const asked = query.has("chat") ? Number(query.get("chat")) : fallback;
  return openChat(asked, threadKey(query.get("thread")), { remember: false });
}

function rememberView() {
  const query = new URLSearchParams(location.search);
  const { chatId, threadId } = world.view;
  for (const [name, value] of [
    ["chat", chatId],
    ["thread", threadId],
  ]) {
    if (value === null) query.delete(name);
    else query.set(name, value);
  }
  const next = `${location.pathname}${query.size ? `?${query}` : ""}`;
  if (next !== location.pathname + location.search) history.pushState(null, "", next);
}

/** The unread messages of a chat, or of one topic of it. */
export const unreadCount = (chatId, threadId) =>
  world.unread.get(threadId === undefined ? `${chatId}` : `${chatId}/${threadId}`) ?? 0;

/** Whatever the open chat shows has been read. */
export function markRead() {
  const { chatId, threadId } = world.view;
  if (chatId === null || document.hidden) return;
  const read = unreadCount(chatId, threadId);
  world.unread.delete(`${chatId}/${threadId}`);
  world.unread.set(`${chatId}`, Math.max(0, unreadCount(chatId) - read));
  emit("unread");
}

function countUnread(message) {
  const isShown =
    message.chat.id === world.view.chatId &&
    threadOf(message) === (currentChat()?.is_forum ? world.view.threadId : null);
  const isMine = message.from?.id === world.me.id;
  if (isMine || (isShown && !document.hidden)) return;
  for (const key of [`${message.chat.id}`, `${message.chat.id}/${threadOf(message)}`]) {
    world.unread.set(key, (world.unread.get(key) ?? 0) + 1);
  }
}

/** Put a message into its chat, whether it came as an event or as the answer to a request. */
export function keepMessage(message) {
  const chatId = message.chat.id;
  const known = world.messages.get(chatId);
  const isNew = !known?.has(message.message_id);
  if (!isNew && JSON.stringify(known.get(message.message_id)) === JSON.stringify(message)) return;
  known?.set(message.message_id, message);
  const chat = world.chats.get(chatId);
  if (chat && (chat.last_message?.message_id ?? 0) <= message.message_id) chat.last_message = message;
  emit("messages", { chatId, message, isNew });
}

function dropMessage(chatId, messageId) {
  const known = world.messages.get(chatId);
  known?.delete(messageId);
  const chat = world.chats.get(chatId);
  if (chat?.last_message?.message_id === messageId)
    chat.last_message = [...(known?.values() ?? [])].at(-1) ?? null;
  emit("messages", { chatId });
}

function showTyping(chatId, until) {
  world.typing.set(chatId, until);
  emit("typing", { chatId });
}

const EVENTS = {
  message({ chat_id: chatId, message }) {
    if (!world.messages.get(chatId)?.has(message.message_id)) countUnread(message);
    if (message.from?.is_bot || message.sender_chat) showTyping(chatId, 0);
    if (!world.chats.has(chatId)) loadState();
    keepMessage(message);
  },
  edited: ({ message }) => keepMessage(message),
  deleted: ({ chat_id: chatId, message_id: messageId }) => dropMessage(chatId, messageId),
  chat_action({ chat_id: chatId }) {
    showTyping(chatId, Date.now() + TYPING_MS);
    setTimeout(() => emit("typing", { chatId }), TYPING_MS + 50);
  },
  callback_answer: (event) => emit("answer", event),
  clock({ now: iso }) {
    offset = Date.parse(iso) - Date.now();
    emit("clock");
  },
  membership: () => loadState(),
  commands: () => loadState(),
};

/** Follow the server: every event goes to its place; after a break everything is read anew. */
export function follow() {
  let broken = false;
  api.followEvents(
    (event) => EVENTS[event.type]?.(event),
    async (linked) => {
      emit("link", linked);
      if (linked && broken) {
        await loadState();
        for (const chatId of [...world.messages.keys()]) await loadMessages(chatId);
      }
      broken = !linked;
    },
  );
}
