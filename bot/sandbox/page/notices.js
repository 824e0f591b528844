// What floats over the page: short notices, alerts and dialogs.

import { byId, iconButton, make } from "./dom.js";

const NOTICE_MS = 4500;

/** Show a short notice at the foot of the page. */
export function toast(text, { error = false } = {}) {
  const notice = make("div", { class: `toast${error ? " error" : ""}`, dir: "auto" }, text);
  byId("toasts").append(notice);
  setTimeout(() => notice.remove(), NOTICE_MS);
}

/** Run what may fail on the server's side, and show why if it does. */
export async function attempt(work) {
  try {
    return await work();
  } catch (error) {
    toast(error.message, { error: true });
    return null;
  }
}

/** Show a dialog; it is gone from the page once closed. Returns its element. */
export function dialog(title, content, { wide = false } = {}) {
  const box = make(
    "dialog",
    { class: wide ? "dialog wide" : "dialog", "aria-label": title },
    make(
      "header",
      {},
      make("h2", {}, title),
      iconButton("close", "إغلاق", () => box.close()),
    ),
    make("div", { class: "dialog-body" }, content),
  );
  box.addEventListener("close", () => box.remove());
  box.addEventListener("click", (event) => {
    if (event.target === box) box.close(); // a click beside the box lands on its backdrop
  });
  document.body.append(box);
  box.showModal();
  return box;
}

/** An answer to a pressed button that the bot wants confirmed. */
export function alertBox(title, text) {
  const accept = make("button", { type: "button", class: "primary" }, "حسناً");
  const lines = text.split("\n").map((line) => make("p", { class: "line" }, line));
  const box = dialog(title, [...lines, accept]);
  accept.addEventListener("click", () => box.close());
  accept.focus();
}

/** A small menu beside a control. `entries`: [label, run] pairs; Escape or a click elsewhere closes it. */
export function popupMenu(anchor, entries) {
  document.querySelector(".popup")?.remove();
  const close = () => {
    menu.remove();
    document.removeEventListener("pointerdown", outside, true);
  };
  const outside = (event) => {
    if (!menu.contains(event.target)) close();
  };
  const buttons = entries.map(([label, run]) =>
    make(
      "button",
      {
        type: "button",
        role: "menuitem",
        onclick() {
          close();
          run();
        },
      },
      label,
    ),
  );
  const menu = make("div", { class: "popup", role: "menu" }, buttons);
  menu.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step)
      buttons[(buttons.indexOf(document.activeElement) + step + buttons.length) % buttons.length].focus();
    else if (event.key === "Escape") {
      close();
      anchor.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  document.body.append(menu);
  const box = anchor.getBoundingClientRect();
  menu.style.left = `${Math.max(8, Math.min(box.left, innerWidth - menu.offsetWidth - 8))}px`;
  menu.style.top = `${Math.max(8, Math.min(box.bottom + 4, innerHeight - menu.offsetHeight - 8))}px`;
  document.addEventListener("pointerdown", outside, true);
  buttons[0]?.focus();
}
