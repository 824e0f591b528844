"""Digests of events: what is new to this reader, figures side by side, nothing twice unchanged."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import FixedClock
from bot.digest.picture import unpacked
from bot.models import (
    Chat,
    ChatKind,
    DigestFilters,
    FollowKind,
    Look,
    NewArticle,
    OutboxMessage,
    OutboxState,
    SourceKind,
)
from bot.services.broadcasting import Broadcasting
from bot.services.enriching import Enriching
from bot.store.base import Store
from bot.store.sql import open_store

EVENING = datetime(2019, 3, 11, 18, tzinfo=UTC)
EIGHT = datetime(2019, 3, 12, 6, tzinfo=UTC)  # 08:00 in Damascus
DAY = timedelta(days=1)

STRIKE = (
    "قصف جوي على سوق شعبي في مدينة إدلب",
    "قال الدفاع المدني إن 12 مدنياً قتلوا وأصيب 30 آخرون في قصف جوي استهدف سوقاً شعبياً"
    " وسط مدينة إدلب.",
    "وهرعت سيارات الإسعاف إلى المكان، ولا تزال فرق الإنقاذ تبحث عن ناجين تحت ركام السوق.",
)
LATER = (
    "ارتفاع عدد ضحايا القصف الجوي على سوق شعبي في مدينة إدلب",
    "قال الدفاع المدني إن 17 مدنياً قتلوا في القصف الجوي الذي استهدف سوقاً شعبياً وسط مدينة إدلب.",
    "وتواصل فرق الإنقاذ البحث عن ناجين تحت ركام السوق الشعبي بعد القصف.",
)
ELSEWHERE = (
    "فتح معبر إنساني أمام المدنيين في تعز اليمنية",
    "أعلنت لجنة محلية فتح معبر إنساني في مدينة تعز اليمنية بعد تسع سنوات من إغلاقه أمام الأهالي.",
    "وعبرت عشرات السيارات الطريق في يومه الأول، وفق سكان المدينة الذين انتظروا هذا اليوم طويلاً.",
)
COOKING = (
    "وصفة شوربة العدس في عشر دقائق",
    "تحتاج شوربة العدس إلى كوبين من العدس الأحمر وبصلة وملعقة كمون وعصير ليمونة واحدة فقط.",
)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(f"sqlite+aiosqlite:///{tmp_path / 'mujaz.db'}")
    yield opened
    await opened.close()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(EVENING)


class Desk:
    """A newsroom: stores reports, has them read, and makes the digests of the next morning."""

    def __init__(self, store: Store, clock: FixedClock) -> None:
        self.store = store
        self.clock = clock
        self.enriching = Enriching(store, clock)
        self.broadcasting = Broadcasting(store, clock)

    async def report(self, outlet: str, told: tuple[str, ...], *, address: str = "") -> int:
        source = await self.store.ensure_source(SourceKind.FILE, outlet, now=self.clock.now())
        title, *paragraphs = told
        article = NewArticle(
            title=title,
            paragraphs=tuple(paragraphs),
            published_at=self.clock.now(),
            url=address,
        )
        key = f"{outlet} {title}"
        intake = await self.store.add_article(source, article, key, now=self.clock.now())
        self.clock.advance(timedelta(minutes=5))
        return intake.article_id

    async def subscribe(self, chat_id: int = 7, filters: DigestFilters | None = None) -> None:
        chat = Chat(id=chat_id, kind=ChatKind.PRIVATE)
        await self.store.save_chat(chat, now=self.clock.now())
        await self.store.subscribe(
            chat_id, 0, times=("08:00",), timezone="Asia/Damascus", language="ar",
            now=self.clock.now(),
        )  # fmt: skip
        if filters is not None:
            await self.store.choose(chat_id, 0, filters=filters, now=self.clock.now())

    async def morning(self, day: int = 0) -> dict[int, list[OutboxMessage]]:
        """Return what each chat is sent on that morning; it arrives."""
        self.clock.advance(EIGHT + day * DAY - self.clock.now())
        await self.enriching.follow()
        await self.broadcasting.tick()
        sent: dict[int, list[OutboxMessage]] = {}
        while leased := await self.store.lease(50, now=self.clock.now(), lease_s=60):
            for message in leased:
                await self.store.settle(message.id, OutboxState.SENT, now=self.clock.now())
                sent.setdefault(message.chat_id, []).append(message)
        return sent


@pytest.fixture
def desk(store: Store, clock: FixedClock) -> Desk:
    return Desk(store, clock)


def plain(messages: list[OutboxMessage]) -> str:
    """Return what the reader sees, without invisible marks."""
    shown = html.unescape(re.sub(r"<[^>]+>", "", "\n".join(one.html for one in messages)))
    return re.sub(r"[\u2066-\u2069\u200e\u200f]", "", shown)


async def test_two_outlets_of_one_event_are_one_item_with_both(desk: Desk) -> None:
    await desk.subscribe()
    await desk.report("وكالة النهر", STRIKE)
    await desk.report("راديو الجبل", LATER)
    await desk.report("وكالة النهر", ELSEWHERE)

    shown = plain((await desk.morning())[7])

    assert shown.count("●") == 2
    assert shown.count("القصف الجوي على سوق شعبي") + shown.count(STRIKE[0]) >= 1
    assert "وكالة النهر" in shown
    assert "راديو الجبل" in shown


async def test_a_figure_that_moved_brings_the_event_again_marked_with_what_moved(
    desk: Desk,
) -> None:
    await desk.subscribe()
    await desk.report("وكالة النهر", STRIKE)
    await desk.report("وكالة النهر", ELSEWHERE)
    first = plain((await desk.morning())[7])
    await desk.report("وكالة النهر", LATER)

    second = plain((await desk.morning(1))[7])

    assert "▲" not in first
    assert "القتلى: 12 (الدفاع المدني" in first
    assert "▲" in second
    assert "القتلى 12 ← 17 (الدفاع المدني)" in second
    assert "●" not in second
    assert ELSEWHERE[0] not in second  # unchanged: it does not come again


async def test_the_paragraph_under_a_moved_figure_is_the_one_that_gives_it(desk: Desk) -> None:
    await desk.subscribe()
    await desk.report("وكالة النهر", STRIKE)
    await desk.morning()
    await desk.report("وكالة النهر", LATER)

    (message,) = (await desk.morning(1))[7]

    assert f"<blockquote>{LATER[1]}</blockquote>" in message.html


async def test_figures_of_two_speakers_stand_side_by_side_and_are_never_summed(desk: Desk) -> None:
    await desk.subscribe()
    await desk.report("وكالة النهر", STRIKE, address="https://river.example/1")
    other = (
        LATER[0],
        "أعلنت وزارة الصحة أن 17 مدنياً قتلوا في القصف الجوي الذي استهدف سوقاً شعبياً وسط مدينة إدلب.",
        LATER[2],
    )
    await desk.report("راديو الجبل", other, address="https://radio.example/2")

    (message,) = (await desk.morning())[7]
    shown = plain([message])

    (line,) = [line for line in shown.splitlines() if line.startswith("القتلى")]
    assert "12 (الدفاع المدني" in line
    assert "17 (وزارة الصحة" in line
    assert "29" not in shown
    assert '<a href="https://river.example/1">12</a>' in message.html  # to its own report


async def test_a_third_digest_without_news_is_one_quiet_line_or_nothing(desk: Desk) -> None:
    await desk.subscribe(7)
    await desk.subscribe(8, DigestFilters(skip_quiet=True))
    await desk.report("وكالة النهر", STRIKE)
    await desk.morning()

    later = await desk.morning(1)

    assert "لا جديد منذ" in plain(later[7])
    assert 8 not in later


async def test_periods_follow_one_another_without_gaps_whatever_was_skipped(desk: Desk) -> None:
    """One reader gets every digest, the other none on quiet days."""
    await desk.subscribe(7)
    await desk.subscribe(8, DigestFilters(skip_quiet=True))
    told = {0: STRIKE, 3: LATER, 4: ELSEWHERE, 7: COOKING}
    periods: dict[int, list[tuple[str, str]]] = {7: [], 8: []}
    for day in range(9):
        if day in told:
            await desk.report("وكالة النهر", told[day])
        for chat, messages in (await desk.morning(day)).items():
            periods[chat] += _PERIOD.findall(plain(messages))

    assert [len(one) for one in periods.values()] == [
        4,
        4,
    ]
    ends = [until for _, until in periods[8]]
    begins = [since for since, _ in periods[8]]
    assert begins[1:] == ends[:-1]
    assert len(set(ends)) == 4
    assert [until for _, until in periods[7]] == ends


_PERIOD = re.compile(r"يغطي ما وصل من (.+?) إلى (.+?)\.")


async def test_filters_let_through_what_the_reader_chose_and_nothing_else(desk: Desk) -> None:
    yemen = DigestFilters(places=("ye",))
    await desk.subscribe(1, DigestFilters(conflict_only=True))
    await desk.subscribe(2, yemen)
    await desk.subscribe(3, DigestFilters(words_in=("المعبر",)))
    await desk.subscribe(4, DigestFilters(words_out=("القصف",)))
    await desk.subscribe(5, DigestFilters(short=True, max_events=1))
    for told in (STRIKE, ELSEWHERE, COOKING):
        await desk.report("وكالة النهر", told)

    sent = {chat: plain(messages) for chat, messages in (await desk.morning()).items()}

    titles = STRIKE[0], ELSEWHERE[0], COOKING[0]
    assert [title in sent[1] for title in titles][::2] == [True, False]
    assert [title in sent[2] for title in titles] == [False, True, False]
    assert [title in sent[3] for title in titles] == [False, True, False]  # another form of it
    assert [title in sent[4] for title in titles] == [False, True, True]
    assert STRIKE[0] in sent[5]
    assert STRIKE[1] not in sent[5]


async def test_what_is_followed_comes_first(desk: Desk) -> None:
    await desk.subscribe(7)
    await desk.subscribe(8)
    await desk.store.follow(8, 0, FollowKind.PLACE, "ye", now=desk.clock.now())
    await desk.report("وكالة النهر", STRIKE)
    await desk.report("وكالة النهر", ELSEWHERE)

    sent = await desk.morning()

    usual, followed = plain(sent[7]), plain(sent[8])
    assert usual.index(STRIKE[0]) < usual.index(ELSEWHERE[0])
    assert followed.index(ELSEWHERE[0]) < followed.index(STRIKE[0])


async def test_an_event_whose_delivery_is_in_doubt_comes_again_flagged(desk: Desk) -> None:
    await desk.subscribe()
    await desk.report("وكالة النهر", STRIKE)
    desk.clock.advance(EIGHT - desk.clock.now())
    await desk.enriching.follow()
    await desk.broadcasting.tick()
    (message,) = await desk.store.lease(1, now=desk.clock.now(), lease_s=60)
    await desk.store.settle(message.id, OutboxState.UNCERTAIN, now=desk.clock.now())

    shown = plain((await desk.morning(1))[7])

    assert "○" in shown
    assert STRIKE[0] in shown
    assert "قد يتكرر" in shown


async def test_another_readers_outage_changes_nothing_in_what_is_compared(desk: Desk) -> None:
    """Two readers share a period; one of them was not reached the day before."""
    await desk.subscribe(7)
    await desk.subscribe(8)
    await desk.report("وكالة النهر", STRIKE)
    await desk.morning()
    await desk.report("وكالة النهر", LATER)
    desk.clock.advance(EIGHT + DAY - desk.clock.now())
    await desk.enriching.follow()
    await desk.broadcasting.tick()
    (message,) = await desk.store.lease(1, now=desk.clock.now(), lease_s=60, exclude_chats=(8,))
    await desk.store.settle(message.id, OutboxState.SENT, now=desk.clock.now())
    await desk.report("راديو الجبل", ELSEWHERE)

    sent = {chat: plain(messages) for chat, messages in (await desk.morning(2)).items()}

    assert "12 ← 17" not in sent[7]
    assert "القتلى 12 ← 17 (الدفاع المدني)" in sent[8]
    assert all(shown.count(f"● {ELSEWHERE[0]}") == 1 for shown in sent.values())


async def test_a_correction_of_a_published_figure_is_told_to_who_was_shown_it(desk: Desk) -> None:
    await desk.subscribe()
    await desk.report("وكالة النهر", STRIKE)
    await desk.morning()
    await desk.subscribe(8)  # who never saw the event
    corrected = (STRIKE[0], STRIKE[1].replace("12", "9"), STRIKE[2])
    await desk.report("وكالة النهر", corrected)

    sent = await desk.morning(1)

    assert "صُحّح عند الدفاع المدني: القتلى 12 ← 9" in plain(sent[7])


async def test_articles_that_were_not_read_yet_are_in_the_digest_all_the_same(desk: Desk) -> None:
    await desk.subscribe()
    await desk.report("وكالة النهر", STRIKE)
    desk.clock.advance(EIGHT - desk.clock.now())

    await desk.broadcasting.tick()

    (message,) = await desk.store.lease(9, now=desk.clock.now(), lease_s=60)
    assert STRIKE[0] in plain([message])


async def test_reading_goes_on_after_a_restart_where_it_stopped(desk: Desk) -> None:
    first = await desk.report("وكالة النهر", STRIKE)
    await desk.enriching.follow()
    second = await desk.report("راديو الجبل", LATER)
    again = Enriching(desk.store, desk.clock)

    assert await again.follow() == 1

    readings = await desk.store.readings([first, second])
    assert readings[first].event_id == readings[second].event_id
    assert {claim.minimum for claim in readings[second].claims} == {17}
    assert await desk.enriching.follow() == 0  # the other one finds nothing left to do


async def test_two_that_read_at_once_give_what_one_gives(desk: Desk) -> None:
    ids = [
        await desk.report(f"مصدر {n}", told) for n, told in enumerate((STRIKE, LATER, ELSEWHERE))
    ]
    one, other = desk.enriching, Enriching(desk.store, desk.clock)

    await one.follow()
    await other.follow()

    readings = await desk.store.readings(ids)
    events = await desk.store.events([readings[key].event_id or 0 for key in ids])
    assert readings[ids[0]].event_id == readings[ids[1]].event_id != readings[ids[2]].event_id
    assert sorted(key for event in events.values() for key in event.article_ids) == ids


async def test_a_digest_of_one_day_of_the_week_looks_back_on_the_week(desk: Desk) -> None:
    await desk.report("وكالة النهر", STRIKE)
    desk.clock.advance(timedelta(days=5))
    await desk.report("وكالة النهر", ELSEWHERE)
    await desk.subscribe()
    sunday = EIGHT + 5 * DAY
    await desk.store.choose(7, 0, weekdays=(sunday.isoweekday(),), now=desk.clock.now())

    sent = await desk.morning(5)

    shown = plain(sent[7])
    assert "موجز الأسبوع" in shown
    assert STRIKE[0] in shown
    assert ELSEWHERE[0] in shown


async def test_a_figure_that_moved_while_digests_waited_is_told_once_after_two_folds(
    desk: Desk,
) -> None:
    """Telegram is away for three mornings: each digest takes the place of the one that waits."""
    await desk.subscribe()
    await desk.report("وكالة النهر", STRIKE)
    await desk.morning()
    moved = await desk.report("وكالة النهر", LATER)
    (subscription,) = await desk.store.subscriptions()
    replaced: list[tuple[int, ...]] = []
    for day, told in ((1, None), (2, ELSEWHERE), (3, COOKING)):
        if told is not None:
            await desk.report("راديو الجبل", told)
        desk.clock.advance(EIGHT + day * DAY - desk.clock.now())
        await desk.enriching.follow()
        assert await desk.broadcasting.tick() == 1
        waiting = await desk.store.waiting_digests(subscription.id)
        assert waiting is not None
        assert moved in waiting.article_ids
        replaced.append(waiting.message_ids)

    messages = await desk.store.lease(50, now=desk.clock.now(), lease_s=60)

    shown = plain(messages)
    assert len(set(replaced)) == 3  # two folds took place
    assert tuple(message.id for message in messages) == replaced[-1]
    (figure,) = [line for line in shown.splitlines() if line.startswith("القتلى")]
    assert "17 (الدفاع المدني" in figure
    assert f"▲ {LATER[0]}" in shown  # compared with the morning that did arrive
    assert shown.count("القتلى 12 ← 17 (الدفاع المدني)") == 1
    assert shown.count(LATER[1]) == 1
    assert shown.count(ELSEWHERE[0]) == shown.count(COOKING[0]) == 1


async def test_who_wants_a_chart_gets_one_of_what_moved_with_all_of_it_in_words(
    desk: Desk,
) -> None:
    for chat in (7, 8, 9, 10):
        await desk.subscribe(chat, DigestFilters(chart=chat != 8))
    store = desk.store
    for chat, look in ((9, Look(pictures=False)), (10, Look(spoilers=True))):
        await store.set_chat_settings(chat, language="ar", timezone="Asia/Damascus", look=look)
    await desk.report("وكالة النهر", ELSEWHERE)
    first = await desk.morning()
    await desk.report("وكالة النهر", STRIKE)
    await desk.report("راديو الجبل", LATER)

    second = await desk.morning(1)

    assert not [one for sent in first.values() for one in sent if one.picture]  # nothing to draw
    pictures = {chat: [one for one in sent if one.picture] for chat, sent in second.items()}
    assert [len(pictures[chat]) for chat in (7, 8, 9, 10)] == [1, 0, 0, 1]
    (one,), (hidden,) = pictures[7], pictures[10]
    assert second[7][-1] == one  # behind the words of the digest
    assert (one.hidden, hidden.hidden) == (False, True)
    chart = unpacked(one.picture)
    assert [(said.who, said.low, said.high) for said in chart.panels[0].said] == [
        ("الدفاع المدني", 12, 12),
        ("الدفاع المدني", 17, 17),
    ]
    assert "الدفاع المدني 30" in plain([one])  # the wounded, in words too
    assert "إدلب" in chart.days_title
    assert sum(number for _, number in chart.days) == 2
    assert "29" not in plain([one])  # nothing is summed


async def test_a_digest_of_nothing_new_has_no_chart_and_no_chart_stands_alone(desk: Desk) -> None:
    await desk.subscribe(7, DigestFilters(chart=True, skip_quiet=True))
    await desk.report("وكالة النهر", STRIKE)
    await desk.report("راديو الجبل", LATER)
    assert len((await desk.morning())[7]) == 2

    assert await desk.morning(1) == {}
