// What a click in a message does: commands, links, mentions, buttons, the message menu.

import * as api from "./api.js";
import { alertBox, attempt, popupMenu, toast } from "./notices.js";
import { currentChat, emit, keepMessage, on, openChat, personName, threadOf, world } from "./world.js";

const pressed = new Map(); // callback query id → what stops the button's spinner
const early = new Map(); // answers that overtook the response to the press they answer
let inFlight = 0; // presses whose query id is not known yet

/** Say something in the open chat; `extra` adds to the contract's message. Returns the message or null. */
export async function say(extra, { chatId = world.view.chatId, threadId = world.view.threadId } = {}) {
  const chat = world.chats.get(chatId);
  const userId = chat.type === "private" ? chat.id : world.speakerId;
  const body = { chat_id: chatId, user_id: userId, ...extra };
  if (threadId !== null && chat.is_forum) body.message_thread_id = threadId;
  const answer = await attempt(() => api.postMessage(body));
  if (answer) keepMessage(answer.message);
  return answer?.message ?? null;
}

async function press(message, data, settle) {
  const userId = message.chat.type === "private" ? message.chat.id : world.speakerId;
  inFlight += 1;
  const answer = await attempt(() => api.press(message.chat.id, message.message_id, userId, data));
  inFlight -= 1;
  if (!answer) return settle();
  const id = answer.callback_query_id;
  pressed.set(id, settle);
  if (early.has(id)) showAnswer(early.get(id));
  return early.delete(id);
}

// Only what was pressed here is answered here: tests and other pages press buttons too.
function showAnswer(event) {
  const id = event.callback_query_id;
  const settle = pressed.get(id);
  if (!settle) return inFlight > 0 && early.set(id, event);
  pressed.delete(id);
  settle();
  if (event.url) openLink(event.url);
  if (!event.text) return undefined;
  return event.show_alert ? alertBox(personName(world.bot), event.text) : toast(event.text);
}

on("answer", showAnswer);

/** Open the chat with this user name, if the sandbox has one. Returns whether it had. */
function openByName(name, messageId) {
  const wanted = name.toLowerCase();
  if (wanted === world.bot.username?.toLowerCase()) {
    openChat(world.me.id);
    return true;
  }
  const chat = [...world.chats.values()].find(
    (each) => each.username?.toLowerCase() === wanted && each.type !== "private",
  );
  if (!chat) return false;
  openChat(chat.id).then(() => messageId && jump(messageId));
  return true;
}

/** Links into the sandbox's own Telegram stay here; the rest is the browser's. Returns whether it was ours. */
function openLink(href) {
  const url = new URL(href);
  const inner = url.protocol === "tg:" ? url.searchParams.get("domain") : null;
  const path = ["t.me", "telegram.me"].includes(url.hostname)
    ? url.pathname.split("/").filter(Boolean)
    : [];
  const [name, post] = inner ? [inner, url.searchParams.get("post")] : path;
  if (!name) return url.protocol === "tg:";
  if (name === "c") {
    const chatId = Number(`-100${path[1]}`);
    if (!world.chats.has(chatId)) return false;
    openChat(chatId, path.length > 3 ? path[2] : null).then(() => jump(Number(path.at(-1))));
    return true;
  }
  if (!openByName(name, Number(post) || null)) return false;
  const payload = url.searchParams.get("start");
  if (payload !== null) say({ text: `/start ${payload}`.trim() });
  if (url.searchParams.has("startgroup") || url.searchParams.has("startchannel")) {
    emit("tools", true);
    toast("أضف البوت من «أدوات التجربة» في المجموعة أو القناة");
  }
  return true;
}

/** Bring a message into view and mark it for a moment. */
export function jump(messageId) {
  const row = document.querySelector(`[data-id="${Number(messageId)}"]`);
  if (!row) return toast("الرسالة غير موجودة هنا");
  row.scrollIntoView({ block: "center", behavior: "smooth" });
  row.classList.add("marked");
  setTimeout(() => row.classList.remove("marked"), 1600);
  return undefined;
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast("نُسخ النص");
  } catch {
    toast("لم يسمح المتصفح بالنسخ", { error: true });
  }
}

function reply(message) {
  world.replyTo = message;
  emit("reply");
}

/** Where a forwarded message came from, as the Bot API tells it. */
function originOf(message) {
  if (message.forward_origin) return message.forward_origin;
  if (message.chat.type === "channel")
    return { type: "channel", date: message.date, chat: message.chat, message_id: message.message_id };
  return { type: "user", date: message.date, sender_user: message.from };
}

async function forwardToBot(message) {
  const text = message.text ?? message.caption;
  await openChat(world.me.id);
  await say({ text, forward_origin: originOf(message) });
}

function menu(message, anchor) {
  const text = message.text ?? message.caption;
  const entries = [];
  if (currentChat()?.type !== "channel") entries.push(["رد", () => reply(message)]);
  if (text) entries.push(["نسخ النص", () => copy(text)]);
  if (text) entries.push([`إعادة توجيه إلى ${personName(world.bot)}`, () => forwardToBot(message)]);
  entries.push(["نسخ الرسالة بصيغة JSON", () => copy(JSON.stringify(message, null, 2))]);
  popupMenu(anchor, entries);
}

/** Everything a message may set off; handed to each bubble. */
export const messageActions = {
  command: (text) => say({ text }),
  mention: (name) => openByName(name) || toast(`لا محادثة هنا باسم @${name}`),
  link: openLink,
  press,
  copy,
  draft: (query) => emit("draft", `@${world.bot.username} ${query}`),
  jump,
  reply,
  menu,
};

/** The topic a reply belongs to, so that it lands beside what it answers. */
export const replyThread = () => (world.replyTo ? threadOf(world.replyTo) : world.view.threadId);
