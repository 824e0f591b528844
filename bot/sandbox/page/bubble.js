// One message → its bubble: name, forward line, reply quote, picture or file, text, time, keyboard.
// Which messages there are, and their order, is the business of conversation.js.

import { fileUrl } from "./api.js";
import { avatar, icon, iconButton, make } from "./dom.js";
import { keyboard } from "./keyboard.js";
import { direction, renderText } from "./richtext.js";
import { clockTime } from "./times.js";
import { chatTitle, personName, world } from "./world.js";

/** Who a message is from, as a name: a user, or the chat that speaks for itself. */
export function senderName(message) {
  return message.sender_chat?.title ?? (personName(message.from) || message.chat.title || "");
}

/** A message of the person at the page (or, in another user's private chat, of that user). */
export function isMine(message) {
  if (message.chat.type === "channel") return false;
  if (message.chat.type === "private") return message.from?.id === message.chat.id;
  return message.from?.id === world.me.id;
}

/** A one-line summary, for the chat list, reply quotes and screen readers. */
export function summary(message) {
  const body = (message.text ?? message.caption ?? "").replace(/\s+/gu, " ").trim();
  if (message.photo) return body ? `صورة: ${body}` : "صورة";
  if (message.document)
    return body ? `${message.document.file_name}: ${body}` : (message.document.file_name ?? "ملف");
  return body || serviceText(message) || "رسالة";
}

/** What a service message says, or null for an ordinary message. */
export function serviceText(message) {
  const names = (users) => users.map(personName).join("، ");
  if (message.new_chat_members) return `انضمّ إلى المحادثة: ${names(message.new_chat_members)}`;
  if (message.left_chat_member) return `غادر المحادثة: ${personName(message.left_chat_member)}`;
  if (message.forum_topic_created) return `أُنشئ الموضوع «${message.forum_topic_created.name}»`;
  if (message.pinned_message) return `ثبّت ${senderName(message)} رسالة`;
  if (message.group_chat_created || message.supergroup_chat_created) return "أُنشئت المجموعة";
  if (message.channel_chat_created) return "أُنشئت القناة";
  return null;
}

/** The row of one message. `actions`: command, mention, link, press, jump, menu. */
export function messageRow(message, actions) {
  const service = serviceText(message);
  if (service)
    return make(
      "div",
      { class: "service", "data-id": message.message_id },
      make("span", { dir: "auto" }, service),
    );
  const mine = isMine(message);
  const inGroup = message.chat.type === "supergroup" || message.chat.type === "group";
  const bubble = make(
    "div",
    { class: "bubble" },
    inGroup &&
      !mine &&
      make(
        "div",
        { class: `sender tint-text-${Math.abs(message.from?.id ?? 0) % 7}`, dir: "auto" },
        senderName(message),
      ),
    forwardLine(message),
    replyQuote(message, actions),
    picture(message),
    file(message),
    body(message, actions),
    footer(message, mine),
  );
  const column = make("div", { class: "column" }, bubble, keyboard(message, actions));
  const more = iconButton("more", "خيارات الرسالة", (event) => actions.menu(message, event.currentTarget), {
    class: "icon-button more",
  });
  bubble.append(more);
  bubble.addEventListener("contextmenu", (event) => {
    if (event.target.closest("a")) return; // the browser's own menu is of use on links
    event.preventDefault();
    actions.menu(message, more);
  });
  bubble.addEventListener("dblclick", (event) => {
    if (!event.target.closest("a, button, .spoiler")) actions.reply(message);
  });
  const side = mine ? "mine" : "theirs";
  return make(
    "article",
    {
      class: `row ${side}`,
      "data-id": message.message_id,
      "aria-label": `${senderName(message)}، ${timeOf(message)}`,
    },
    inGroup && !mine && avatar(message.from?.id ?? 0, senderName(message), "small"),
    column,
  );
}

