// The buttons under a message. Rows stand as the bot gave them, first button leftmost: Telegram
// does not mirror keyboards for right-to-left readers, so neither may the sandbox.

import { icon, make } from "./dom.js";
import { safeUrl } from "./richtext.js";

const WAITING_MS = 15000; // a button stops spinning even if the bot never answers

/** The inline keyboard of a message, or null. */
export function keyboard(message, actions) {
  const rows = message.reply_markup?.inline_keyboard;
  if (!rows?.length) return null;
  return make(
    "div",
    { class: "keyboard", role: "group", "aria-label": "أزرار الرسالة" },
    rows.map((row) =>
      make(
        "div",
        { class: "keyboard-row" },
        row.map((each) => button(each, message, actions)),
      ),
    ),
  );
}

function button(spec, message, actions) {
  const label = make("span", { class: "key-label", dir: "auto" }, spec.text);
  const url = spec.url ?? spec.login_url?.url ?? spec.web_app?.url;
  if (url !== undefined) return urlButton(safeUrl(url), label, actions);
  const key = make("button", { type: "button", class: "key" }, label);
  key.addEventListener("click", () => {
    if (spec.callback_data !== undefined) pressKey(key, spec.callback_data, message, actions);
    else if (spec.copy_text) actions.copy(spec.copy_text.text);
    else actions.draft(spec.switch_inline_query_current_chat ?? spec.switch_inline_query ?? "");
  });
  return key;
}

function urlButton(href, label, actions) {
  if (href === null) return make("span", { class: "key" }, label);
  const onclick = (event) => {
    if (actions.link(href)) event.preventDefault();
  };
  return make(
    "a",
    { class: "key", href, target: "_blank", rel: "noopener noreferrer", title: href, onclick },
    label,
    icon("link"),
  );
}

async function pressKey(key, data, message, actions) {
  if (key.classList.contains("waiting")) return;
  key.classList.add("waiting");
  key.setAttribute("aria-busy", "true");
  const settle = () => {
    key.classList.remove("waiting");
    key.removeAttribute("aria-busy");
  };
  const timer = setTimeout(settle, WAITING_MS);
  await actions.press(message, data, () => {
    clearTimeout(timer);
    settle();
  });
}
