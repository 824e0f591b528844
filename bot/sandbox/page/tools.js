// «أدوات التجربة»: what a person needs to try the bot and Telegram itself would not offer:
// the sandbox's clock, the bot's standing in the open chat, faults, the journal of requests.

import * as api from "./api.js";
import { byId, icon, iconButton, make } from "./dom.js";
import { openJournal } from "./journal.js";
import { attempt, toast } from "./notices.js";
import { remember, remembered } from "./theme.js";
import { clockTime, fromWallClock, inputValue, longDate, tomorrowMorning } from "./times.js";
import { chatTitle, currentChat, emit, loadState, now, on, personName, world } from "./world.js";

const KEY = "mujaz-tools";
const HOUR_S = 3600;
const WIDE = "(min-width: 1100px)"; // from here on the panel has a column of its own

const pane = byId("tools-pane");
const time = make("div", { class: "big-time" });
const date = make("div", { class: "big-date" });
const zone = make("bdi", { dir: "ltr" });
const moment = make("input", {
  type: "datetime-local",
  "aria-label": "التاريخ والوقت",
  required: true,
  oninput: () => {
    moment.dataset.touched = "1";
  },
});
const standing = make("div", { class: "standing" });

/** Build the panel; `?tools=1` or `?tools=0` in the address opens or closes it. */
export function startTools() {
  pane.append(
    make(
      "header",
      { class: "tools-header" },
      make("h2", {}, "أدوات التجربة"),
      iconButton("close", "إغلاق أدوات التجربة", () => show(false)),
    ),
    make(
      "div",
      { class: "tools-scroll" },
      clockSection(),
      section("البوت في هذه المحادثة", standing),
      faultSection(),
      journalSection(),
    ),
  );
  const asked = new URLSearchParams(location.search).get("tools") ?? remembered(KEY);
  show(
    matchMedia(WIDE).matches ? asked !== "0" : new URLSearchParams(location.search).get("tools") === "1",
    { keep: false },
  );
  on("tools", (open) => show(open ?? pane.hidden));
  on("clock", tick);
  on("state", drawStanding);
  on("view", drawStanding);
  setInterval(tick, 1000);
  pane.addEventListener("keydown", (event) => event.key === "Escape" && show(false));
}

function show(open, { keep = true } = {}) {
  pane.hidden = !open;
  byId("frame").classList.toggle("tools-open", open);
  if (keep && matchMedia(WIDE).matches) remember(KEY, open ? "1" : "0");
  if (keep && open) pane.querySelector("button").focus();
}

const section = (title, ...content) => make("section", { class: "tool" }, make("h3", {}, title), content);
const plain = (label, onclick, props = {}) =>
  make("button", { type: "button", class: "plain", onclick, ...props }, label);

function clockSection() {
  const form = make("form", { class: "clock-form" }, moment, make("button", { class: "plain" }, "اضبط"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    moveTo(fromWallClock(moment.value, world.zone));
  });
  return section(
    "ساعة التجربة",
    time,
    date,
    make("p", { class: "hint" }, "بتوقيت ", zone),
    make(
      "div",
      { class: "buttons" },
      plain("+1 ساعة", () => advance(HOUR_S)),
      plain("+6 ساعات", () => advance(6 * HOUR_S)),
      plain("إلى 08:01 غداً", () => moveTo(tomorrowMorning(now(), world.zone)), { class: "primary" }),
    ),
    form,
    make("p", { class: "hint" }, "تمضي الساعة إلى الأمام وحده، كي يصل موجز الغد دون انتظار."),
  );
}

async function advance(seconds) {
  if (await attempt(() => api.advanceClock(seconds))) settleClock();
}

function settleClock() {
  delete moment.dataset.touched;
  emit("moved");
  if (!matchMedia(WIDE).matches) show(false); // the panel would cover what the new time brings
}

async function moveTo(at) {
  if (!Number.isFinite(at)) return toast("التاريخ غير صحيح", { error: true });
  if (at <= now()) return toast("لا تعود ساعة التجربة إلى الوراء", { error: true });
  if (await attempt(() => api.setClock(new Date(at).toISOString()))) settleClock();
  return undefined;
}

