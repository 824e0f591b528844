// The list of chats: the reader's own first, other users' private chats folded away below.

import { avatar, byId, icon, iconButton, make, reconcile } from "./dom.js";
import { senderName, serviceText, summary } from "./bubble.js";
import { isDark, toggleTheme } from "./theme.js";
import { shortWhen } from "./times.js";
import { chatTitle, emit, now, on, openChat, unreadCount, world } from "./world.js";

const OTHERS_SHOWN = 50; // load tests create hundreds of users

const list = make("div", { class: "chats" });
const others = make("details", { class: "others" }, make("summary", {}));
const othersList = make("div", { class: "chats" });
others.append(othersList);

/** Build the pane and keep it in step with the world. */
export function startChatList() {
  const theme = iconButton("moon", "", () => showTheme(toggleTheme()));
  const showTheme = (dark) => {
    const label = dark ? "المظهر الفاتح" : "المظهر الداكن";
    theme.replaceChildren(icon(dark ? "sun" : "moon"));
    theme.setAttribute("aria-label", label);
    theme.setAttribute("title", label);
  };
  showTheme(isDark());
  byId("list-pane").append(
    make(
      "header",
      { class: "list-header" },
      make("h1", {}, "موجز ", make("small", {}, "صفحة التجربة")),
      theme,
      iconButton("tools", "أدوات التجربة", () => emit("tools")),
    ),
    make("div", { class: "list-scroll" }, list, others),
  );
  for (const kind of ["state", "messages", "view", "typing", "unread", "clock"]) on(kind, draw);
  draw();
}

const newestAt = (chat) => chat.last_message?.date ?? 0;

function draw() {
  if (!world.me) return;
  const all = [...world.chats.values()];
  const isOther = (chat) => chat.type === "private" && chat.id !== world.me.id;
  const rank = (chat) => (chat.id === world.me.id ? 1 : 0); // the bot's chat is pinned on top
  const own = all
    .filter((chat) => !isOther(chat))
    .sort((a, b) => rank(b) - rank(a) || newestAt(b) - newestAt(a));
  const rest = all.filter(isOther).sort((a, b) => newestAt(b) - newestAt(a));
  reconcile(list, own.map(entry));
  others.hidden = rest.length === 0;
  others.firstChild.textContent = `محادثات مستخدمين آخرين (${rest.length})`;
  if (rest.some((chat) => chat.id === world.view.chatId)) others.open = true;
  reconcile(othersList, rest.slice(0, OTHERS_SHOWN).map(entry));
  const total = own.reduce((sum, chat) => sum + unreadCount(chat.id), 0);
  document.title = `${total ? `(${total}) ` : ""}موجز: صفحة التجربة`;
}

// Entries are kept and refilled, so that the keyboard's focus stays where it is.
const entries = new Map();

function entry(chat) {
  let button = entries.get(chat.id);
  if (!button) {
    button = make("button", { type: "button", class: "chat-entry", onclick: () => openChat(chat.id) });
    entries.set(chat.id, button);
  }
  const unread = unreadCount(chat.id);
  const open = chat.id === world.view.chatId;
  const face = JSON.stringify([
    chatTitle(chat),
    chat.last_message,
    unread,
    open,
    isTyping(chat),
    chat.last_message && when(chat),
  ]);
  if (button.dataset.face === face) return button;
  button.dataset.face = face;
  button.classList.toggle("open", open);
  button.setAttribute("aria-current", open ? "true" : "false");
  button.replaceChildren(
    avatar(chat.id === world.me.id ? world.bot.id : chat.id, chatTitle(chat), chat.type),
    make("span", { class: "entry-title" }, kindIcon(chat), make("bdi", {}, chatTitle(chat))),
    make("time", { class: "entry-time" }, chat.last_message ? when(chat) : ""),
    make("span", { class: "entry-text" }, preview(chat)),
    make(
      "span",
      { class: "badge", hidden: unread === 0, "aria-label": `غير مقروءة: ${unread}` },
      String(unread),
    ),
  );
  return button;
}

const when = (chat) => shortWhen(chat.last_message.date * 1000, now(), world.zone);
const isTyping = (chat) => (world.typing.get(chat.id) ?? 0) > Date.now();

function kindIcon(chat) {
  if (chat.type === "channel") return icon("channel");
  return chat.type === "private" ? null : icon("group");
}

function preview(chat) {
  if (isTyping(chat)) return make("em", {}, "يكتب…");
  const message = chat.last_message;
  if (!message) return "لا رسائل بعد";
  const text = make("bdi", {}, summary(message));
  const named = chat.type === "supergroup" && message.from && !serviceText(message);
  return named ? [make("bdi", { class: "entry-sender" }, senderName(message)), ": ", text] : text;
}
