"""What happened there, in order: asked for in a chat, every line letter for letter the store's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.app import Core, Mujaz
from bot.models import FollowKind, NewArticle
from bot.sandbox import READER_ID, SandboxClock
from tests.flow.person import Person, first_strong_is_arabic, shown
from tests.flow.test_settings import labels, now, press

RESUMED = "قوات سوريا الديمقراطية تعلن استئناف الهجوم على الباغوز بعد انتهاء المهلة"


@pytest.fixture
async def read(mujaz: Mujaz, core: Core) -> Core:
    await core.services.enriching.follow()
    return core


def bold(message: dict[str, Any]) -> list[str]:
    """Return what is bold, letter for letter: the heading and each step."""
    units = shown(message).encode("utf-16-le")
    return [
        units[2 * e["offset"] : 2 * (e["offset"] + e["length"])].decode("utf-16-le")
        for e in message.get("entities", [])
        if e["type"] == "bold"
    ]


async def titles(core: Core) -> dict[str, Any]:
    held = await core.store.headlines(range(1, 1000))
    return {article.title: article for article in held.values()}


@pytest.mark.parametrize("name", ["الباغوز", "باغوز", "Baghuz", "بلدة الباغوز"])
async def test_a_place_is_told_in_order_word_for_word(read: Core, layla: Person, name: str) -> None:
    message = await layla.says(f"/timeline {name} 7")

    heading, *lines = bold(message)
    stored = await titles(read)
    assert "الباغوز" in heading
    assert set(lines) <= set(stored)
    assert RESUMED in lines
    times = [stored[line].dated_at for line in lines]
    assert times == sorted(times)
    assert len(lines) >= 3
    assert all(first_strong_is_arabic(line) for line in shown(message).splitlines())


async def test_an_event_is_one_step_and_opens_its_own_timeline(
    read: Core, layla: Person, clock: SandboxClock
) -> None:
    first, second = "قصف جوي على سوق شعبي في مدينة حارم", "ارتفاع ضحايا القصف الجوي على سوق حارم"
    for minute, (outlet, title, killed) in enumerate(
        (("وكالة", first, 12), ("إذاعة", second, 17), ("ناقل", first, 12))
    ):
        text = f"قال الدفاع المدني إن {killed} مدنيًا قتلوا في قصف جوي استهدف سوقًا شعبيًا وسط حارم."
        more = "وهرعت سيارات الإسعاف إلى السوق الشعبي، ولا تزال فرق الإنقاذ تبحث تحت ركامه."
        article = NewArticle(
            title=title,
            paragraphs=(text, more),
            url=f"https://reports.example/{minute}",
            published_at=clock.now() - timedelta(hours=1, minutes=-minute),
        )
        await read.services.intake.store(article, source_name=outlet)
    await read.services.enriching.follow()

    page = await layla.says("/timeline حارم 7")
    assert bold(page)[1:] == [first]
    assert "تقريران" in shown(page)
    await layla.presses(page, "🧵")

    (event,) = await layla.sees(READER_ID, lambda m: second in bold(m))
    assert bold(event)[1:] == [first, second]
    assert "ناقل" in shown(event)  # its text is a copy of the first
    number = bold(event)[0].rpartition("#")[2]
    typed = await layla.says(f"/timeline #{number}")
    assert bold(typed) == bold(event)


async def test_pages_turn_in_one_message_and_show_every_step_once(
    read: Core, layla: Person, clock: SandboxClock
) -> None:
    page = await layla.says("/timeline سوريا 30")
    seen = bold(page)[1:]
    for _ in range(20):
        if "الأقدم" not in labels(page):
            break
        page = await press(layla, page, "الأقدم")
        seen = [*bold(page)[1:], *seen]

    held = await read.store.articles_about(
        FollowKind.PLACE, "sy", since=clock.now().replace(year=2018), until=clock.now(), limit=1000
    )
    readings = await read.store.readings(held)
    ids = {title: article.id for title, article in (await titles(read)).items()}
    assert len(seen) == len(set(seen)) > 10
    events = [readings[ids[title]].event_id for title in seen]
    assert sorted(map(str, events)) == sorted({str(one.event_id) for one in readings.values()})
    back = await press(layla, page, "الأحدث")
    assert bold(back)[1:] != bold(page)[1:]
    assert len([m for m in await layla.messages() if "ما جرى" in shown(m)]) == 1


async def test_a_party_and_the_newest_of_a_place(read: Core, layla: Person) -> None:
    party = await layla.says("/timeline قسد 7")
    newest = await layla.says("/latest دير الزور")

    stored = await titles(read)
    assert RESUMED in bold(party)
    lines = bold(newest)[1:]
    times = [stored[line].dated_at for line in lines]
    assert times == sorted(times, reverse=True)
    assert len(lines) == 6


async def test_nothing_is_said_honestly_with_the_newest_that_is_held(
    read: Core, layla: Person, clock: SandboxClock
) -> None:
    nothing = await layla.says("/timeline زحلة 7")
    assert "لا شيء عن" in shown(nothing)
    assert "أحدث ما في الأرشيف" in shown(nothing)

    old = NewArticle(
        title="هدوء في زحلة",
        paragraphs=("ساد الهدوء مدينة زحلة.",),
        published_at=clock.now().replace(month=1),
    )
    await read.services.intake.store(old, source_name="مصدر")
    await read.services.enriching.follow()
    quiet = await layla.says("/timeline زحلة 7")

    assert "لا شيء عن" in shown(quiet)
    assert "هدوء في زحلة" in shown(quiet)
    assert "كانون الثاني" in shown(quiet)
    await layla.presses(quiet, "أحدث ما وصل")
    await layla.sees(READER_ID, lambda m: "هدوء في زحلة" in bold(m))


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("/timeline", "اكتب مكانًا"),
        ("/latest", "اكتب مكانًا"),
        ("/timeline زحلوقة", "لا أعرف مكانًا أو طرفًا"),
        ("/latest <b>&", "لا أعرف مكانًا أو طرفًا"),
        ("/timeline #99999", "لا شيء عن"),
    ],
)
async def test_what_cannot_be_told_is_said_kindly(
    read: Core, layla: Person, asked: str, told: str
) -> None:
    assert told in shown(await layla.says(asked))


async def test_namesakes_are_offered_by_buttons(read: Core, layla: Person) -> None:
    page = await layla.says("/timeline طرابلس")
    assert any("طرابلس" in label for label in labels(await now(layla, page)))