function tick() {
  if (!world.me) return;
  time.textContent = clockTime(now(), world.zone, true);
  date.textContent = longDate(now(), world.zone);
  zone.textContent = world.zone;
  if (document.activeElement !== moment && !moment.dataset.touched)
    moment.value = inputValue(now(), world.zone);
}

function drawStanding() {
  const chat = currentChat();
  standing.replaceChildren();
  if (!chat) return standing.append(make("p", { class: "hint" }, "افتح محادثة أولاً."));
  const actor = chat.type === "private" ? chat.id : world.me.id;
  const change = (label, status, props) =>
    plain(
      label,
      () =>
        attempt(async () => {
          await api.setMembership(chat.id, actor, status);
          await loadState();
        }),
      props,
    );
  const words = {
    left: "ليس عضواً",
    kicked: chat.type === "private" ? "محظور" : "مطرود",
    member: chat.type === "private" ? "غير محظور" : "عضو",
    administrator: "مشرف",
  };
  const name = chat.type === "private" && chat.id === world.me.id ? "المحادثة الخاصة" : chatTitle(chat);
  standing.append(
    make(
      "p",
      {},
      make("bdi", {}, name),
      ": ",
      make("strong", {}, words[chat.bot_status] ?? chat.bot_status ?? ""),
    ),
  );
  return standing.append(make("div", { class: "buttons" }, membershipButtons(chat, change)));
}

function membershipButtons(chat, change) {
  const status = chat.bot_status;
  if (chat.type === "private") {
    return status === "kicked"
      ? change("إلغاء حظر البوت", "member", { class: "primary" })
      : change("حظر البوت", "kicked", { class: "plain danger" });
  }
  const present = status === "administrator" || status === "member";
  return [
    status !== "administrator" &&
      change(present ? "اجعله مشرفاً" : "أضف البوت مشرفاً", "administrator", { class: "primary" }),
    chat.type !== "channel" &&
      status !== "member" &&
      change(present ? "اجعله عضواً" : "أضفه عضواً", "member"),
    present && change("أزل البوت", chat.type === "channel" ? "left" : "kicked", { class: "plain danger" }),
  ];
}

const FAULTS = [
  [
    "429: تمهّل 5 ثوانٍ",
    { kind: "error", error_code: 429, description: "Too Many Requests: retry after 5", retry_after: 5 },
  ],
  ["قطع الاتصال قبل قبول الرسالة", { kind: "cut_before" }],
  ["قطع الاتصال بعد قبول الرسالة", { kind: "cut_after" }],
  ["إبطاء 10 ثوانٍ", { kind: "slow", delay_s: 10 }],
];

function faultSection() {
  const choice = make(
    "select",
    { "aria-label": "عطل في الإرسال التالي" },
    FAULTS.map(([label], index) => make("option", { value: index }, label)),
  );
  const add = () =>
    attempt(async () => {
      await api.postFault({ method: "sendMessage", times: 1, ...FAULTS[choice.value][1] });
      toast("سيصيب العطل الإرسال التالي");
    });
  const clear = () =>
    attempt(async () => {
      await api.clearFaults();
      toast("أُلغيت الأعطال");
    });
  const flood = make("input", {
    type: "checkbox",
    onchange: () => attempt(() => api.postSettings({ flood: flood.checked })),
  });
  on("state", () => {
    flood.checked = world.settings.flood === true;
  });
  return make(
    "details",
    { class: "tool" },
    make("summary", {}, "أعطال الشبكة"),
    choice,
    make("div", { class: "buttons" }, plain("أصب الإرسال التالي", add), plain("ألغِ الأعطال", clear)),
    make("label", { class: "check" }, flood, "حدود الإرسال كما في تيليغرام"),
  );
}

function journalSection() {
  const bot = make("bdi", {});
  on("state", () => {
    bot.textContent = `${personName(world.bot)} @${world.bot.username}`;
  });
  return section(
    "طلبات البوت",
    make("p", { class: "hint" }, "كل ما طلبه ", bot, " من الخادم."),
    make(
      "div",
      { class: "buttons" },
      make(
        "button",
        { type: "button", class: "plain", onclick: openJournal },
        icon("table"),
        "سجلّ الطلبات",
      ),
    ),
  );
}
