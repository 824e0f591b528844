// Where the reader writes: text, commands, replies, files, forwarded posts, and who speaks.

import * as api from "./api.js";
import { replyThread, say } from "./actions.js";
import { senderName, summary } from "./bubble.js";
import { CommandMenu } from "./commands.js";
import { byId, icon, iconButton, make } from "./dom.js";
import { openForwardDialog } from "./forward.js";
import { attempt, toast } from "./notices.js";
import { currentChat, on, personName, visibleMessages, world } from "./world.js";

const MAX_FILE_BYTES = 20 * 1024 * 1024; // what the Bot API lets a bot download
const SPEAKERS_SHOWN = 12;

const drafts = new Map(); // "chat/thread" → unsent text
let draftKey = null;

const draft = make("textarea", {
  id: "draft",
  rows: 1,
  dir: "auto",
  "aria-label": "رسالة",
  placeholder: "اكتب رسالة…",
  autocomplete: "off",
  enterkeyhint: "send",
});
const commands = new CommandMenu(draft, (text) => submit(text));
const sendButton = iconButton("send", "إرسال", () => submit(), { class: "icon-button send" });
const speaker = make("select", {
  class: "speaker",
  "aria-label": "من يتكلم في المجموعة",
  onchange: () => {
    world.speakerId = Number(speaker.value);
  },
});
const picker = make("input", {
  type: "file",
  class: "visually-hidden",
  tabindex: -1,
  "aria-hidden": "true",
  onchange: sendFile,
});
const replyBar = make("div", { class: "reply-bar", hidden: true });
const line = make(
  "div",
  { class: "composer-line" },
  iconButton("menu", "أوامر البوت", () => commands.toggle(), { class: "icon-button commands-button" }),
  iconButton("attach", "إرفاق ملف", () => picker.click()),
  speaker,
  draft,
  iconButton("forward", "إعادة توجيه من قناة", openForwardDialog),
  sendButton,
  picker,
);
const instead = make("button", { type: "button", class: "instead", hidden: true });

/** Build the composer and keep it in step with the world. */
export function startComposer() {
  byId("composer").append(commands.element, replyBar, line, instead);
  draft.addEventListener("input", grow);
  draft.addEventListener("keydown", onKey);
  on("view", openView);
  on("state", drawPermission);
  on("messages", drawPermission);
  on("reply", drawReply);
  on("draft", (text) => fill(text));
}

function openView() {
  if (draftKey) drafts.set(draftKey, draft.value);
  const chat = currentChat();
  draftKey = `${world.view.chatId}/${world.view.threadId}`;
  if (!chat) return;
  fill(drafts.get(draftKey) ?? "", { focus: matchMedia("(hover: hover) and (min-width: 601px)").matches });
  speaker.hidden = chat.type !== "supergroup" && chat.type !== "group";
  const people = world.users.filter((user) => !user.is_bot).slice(0, SPEAKERS_SHOWN);
  speaker.replaceChildren(
    ...people.map((user) =>
      make(
        "option",
        { value: user.id, selected: user.id === world.speakerId },
        user.id === world.me.id ? `أنا (${personName(user)})` : personName(user),
      ),
    ),
  );
  draft.placeholder = chat.type === "channel" ? "انشر في القناة…" : "اكتب رسالة…";
  drawReply();
  drawPermission();
}

// Instead of the text box: a start button in an empty private chat, and a reason where one may not write.
function drawPermission() {
  const chat = currentChat();
  if (!chat) return;
  const choice = insteadOf(chat);
  instead.hidden = choice === null;
  line.hidden = choice !== null;
  if (choice === null) return;
  instead.textContent = choice.label;
  instead.disabled = !choice.run;
  instead.onclick = choice.run;
}

function insteadOf(chat) {
  if (chat.type === "private" && chat.bot_status === "kicked") {
    return {
      label: "إلغاء الحظر",
      run: () => attempt(() => api.setMembership(chat.id, chat.id, "member")),
    };
  }
  if (chat.type === "private" && world.messages.has(chat.id) && visibleMessages().length === 0) {
    return { label: "ابدأ", run: () => say({ text: "/start" }) };
  }
  if (chat.type === "channel" && !["creator", "administrator"].includes(chat.my_status))
    return { label: "ينشر هنا مشرفو القناة وحدهم" };
  return null;
}

function fill(text, { focus = true } = {}) {
  draft.value = text;
  grow();
  if (focus) draft.focus({ preventScroll: true });
}

function grow() {
  draft.style.height = "auto";
  draft.style.height = `${draft.scrollHeight}px`;
  sendButton.disabled = draft.value.trim() === "";
  commands.follow();
}

function onKey(event) {
  if (event.isComposing || commands.onKey(event)) return;
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    submit();
  } else if (event.key === "Escape" && world.replyTo) {
    world.replyTo = null;
    drawReply();
  } else if (event.key === "ArrowUp" && draft.value === "") {
    byId("log").focus();
  }
}

async function submit(text = draft.value.trim()) {
  if (!text) return;
  const message = { text, ...replyPart() };
  const threadId = replyThread();
  fill("");
  clearReply();
  if (!(await say(message, { threadId }))) fill(text); // refused: nothing typed may be lost
}

const replyPart = () => (world.replyTo ? { reply_to_message_id: world.replyTo.message_id } : {});

function clearReply() {
  world.replyTo = null;
  drawReply();
}

function drawReply() {
  const message = world.replyTo;
  replyBar.hidden = message === null;
  if (!message) return replyBar.replaceChildren();
  replyBar.replaceChildren(
    icon("reply"),
    make(
      "div",
      { class: "reply-quote" },
      make("strong", { dir: "auto" }, senderName(message)),
      make("span", { class: "one-line", dir: "auto" }, summary(message)),
    ),
    iconButton("close", "إلغاء الرد", clearReply),
  );
  return draft.focus();
}

async function sendFile() {
  const [file] = picker.files;
  picker.value = "";
  if (!file) return;
  if (file.size > MAX_FILE_BYTES) return toast("الملف أكبر من 20 ميغابايت", { error: true });
  const document = {
    file_name: file.name,
    mime_type: file.type || "application/octet-stream",
    content_base64: base64(new Uint8Array(await file.arrayBuffer())),
  };
  const caption = draft.value.trim();
  const sent = await say(
    { document, ...(caption ? { text: caption } : {}), ...replyPart() },
    { threadId: replyThread() },
  );
  if (sent) fill("");
  return clearReply();
}

function base64(bytes) {
  const chunk = 0x8000; // beyond this many arguments a call may overflow the stack
  let binary = "";
  for (let start = 0; start < bytes.length; start += chunk)
    binary += String.fromCharCode(...bytes.subarray(start, start + chunk));
  return btoa(binary);
}
