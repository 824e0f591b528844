// Text with entities → elements. Offsets count UTF-16 units, which is how JavaScript counts too.
// Every line becomes a block of its own, so that its direction follows its own first strong
// letter, as in Telegram's apps; quotes and code blocks hold lines in turn.

import { icon, make } from "./dom.js";

const BLOCKS = new Set(["blockquote", "expandable_blockquote", "pre"]);
const TAGS = { bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code" };
const SAFE_SCHEMES = new Set(["http:", "https:", "tg:"]);

/** The address if it is one that may be opened (http, https, tg), else null. */
export function safeUrl(text) {
  const candidate = /^[a-z][a-z0-9+.-]*:/i.test(text) ? text : `http://${text}`;
  try {
    const url = new URL(candidate);
    return SAFE_SCHEMES.has(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** "rtl", "ltr" or "" of the first strong letter outside isolates: the rule of the Unicode algorithm (P2). */
export function direction(line) {
  let depth = 0;
  for (const letter of line) {
    if (/[\u2066-\u2068]/u.test(letter)) depth += 1;
    else if (letter === "\u2069") depth = Math.max(0, depth - 1);
    else if (depth > 0) continue;
    else if (
      /[\u0591-\u07ff\u0860-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufefc]/u.test(letter) &&
      /[\p{L}\u200f]/u.test(letter)
    )
      return "rtl";
    else if (/[\p{L}\u200e]/u.test(letter)) return "ltr";
  }
  return "";
}

/**
 * Render `text` with its entities into a list of block elements.
 * `actions` is what a click does: command(text), mention(name), link(url) → true if handled here.
 */
export function renderText(text, entities, actions) {
  const spans = (entities ?? [])
    .map((entity, order) => ({
      entity,
      order,
      start: Math.max(0, entity.offset),
      end: Math.min(text.length, entity.offset + entity.length),
    }))
    .filter((span) => span.start < span.end);
  return renderBlocks(text, 0, text.length, spans, actions);
}

const inReadingOrder = (a, b) => a.start - b.start || b.end - a.end || a.order - b.order;

function clip(spans, start, end) {
  return spans
    .map((span) => ({ ...span, start: Math.max(span.start, start), end: Math.min(span.end, end) }))
    .filter((span) => span.start < span.end)
    .sort(inReadingOrder);
}

function renderBlocks(text, start, end, spans, actions) {
  const nodes = [];
  let position = start;
  for (const block of clip(spans, start, end).filter((span) => BLOCKS.has(span.entity.type))) {
    if (block.start < position) continue; // inside a block already drawn, which holds it
    nodes.push(...renderLines(text, position, block.start, spans, actions, true));
    const inner = spans.filter((span) => span.entity !== block.entity);
    nodes.push(wrapBlock(block.entity, renderBlocks(text, block.start, block.end, inner, actions)));
    position = text[block.end] === "\n" ? block.end + 1 : block.end;
  }
  nodes.push(...renderLines(text, position, end, spans, actions, false));
  return nodes;
}

function renderLines(text, start, end, spans, actions, beforeBlock) {
  if (start >= end) return [];
  const stop = beforeBlock && text[end - 1] === "\n" ? end - 1 : end; // the block breaks the line itself
  const inline = spans.filter((span) => !BLOCKS.has(span.entity.type));
  const nodes = [];
  let position = start;
  for (const line of text.slice(start, stop).split("\n")) {
    const lineEnd = position + line.length;
    const content = line
      ? renderInline(text, position, lineEnd, clip(inline, position, lineEnd), actions)
      : [make("br")];
    nodes.push(make("div", { class: "line" }, content));
    position = lineEnd + 1;
  }
  return nodes;
}

// Spans come in reading order. One that reaches past the end of the span around it is cut there
// and goes on behind it, so that crossing entities still give well-nested elements.
function renderInline(text, start, end, spans, actions) {
  const nodes = [];
  let position = start;
  let waiting = spans;
  while (waiting.length > 0) {
    const [outer, ...rest] = waiting;
    const inner = [];
    waiting = [];
    for (const span of rest) {
      if (span.start < outer.end) inner.push({ ...span, end: Math.min(span.end, outer.end) });
      if (span.end > outer.end) waiting.push({ ...span, start: Math.max(span.start, outer.end) });
    }
    waiting.sort(inReadingOrder);
    if (outer.start > position) nodes.push(text.slice(position, outer.start));
    const children = renderInline(text, outer.start, outer.end, inner, actions);
    nodes.push(wrapInline(outer.entity, text, children, actions));
    position = outer.end;
  }
  if (position < end) nodes.push(text.slice(position, end));
  return nodes;
}

function wrapInline(entity, text, children, actions) {
  const whole = text.slice(entity.offset, entity.offset + entity.length);
  switch (entity.type) {
    case "text_link":
      return link(safeUrl(entity.url ?? ""), children, actions);
    case "url":
      return link(safeUrl(whole), children, actions);
    case "bot_command":
      return act(() => actions.command(whole), children);
    case "mention":
      return act(() => actions.mention(whole.slice(1)), children);
    case "spoiler":
      return spoiler(children);
    case "hashtag":
    case "cashtag":
    case "email":
    case "phone_number":
    case "text_mention":
      return make("span", { class: "coloured" }, children);
    default:
      return make(TAGS[entity.type] ?? "span", {}, children);
  }
}

function link(href, children, actions) {
  if (href === null) return make("span", {}, children);
  const onclick = (event) => {
    if (actions.link(href)) event.preventDefault();
  };
  return make("a", { href, target: "_blank", rel: "noopener noreferrer", title: href, onclick }, children);
}

// An inline element, not a button: a button would be one neutral block for the bidi algorithm.
function act(run, children) {
  const onclick = (event) => {
    event.preventDefault();
    run();
  };
  return make("a", { href: "#", onclick }, children);
}

function spoiler(children) {
  const reveal = (event) => {
    const body = event.currentTarget.closest(".text");
    if (body.classList.contains("revealed")) return;
    event.preventDefault();
    event.stopPropagation();
    body.classList.add("revealed"); // as in Telegram: one click shows all of the message's spoilers
  };
  const onkeydown = (event) => {
    if (event.key === "Enter" || event.key === " ") reveal(event);
  };
  return make(
    "span",
    {
      class: "spoiler",
      role: "button",
      tabindex: 0,
      "aria-label": "نص مخفي: اضغط لإظهاره",
      onclick: reveal,
      onkeydown,
    },
    make("span", {}, children),
  );
}

function wrapBlock(entity, children) {
  if (entity.type === "pre")
    return make("pre", { class: "code-block", "data-language": entity.language }, children);
  if (entity.type === "blockquote") return make("blockquote", {}, children);
  return expandable(children);
}

function expandable(children) {
  const body = make("div", { class: "quote-body" }, children);
  const button = make(
    "button",
    { type: "button", class: "expand", "aria-expanded": "false", "aria-label": "إظهار الاقتباس كاملاً" },
    icon("down"),
  );
  const quote = make("blockquote", { class: "expandable" }, body, button);
  const toggle = () => {
    const open = quote.classList.toggle("open");
    button.setAttribute("aria-expanded", String(open));
    button.setAttribute("aria-label", open ? "طيّ الاقتباس" : "إظهار الاقتباس كاملاً");
  };
  quote.addEventListener("click", (event) => {
    if (!event.target.closest("a, .spoiler") && !quote.classList.contains("short")) toggle();
  });
  // Three lines or fewer need no arrow; known only once it is laid out, and again at other widths.
  new ResizeObserver(() => {
    if (!quote.classList.contains("open"))
      quote.classList.toggle("short", body.scrollHeight <= body.clientHeight + 2);
  }).observe(body);
  return quote;
}
