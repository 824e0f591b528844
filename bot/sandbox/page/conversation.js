// The open chat: header, topics, the list of messages with its day separators, and the scrolling.

import { messageActions } from "./actions.js";
import { announcement, isMine, messageRow, serviceText } from "./bubble.js";
import { avatar, byId, icon, iconButton, make, reconcile } from "./dom.js";
import { dayKey, dayLabel } from "./times.js";
import {
  chatTitle,
  currentChat,
  emit,
  markRead,
  now,
  on,
  openChat,
  threadKey,
  unreadCount,
  visibleMessages,
  world,
} from "./world.js";

const NEAR_END_PX = 120; // this close to the newest message, the list follows along
const GROUPED_S = 300; // messages of one sender within this time stand as one block

const log = byId("log");
const toNewest = byId("to-newest");
const rows = new Map(); // message id → { message, row }, of the open chat only
let drawnDay = ""; // the sandbox's day for which separators were last written

/** Build the pane and keep it in step with the world. */
export function startConversation() {
  toNewest.setAttribute("aria-label", "إلى أحدث رسالة");
  toNewest.append(icon("down"));
  toNewest.addEventListener("click", () => scrollToEnd("smooth"));
  log.addEventListener("scroll", () => {
    stick = nearEnd();
    toNewest.hidden = stick;
  });
  log.addEventListener("load", () => stick && scrollToEnd(), true); // a picture grew when it came
  new ResizeObserver(() => stick && scrollToEnd()).observe(log); // a keyboard or longer draft shrinks it
  on("view", openView);
  on("state", drawHeader);
  on("typing", drawHeader);
  on("unread", drawTopics);
  on("messages", arrive);
  on("moved", () => scrollToEnd("smooth")); // whoever moves the clock wants to see what it brings
  on("clock", () => dayKey(now(), world.zone) !== drawnDay && drawMessages());
  document.addEventListener("visibilitychange", markRead);
}

let stick = true; // whether the list stood at its end before the last change

const nearEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_END_PX;

function scrollToEnd(behavior = "instant") {
  log.scrollTo({ top: log.scrollHeight, behavior });
}

function openView() {
  byId("frame").classList.toggle("chat-open", currentChat() !== null);
  rows.clear();
  log.replaceChildren();
  stick = true;
  drawHeader();
  drawMessages();
  scrollToEnd();
}

function arrive({ chatId, message, isNew }) {
  if (message && isNew && !isMine(message)) byId("announcer").textContent = announcement(message);
  if (chatId !== world.view.chatId) return;
  stick = nearEnd() || (isNew && message !== undefined && isMine(message)) || rows.size === 0;
  drawMessages();
  if (stick) scrollToEnd();
  else toNewest.hidden = false;
}

function status(chat) {
  if ((world.typing.get(chat.id) ?? 0) > Date.now()) return "يكتب…";
  const standing =
    { left: "موجز ليس عضواً", kicked: "موجز محظور", member: "موجز عضو", administrator: "موجز مشرف" }[
      chat.bot_status
    ] ?? "";
  if (chat.type === "private") return chat.bot_status === "kicked" ? "محظور" : "بوت";
  const kind = chat.type === "channel" ? "قناة" : chat.is_forum ? "مجموعة بمواضيع" : "مجموعة";
  return [kind, chat.username && `@${chat.username}`, standing].filter(Boolean);
}

function drawHeader() {
  const chat = currentChat();
  const header = byId("chat-header");
  header.replaceChildren();
  drawTopics();
  if (!chat) return;
  const parts = [status(chat)].flat().flatMap((part, index) => [index > 0 && " · ", make("bdi", {}, part)]);
  header.append(
    iconButton("back", "رجوع إلى المحادثات", () => openChat(null), { class: "icon-button back" }),
    avatar(chat.id === world.me.id ? world.bot.id : chat.id, chatTitle(chat), chat.type),
    make(
      "div",
      { class: "header-text" },
      make("h2", { dir: "auto" }, chatTitle(chat)),
      make("p", { class: "status" }, parts.filter(Boolean)),
    ),
    iconButton("tools", "أدوات التجربة", () => emit("tools"), { class: "icon-button" }),
  );
}