const timeOf = (message) => clockTime(message.date * 1000, world.zone);

function forwardLine(message) {
  const origin = message.forward_origin;
  if (!origin) return null;
  const name =
    origin.chat?.title ??
    origin.sender_chat?.title ??
    origin.sender_user_name ??
    personName(origin.sender_user);
  return make("div", { class: "forwarded" }, "أُعيد توجيهها من ", make("bdi", {}, name || "مصدر مخفي"));
}

function replyQuote(message, actions) {
  const target = message.reply_to_message;
  if (!target || target.forum_topic_created) return null;
  const quoted = message.quote?.text ?? summary(target);
  return make(
    "button",
    {
      type: "button",
      class: "reply-quote",
      onclick: () => actions.jump(target.message_id),
      "aria-label": `رد على ${senderName(target)}: ${quoted}`,
    },
    make(
      "strong",
      { dir: "auto" },
      target.chat?.type === "private" && isMine(target) ? "أنت" : senderName(target),
    ),
    make("span", { class: "one-line", dir: "auto" }, quoted),
  );
}

function picture(message) {
  const largest = message.photo?.at(-1);
  if (!largest) return null;
  const image = make("img", {
    class: "photo",
    src: fileUrl(largest.file_id),
    width: largest.width,
    height: largest.height,
    alt: message.caption ? "صورة مرفقة بالنص التالي" : "صورة",
  });
  image.addEventListener("error", () =>
    image.replaceWith(make("div", { class: "photo missing" }, icon("file"), "تعذّر عرض الصورة")),
  );
  return make(
    "a",
    {
      href: fileUrl(largest.file_id),
      target: "_blank",
      rel: "noopener",
      class: "photo-link",
      "aria-label": "فتح الصورة",
    },
    image,
  );
}

function file(message) {
  const document = message.document;
  if (!document) return null;
  return make(
    "a",
    { class: "file", href: fileUrl(document.file_id), download: document.file_name ?? "file" },
    make("span", { class: "file-mark" }, icon("file")),
    make(
      "span",
      { class: "file-text" },
      make("bdi", { class: "file-name" }, document.file_name ?? "ملف"),
      make("span", { class: "file-size" }, sizeText(document.file_size)),
    ),
  );
}

function sizeText(bytes) {
  if (bytes === undefined) return "";
  if (bytes < 1024) return `${bytes} بايت`;
  return bytes < 1048576
    ? `${(bytes / 1024).toFixed(1)} كيلوبايت`
    : `${(bytes / 1048576).toFixed(1)} ميغابايت`;
}

function body(message, actions) {
  const text = message.text ?? message.caption;
  if (!text) return null;
  const nodes = renderText(text, message.entities ?? message.caption_entities, actions);
  const lastIsLine = nodes.at(-1)?.classList.contains("line");
  // The time sits in the left corner: a last line that ends there leaves room for it, one that
  // begins there (Latin, digits), and a quote or code block, gets the time below.
  const ends = lastIsLine && direction(nodes.at(-1).textContent) === "rtl";
  if (ends) nodes.at(-1).append(make("span", { class: `time-room${message.edit_date ? " edited" : ""}` }));
  return make("div", { class: `text${ends ? "" : " time-below"}` }, nodes);
}

function footer(message, mine) {
  return make(
    "div",
    { class: "meta" },
    message.author_signature && make("bdi", {}, message.author_signature),
    message.edit_date && make("span", {}, "معدّلة"),
    make("time", { datetime: new Date(message.date * 1000).toISOString() }, timeOf(message)),
    mine && icon("ticks"),
  );
}

/** The sentence a screen reader hears when a message arrives. */
export function announcement(message) {
  const chat = world.chats.get(message.chat.id);
  const place = chat && chat.type !== "private" ? ` في ${chatTitle(chat)}` : "";
  return `رسالة جديدة من ${senderName(message)}${place}: ${summary(message)}`;
}
