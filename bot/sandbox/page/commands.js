// The menu of the bot's commands: opens on "/" or its button, as the bot registered them.

import { make } from "./dom.js";
import { world } from "./world.js";

/** A list above the text box; `send` gets the chosen command. */
export class CommandMenu {
  constructor(draft, send) {
    this.draft = draft;
    this.send = send;
    this.element = make("div", {
      class: "commands",
      role: "listbox",
      id: "commands",
      "aria-label": "أوامر البوت",
      hidden: true,
    });
    draft.setAttribute("aria-controls", "commands");
    this.chosen = 0;
  }

  get isOpen() {
    return !this.element.hidden;
  }

  /** Open with all commands, or close: what the button does. */
  toggle() {
    if (this.isOpen) this.close();
    else this.open(world.commands, "البوت لم يسجّل أوامر بعد");
    this.draft.focus();
  }

  /** Open while the draft is the beginning of a command, close otherwise. */
  follow() {
    const typed = /^\/(\w*)$/.exec(this.draft.value);
    const fitting = typed
      ? world.commands.filter(({ command }) => command.startsWith(typed[1].toLowerCase()))
      : [];
    if (fitting.length > 0) this.open(fitting);
    else this.close();
  }

  open(entries, emptyText = "") {
    this.entries = entries;
    this.chosen = 0;
    const options = entries.map(({ command, description }, index) =>
      make(
        "button",
        {
          type: "button",
          class: "command",
          role: "option",
          id: `command-${index}`,
          tabindex: -1,
          onclick: () => this.choose(index),
        },
        make("bdi", { class: "command-name", dir: "ltr" }, `/${command}`),
        make("span", { dir: "auto" }, description),
      ),
    );
    this.element.replaceChildren(
      ...(options.length > 0 ? options : [make("p", { class: "hint" }, emptyText)]),
    );
    this.element.hidden = false;
    this.mark();
  }

  close() {
    this.element.hidden = true;
    this.draft.removeAttribute("aria-activedescendant");
  }

  mark() {
    [...this.element.querySelectorAll(".command")].forEach((option, index) => {
      option.setAttribute("aria-selected", String(index === this.chosen));
      if (index === this.chosen) option.scrollIntoView({ block: "nearest" });
    });
    this.draft.setAttribute("aria-activedescendant", `command-${this.chosen}`);
  }

  choose(index) {
    this.close();
    this.send(`/${this.entries[index].command}`);
  }

  /** Arrows choose, Enter sends, Tab only writes it, Escape closes. Returns whether the key was used. */
  onKey(event) {
    if (!this.isOpen || !this.entries?.length) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      this.chosen = (this.chosen + step + this.entries.length) % this.entries.length;
      this.mark();
    } else if (event.key === "Enter" && !event.shiftKey) this.choose(this.chosen);
    else if (event.key === "Tab" && !event.shiftKey) {
      this.draft.value = `/${this.entries[this.chosen].command} `;
      this.draft.dispatchEvent(new Event("input"));
    } else if (event.key === "Escape") this.close();
    else return false;
    event.preventDefault();
    return true;
  }
}
