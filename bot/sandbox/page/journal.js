// The journal of requests: what the bot asked of the server, newest first, one row each.

import { getJournal } from "./api.js";
import { make } from "./dom.js";
import { attempt, dialog } from "./notices.js";
import { clockTime } from "./times.js";
import { world } from "./world.js";

const REFRESH_MS = 2000;
const ROWS_KEPT = 500;
const STILL_OPEN = 20; // this many newest requests may still be under way

/** Show the journal and follow it until the dialog is closed. */
export function openJournal() {
  const rows = make("tbody");
  const all = make("input", { type: "checkbox", onchange: () => restart() });
  const table = make(
    "table",
    { class: "journal" },
    make(
      "thead",
      {},
      make(
        "tr",
        {},
        ["#", "الوقت", "الطلب", "المحادثة", "النتيجة", "المعطيات"].map((title) =>
          make("th", { scope: "col" }, title),
        ),
      ),
    ),
    rows,
  );
  const none = make("p", { class: "hint" }, "لا طلبات بعد.");
  const box = dialog(
    "سجلّ طلبات البوت",
    [
      make("label", { class: "check" }, all, "مع طلبات getUpdates"),
      make("div", { class: "journal-scroll" }, table),
      none,
    ],
    { wide: true },
  );
  let known = new Map(); // number → { request, row }
  let newest = 0;
  const refresh = () =>
    attempt(async () => {
      const { requests } = await getJournal(resumeAt(known, newest), all.checked);
      for (const request of requests.slice(-ROWS_KEPT)) {
        if (request.ok === null && known.has(request.n)) continue; // still open
        const row = journalRow(request);
        if (known.has(request.n)) known.get(request.n).row.replaceWith(row);
        else rows.prepend(row);
        known.set(request.n, { request, row });
        newest = Math.max(newest, request.n);
      }
      while (rows.childElementCount > ROWS_KEPT) rows.lastElementChild.remove();
      none.hidden = rows.childElementCount > 0;
    });
  const restart = () => {
    known = new Map();
    newest = 0;
    rows.replaceChildren();
    refresh();
  };
  const timer = setInterval(refresh, REFRESH_MS);
  box.addEventListener("close", () => clearInterval(timer));
  refresh();
}

// Recent requests without an outcome are asked for again: a slow one may have ended since. One
// whose connection was cut never gets an outcome, so that older ones are left alone.
function resumeAt(known, newest) {
  const open = [...known.values()].filter(
    ({ request }) => request.ok === null && request.n > newest - STILL_OPEN,
  );
  return Math.min(newest, ...open.map(({ request }) => request.n - 1));
}

function outcomeText(request) {
  if (request.ok === null) return "بلا جواب";
  return request.ok ? "نجح" : `${request.error_code ?? ""} ${request.description ?? ""}`.trim();
}

function journalRow(request) {
  const params = request.params ?? {};
  const chat = world.chats.get(Number(params.chat_id));
  return make(
    "tr",
    { class: request.ok ? "" : "failed" },
    make("td", {}, String(request.n)),
    make("td", {}, request.at ? clockTime(Date.parse(request.at), world.zone, true) : ""),
    make("td", {}, make("code", { dir: "ltr" }, request.method)),
    make("td", {}, make("bdi", {}, chat?.title ?? chat?.first_name ?? params.chat_id ?? "")),
    make("td", {}, make("bdi", {}, outcomeText(request))),
    make("td", { class: "params" }, paramsCell(params)),
  );
}

function paramsCell(params) {
  const text = JSON.stringify(params);
  if (text === "{}") return "";
  return make(
    "details",
    {},
    make(
      "summary",
      { dir: "auto" },
      String(params.text ?? params.caption ?? params.action ?? text).slice(0, 60),
    ),
    make("pre", { dir: "ltr" }, JSON.stringify(params, null, 2)),
  );
}
