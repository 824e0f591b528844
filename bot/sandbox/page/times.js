// Dates and times as the reader sees them: in the sandbox's zone, with Syrian month names and
// latin digits. What time it *is* comes from world.js, never from the machine's clock.

const LOCALE = "ar-SY-u-nu-latn";
const DAY_S = 86400;
const formats = new Map();

function format(zone, options) {
  const key = zone + JSON.stringify(options);
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(LOCALE, { timeZone: zone, ...options }));
  return formats.get(key);
}

/** "14:05" of a moment in milliseconds. */
export function clockTime(at, zone, seconds = false) {
  const options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  return format(zone, seconds ? { ...options, second: "2-digit" } : options).format(at);
}

/** "الثلاثاء 5 آذار 2019" */
export function longDate(at, zone) {
  const parts = format(zone, {
    weekday: "long",
    day: "numeric",
    month: "long",
    year: "numeric",
  }).formatToParts(at);
  const part = (type) => parts.find((each) => each.type === type)?.value ?? "";
  return `${part("weekday")} ${part("day")} ${part("month")} ${part("year")}`;
}

/** A key that is equal for two moments of the same local day. */
export function dayKey(at, zone) {
  const { year, month, day } = fields(at, zone);
  return `${year}-${month}-${day}`;
}

/** What a day separator says: today and yesterday by name, other days in full. */
export function dayLabel(at, now, zone) {
  if (dayKey(at, zone) === dayKey(now, zone)) return "اليوم";
  if (dayKey(at, zone) === dayKey(now - DAY_S * 1000, zone)) return "أمس";
  return longDate(at, zone);
}

/** For the chat list: the time if today, else the day and month. */
export function shortWhen(at, now, zone) {
  if (dayKey(at, zone) === dayKey(now, zone)) return clockTime(at, zone);
  const { day, month } = fields(at, zone);
  return `${Number(day)}/${Number(month)}`;
}

/** Local calendar fields of a moment, as zero-padded strings. */
export function fields(at, zone) {
  const options = {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  };
  const parts = new Intl.DateTimeFormat("en-u-ca-gregory-nu-latn", {
    timeZone: zone,
    ...options,
  }).formatToParts(at);
  return Object.fromEntries(parts.map((part) => [part.type, part.value]));
}

/** The value a datetime-local input wants for this moment. */
export function inputValue(at, zone) {
  const local = fields(at, zone);
  return `${local.year}-${local.month}-${local.day}T${local.hour}:${local.minute}`;
}

/**
 * The moment (milliseconds) at which the zone's wall clock shows "YYYY-MM-DDTHH:MM".
 * NaN for any other text. Two rounds settle the offset, also beside a change to or from summer time.
 */
export function fromWallClock(text, zone) {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(text)) return NaN; // Date.parse accepts almost anything
  const wanted = Date.parse(`${text}:00Z`);
  let at = wanted;
  for (let round = 0; round < 2; round += 1) {
    at += wanted - Date.parse(`${inputValue(at, zone)}:00Z`);
  }
  return at;
}

/** 08:01 of the next local day, in milliseconds. */
export function tomorrowMorning(now, zone) {
  const today = inputValue(now, zone).slice(0, 10);
  const next = new Date(Date.parse(`${today}T00:00:00Z`) + DAY_S * 1000).toISOString().slice(0, 10);
  return fromWallClock(`${next}T08:01`, zone);
}
