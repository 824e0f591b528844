// «إعادة توجيه من قناة»: a post of some channel, pasted here, reaches the bot as a forwarded
// message. The channel is an invented one; name, user name and text may be changed.

import { say } from "./actions.js";
import { make } from "./dom.js";
import { dialog, toast } from "./notices.js";
import { fromWallClock, inputValue } from "./times.js";
import { now, world } from "./world.js";

const CHANNEL_ID = -1001900000001;
const SAMPLE =
  "عيّنة: قال شاهد إن قافلة مساعدات دخلت بلدة هجين صباح اليوم.\n\nوأضاف أن الطريق إلى البلدة عاد سالكاً بعد انقطاع دام يومين.";
const POSTED_BEFORE_MS = 30 * 60 * 1000; // a post is older than its forwarding
let postNumber = 100; // each forwarded post is another one of that channel

const field = (label, control) => make("label", { class: "field" }, make("span", {}, label), control);

/** Ask for the post, then send it as a forward in the open chat. */
export function openForwardDialog() {
  const name = make("input", { value: "مراسل الفرات", dir: "auto", required: true });
  const username = make("input", { value: "furat_reporter", dir: "ltr", pattern: "[A-Za-z]\\w{3,31}" });
  const postedAt = make("input", {
    type: "datetime-local",
    value: inputValue(now() - POSTED_BEFORE_MS, world.zone),
  });
  const text = make("textarea", { rows: 7, dir: "auto", required: true });
  text.value = SAMPLE;
  const form = make(
    "form",
    { class: "form" },
    field("اسم القناة", name),
    field("معرّفها (اختياري)", username),
    field("وقت المنشور", postedAt),
    field("نص المنشور", text),
    make("button", { class: "primary" }, "إعادة التوجيه إلى المحادثة المفتوحة"),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const date = Math.floor(fromWallClock(postedAt.value, world.zone) / 1000);
    if (!Number.isFinite(date)) return toast("وقت المنشور غير صحيح", { error: true });
    postNumber += 1;
    const chat = {
      id: CHANNEL_ID,
      type: "channel",
      title: name.value.trim(),
      ...(username.value ? { username: username.value } : {}),
    };
    const sent = await say({
      text: text.value,
      forward_origin: { type: "channel", date, chat, message_id: postNumber },
    });
    if (sent) box.close();
    return undefined;
  });
  const box = dialog("إعادة توجيه من قناة", form);
  text.focus();
}
