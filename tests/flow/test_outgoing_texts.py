"""Whatever the bot says, Telegram's own parser accepts, and it fits; hostile titles included."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.app import Core, Mujaz
from bot.models import NewArticle
from bot.sandbox import CHANNEL_ID, READER_ID, SandboxClock
from bot.text.markup import utf16_length
from tests.flow.person import Person, quotes, shown
from tests.unit.delivery.oracle import parse

HOSTILE = (
    "<b>عاجل",
    'قصف & دمار <a href="javascript:alert(1)">هنا</a>',
    "\u202eمقلوب\u202c \u2066معزول",
    "</blockquote></b><i>",
    "كلمة" + "ـ" * 20_000,
    "a" * 20_000,
    "😀" * 3000,
    "&lt;b&gt; &amp; &#1575;",
    "\x00\x07 تحكم",
)


async def _store_hostile_reports(core: Core, clock: SandboxClock) -> None:
    for number, title in enumerate(HOSTILE):
        article = NewArticle(
            title=title,
            paragraphs=(f"فقرة عن موضوع الاختبار رقم {number} {title}", f"<i>{title}</i> & المزيد"),
            url=f"https://hostile.example/{number}?a=1&b=%22%3E<b>",
            published_at=clock.now() - timedelta(minutes=number),
        )
        await core.services.intake.store(article, source_name=f"مصدر <{title[:60]}> & Co")
    await core.index.catch_up()


def _sent(requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    methods = ("sendmessage", "editmessagetext")
    return [r for r in requests if r["method"].lower() in methods]


async def test_every_text_parses_and_fits_whatever_the_titles(
    mujaz: Mujaz, layla: Person, core: Core, clock: SandboxClock
) -> None:
    await _store_hostile_reports(core, clock)
    for text in ("/start", "/help", "/digest", "/channels", "/sources", "/subscribe", "/stop"):
        await layla.says(text)
    for question in ("موضوع الاختبار", "عاجل قصف", "ما سعر الذهب؟", "<b>", "مخيم الهول"):
        await layla.says(question)
    await layla.control("membership", chat_id=CHANNEL_ID, status="administrator")
    panel = (await layla.sees(READER_ID, lambda m: "أخبار الفرات" in shown(m)))[0]
    await layla.presses(panel, "تفعيل")
    (asked,) = await layla.sees(READER_ID, lambda m: "هكذا سيُنشر" in shown(m))
    await layla.presses(asked, "انشر")
    await layla.sees(READER_ID, lambda m: "أخبار الفرات" in shown(m) and "مفعّل" in shown(m))
    clock.advance(timedelta(hours=13, minutes=31))
    await layla.sees(CHANNEL_ID, lambda m: quotes(m) != [])

    sent = _sent(await layla.journal())

    assert len(sent) > 15
    assert any("&lt;b&gt;عاجل" in request["params"]["text"] for request in sent)
    for request in sent:
        assert request["ok"], request
        parsed = parse(request["params"]["text"])
        assert 0 < utf16_length(parsed.text) <= 4096
        links = [e["type"]["url"] for e in parsed.entities if "url" in e["type"]]
        assert all(link.startswith("https://") for link in links)


@pytest.mark.parametrize("name", ["<b>ليلى</b> & Co", "\u202eعكس", "", "a" * 64])
async def test_a_reader_with_a_hostile_name_is_answered_like_any_other(
    mujaz: Mujaz, layla: Person, name: str
) -> None:
    made = await layla.control("users", id=9001, first_name=name or "\u2063")
    stranger = Person(str(layla._http.base_url), 9001)

    reply = await stranger.says("/start")
    await stranger.close()

    assert made
    assert "أهلًا" in shown(reply)