function drawTopics() {
  const chat = currentChat();
  const bar = byId("topics");
  const topics = chat?.is_forum ? (chat.topics ?? []) : [];
  bar.hidden = topics.length === 0;
  bar.replaceChildren(
    ...topics.map((topic) => {
      const id = threadKey(topic.message_thread_id);
      const open = id === world.view.threadId;
      const unread = unreadCount(chat.id, id);
      const name = id === null && topic.name === "General" ? "عام" : topic.name;
      return make(
        "button",
        {
          type: "button",
          role: "tab",
          class: "topic",
          "aria-selected": String(open),
          tabindex: open ? 0 : -1,
          "data-thread": id,
          onclick: () => openChat(chat.id, id),
          onkeydown: moveBetweenTopics,
        },
        make("bdi", {}, name),
        unread > 0 && make("span", { class: "badge" }, String(unread)),
      );
    }),
  );
}

function moveBetweenTopics(event) {
  const step = { ArrowLeft: 1, ArrowRight: -1 }[event.key]; // the bar runs from right to left
  if (!step) return;
  const tabs = [...byId("topics").children];
  tabs[(tabs.indexOf(event.currentTarget) + step + tabs.length) % tabs.length].click();
  byId("topics").querySelector('[aria-selected="true"]').focus();
}

function drawMessages() {
  const chat = currentChat();
  if (!chat) {
    log.replaceChildren(make("div", { class: "empty" }, "اختر محادثة من القائمة."));
    return;
  }
  drawnDay = dayKey(now(), world.zone);
  const nodes = [];
  let previous = null;
  for (const message of visibleMessages()) {
    const day = dayKey(message.date * 1000, world.zone);
    if (!previous || day !== dayKey(previous.date * 1000, world.zone))
      nodes.push(separator(message.date * 1000));
    const row = rowOf(message);
    row.classList.toggle("follows", continues(previous, message));
    nodes.push(row);
    previous = message;
  }
  if (previous === null && world.messages.has(chat.id)) nodes.push(emptyNote(chat));
  reconcile(log, nodes);
}

const separator = (at) => make("div", { class: "day" }, make("span", {}, dayLabel(at, now(), world.zone)));

function continues(previous, message) {
  if (!previous || serviceText(previous) || serviceText(message)) return false;
  const near =
    message.date - previous.date < GROUPED_S &&
    dayKey(previous.date * 1000, world.zone) === dayKey(message.date * 1000, world.zone);
  return (
    near && previous.from?.id === message.from?.id && previous.sender_chat?.id === message.sender_chat?.id
  );
}

function rowOf(message) {
  const known = rows.get(message.message_id);
  if (known?.message === message) return known.row;
  const row = messageRow(message, messageActions);
  if (known) keepPlace(known.row, row);
  rows.set(message.message_id, { message, row });
  return row;
}

// An edited message takes the place of the old one at once, with the focus on the same button.
function keepPlace(old, row) {
  const index = [...old.querySelectorAll(".key")].indexOf(document.activeElement);
  const revealed = old.querySelector(".text.revealed") !== null;
  if (revealed) row.querySelector(".text")?.classList.add("revealed");
  old.replaceWith(row);
  if (index >= 0)
    [...row.querySelectorAll(".key")]
      .at(Math.min(index, row.querySelectorAll(".key").length - 1))
      ?.focus({ preventScroll: true });
}

function emptyNote(chat) {
  const hints = {
    private: "لا رسائل بعد. اضغط «ابدأ» أو اكتب سؤالاً.",
    channel: "لا منشورات بعد. أضف البوت مشرفاً من «أدوات التجربة» ليرسل موجزه إلى القناة.",
  };
  return make("div", { class: "empty" }, hints[chat.type] ?? "لا رسائل في هذا الموضوع بعد.");
}
