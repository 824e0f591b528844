// Building elements, and our own icons. Text always enters the page through text nodes:
// nothing in these modules parses markup, so a message can never become part of the page's code.

/**
 * Make an element. `props` holds attributes; `on…` keys are listeners, `true` writes an empty
 * attribute, `false`, `null` and `undefined` leave it out. Children are nodes, strings or nothing.
 */
export function make(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(
    ...children.flat().filter((child) => child !== null && child !== undefined && child !== false),
  );
  return element;
}

/** The element with this id; the frame in index.html promises that it is there. */
export const byId = (id) => document.getElementById(id);

// Drawn for this page on a 24-unit grid, stroked with the colour of the text around them.
const SHAPES = {
  back: "M5 12h14M13 6l6 6-6 6",
  menu: "M4 7h16M4 12h16M4 17h10",
  send: "M20 4 3.5 11l6.5 3 3 6.5L20 4ZM10 14l4-4",
  attach: "M8 12.5 14.2 6a3 3 0 0 1 4.3 4.3l-8 8.2a5 5 0 0 1-7.1-7.1L11 3.8",
  forward: "M14 6l6 5.5-6 5.5v-3.4C9 13.6 6 15 4 18c.4-5 3.6-8.2 10-8.6V6Z",
  reply: "M10 6 4 11.5 10 17v-3.4c5 0 8 1.4 10 4.4-.4-5-3.6-8.2-10-8.6V6Z",
  tools: "M4 7h9M17 7h3M4 17h3M11 17h9M15 5v4M9 15v4",
  clock: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM12 7v5l3.5 2",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4",
  moon: "M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10Z",
  close: "M6 6l12 12M18 6 6 18",
  down: "M6 10l6 6 6-6",
  file: "M7 3h7l4 4v14H7V3ZM14 3v4h4M10 12h5M10 16h5",
  channel: "M4 10v4h3l8 4V6l-8 4H4ZM18 9.5a4 4 0 0 1 0 5",
  group:
    "M9 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM3.5 19c.4-3.3 2.5-5 5.5-5s5.1 1.7 5.5 5M16 11a2.5 2.5 0 1 0-.5-4.9M17 14c2.1.4 3.3 2 3.6 4.5",
  link: "M9 15l6-6M9 9h6v6",
  table: "M4 5h16v14H4V5ZM4 10h16M4 14.5h16M10 5v14",
  ticks: "M2.5 12.5 6.5 17l8-10M10 16l1 1 8.5-10",
  more: "M12 6v.01M12 12v.01M12 18v.01",
  pin: "M9 4h6l-1 6 3 3H7l3-3-1-6ZM12 13v7",
};

/** One icon by name, hidden from screen readers: the control that holds it carries the label. */
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", SHAPES[name]);
  svg.append(path);
  return svg;
}

/** A button that shows only an icon; `label` is read aloud and shown on hover. */
export function iconButton(name, label, onclick, props = {}) {
  return make(
    "button",
    { type: "button", class: "icon-button", "aria-label": label, title: label, onclick, ...props },
    icon(name),
  );
}

/** A round picture with the first letter of a name; the colour follows the id. */
export function avatar(id, name, kind = "") {
  const letter = [...(name || "؟").trim()][0] ?? "؟";
  return make("span", { class: `avatar tint-${Math.abs(id) % 7} ${kind}`, "aria-hidden": "true" }, letter);
}

/** Bring the children of `parent` to `wanted` while leaving nodes that stay untouched (focus, scroll). */
export function reconcile(parent, wanted) {
  const keep = new Set(wanted);
  for (const child of [...parent.childNodes]) if (!keep.has(child)) child.remove();
  let cursor = parent.firstChild;
  for (const node of wanted) {
    if (node === cursor) cursor = cursor.nextSibling;
    else parent.insertBefore(node, cursor);
  }
}
