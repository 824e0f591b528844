"""A reader in private: first minute, questions, the daily digest."""

from __future__ import annotations

import json
from datetime import timedelta
from importlib import resources

import pytest

from bot.app import Core, Mujaz
from bot.sandbox import READER_ID, SandboxClock
from tests.flow.person import Person, first_strong_is_arabic, quotes, shown


def _seed_text() -> str:
    return (resources.files("bot.sandbox") / "sample" / "seed_article.txt").read_text("utf-8")


def _stored_paragraphs() -> set[str]:
    lines = (resources.files("bot.sandbox") / "sample" / "reports.jsonl").read_text("utf-8")
    return {text for line in lines.splitlines() for text in json.loads(line)["paragraphs"]}


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("مدير المركز الإعلامي لقسد؟", "مدير المركز الإعلامي لقوات سوريا الديمقراطية، مصطفى بالي"),
        ("كم قتل من داعش بحسب مصطفى بالي يوم الثلاثاء؟", "مقتل 38 من عناصر التنظيم"),
        ("كم شخصاً يعيش في مخيم الهول؟", "نحو 65 ألف شخص"),
        ("هل ما زال قادة التنظيم في الباغوز؟", "لا تعتقد أن كبار قادة داعش لا يزالون"),
        ("ما الذي أبطأ تقدم قوات سوريا الديمقراطية؟", "قناصة بالإضافة إلى ألغام أرضية"),
    ],
)
async def test_a_question_is_answered_with_the_right_paragraph_letter_for_letter(
    mujaz: Mujaz, layla: Person, question: str, answer: str
) -> None:
    reply = await layla.says(question)

    first = quotes(reply)[0]
    assert answer in first
    assert first in _seed_text()
    assert all(q in _seed_text() or q in _stored_paragraphs() for q in quotes(reply))
    assert "المصدر" in shown(reply)
    assert "12 آذار 2019" in shown(reply)


async def test_what_the_archive_does_not_hold_is_said_to_be_missing(
    mujaz: Mujaz, layla: Person
) -> None:
    reply = await layla.says("ما سعر برميل النفط اليوم؟")

    assert "لا أجد في الأرشيف" in shown(reply)
    assert "12 آذار 2019" in shown(reply)  # the newest date held
    assert quotes(reply) == []


async def test_two_presses_lead_from_start_to_tomorrows_digest(
    mujaz: Mujaz, layla: Person, clock: SandboxClock, core: Core
) -> None:
    hello = await layla.says("/start")
    assert quotes(hello)[0] in _stored_paragraphs() | {_seed_text()}  # a real quote, as an example
    await layla.presses(hello, "العراق")
    follow = (await layla.sees(READER_ID, lambda m: "ماذا تتابع" in shown(m)))[0]
    await layla.presses(follow, "كل الأخبار")
    panel = (await layla.sees(READER_ID, lambda m: "مفعّل" in shown(m)))[0]
    assert "بغداد" in shown(panel)
    assert panel["message_id"] == hello["message_id"]  # one message, edited in place
    before = len(await layla.messages())

    clock.advance(timedelta(hours=12, minutes=20))  # 07:50 in Baghdad
    assert len(await layla.messages()) == before
    clock.advance(timedelta(minutes=11))  # 08:01
    digest = (await layla.sees(READER_ID, lambda m: "موجز" in shown(m) and quotes(m) != []))[0]

    assert "13 آذار 2019" in shown(digest)
    assert "●" in shown(digest)
    assert all(q in _stored_paragraphs() or q in _seed_text() for q in quotes(digest))


async def test_the_second_digest_brings_only_what_came_since_the_first(
    mujaz: Mujaz, layla: Person, clock: SandboxClock
) -> None:
    await layla.says("/subscribe")
    clock.advance(timedelta(hours=13, minutes=31))
    first = await layla.sees(READER_ID, lambda m: quotes(m) != [])

    clock.advance(timedelta(days=1))
    all_parts = await layla.sees(
        READER_ID, lambda m: "14 آذار 2019" in shown(m).split("\n")[0] and quotes(m) != []
    )

    old = {quote for message in first for quote in quotes(message)}
    new = {quote for message in all_parts for quote in quotes(message)}
    assert old
    assert new
    assert not old & new


async def test_stop_means_silence_and_subscribing_again_means_digests(
    mujaz: Mujaz, layla: Person, clock: SandboxClock
) -> None:
    await layla.says("/subscribe")
    stopped = await layla.says("/stop")
    assert "أُوقف" in shown(stopped)
    count = len(await layla.messages())

    clock.advance(timedelta(days=1))
    await layla.says("/help")  # the bot is awake, and has looked at what is due
    assert len(await layla.messages()) == count + 2

    await layla.presses(stopped, "تفعيل")
    await layla.sees(
        READER_ID, lambda m: m["message_id"] == stopped["message_id"] and "مفعّل" in shown(m)
    )
    clock.advance(timedelta(days=1))
    await layla.sees(READER_ID, lambda m: quotes(m) != [])


@pytest.mark.parametrize(
    "text",
    [
        "؟؟؟",
        "😀😀",
        "في من على",
        "a" * 3900,
        "كم " * 1000,
        'title:"x" AND [a TO b]',
        "\u202eنص\u202c",
        "/ask",
    ],
)
async def test_no_question_goes_without_a_kind_word(mujaz: Mujaz, layla: Person, text: str) -> None:
    reply = await layla.says(text)

    assert shown(reply)
    assert "خلل" not in shown(reply)


async def test_every_line_that_the_bot_writes_runs_from_right_to_left(
    mujaz: Mujaz, layla: Person
) -> None:
    commands = ("/start", "/help", "/subscribe", "/digest", "/stop", "/sources", "/channels")
    questions = ("مخيم الهول", "سعر النفط", "OCHA")
    said = [await layla.says(text) for text in (*commands, *questions)]

    for message in said:
        quoted = {line for quote in quotes(message) for line in quote.split("\n")}
        for line in shown(message).split("\n"):
            assert line in quoted or first_strong_is_arabic(line), line
    assert len(said) == 10


async def test_a_follow_up_is_understood_with_the_question_before(
    mujaz: Mujaz, layla: Person
) -> None:
    await layla.says("كم شخصاً يعيش في مخيم الهول؟")
    reply = await layla.says("ومن يعيش فيه؟")

    assert "الهول" in shown(reply)
    assert "تتمة" in shown(reply)


async def test_more_pages_on_to_other_passages(mujaz: Mujaz, layla: Person) -> None:
    first = await layla.says("ماذا يحدث في الباغوز؟")
    await layla.presses(first, "المزيد")
    (second, *_) = await layla.sees(
        READER_ID, lambda m: m["message_id"] > first["message_id"] and quotes(m) != []
    )

    assert quotes(first)
    assert not set(quotes(first)) & set(quotes(second))


async def test_the_outlets_of_an_answer_are_listed_with_their_articles(
    mujaz: Mujaz, layla: Person
) -> None:
    first = await layla.says("ماذا يحدث في الباغوز؟")
    await layla.presses(first, "المصادر")
    (listed, *_) = await layla.sees(
        READER_ID, lambda m: m["message_id"] > first["message_id"] and "من نشر" in shown(m)
    )

    outlets = [line for line in shown(listed).split("\n") if "– " in line]
    assert len(outlets) > 1
    assert len(set(outlets)) == len(outlets)
