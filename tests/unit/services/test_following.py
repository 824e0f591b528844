"""Alerts reach the outbox once, with what changed; what may not come now is held and not lost."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import FixedClock
from bot.models import (
    Chat,
    ChatKind,
    DeliveryOptions,
    DigestFilters,
    FollowKind,
    Matter,
    NewArticle,
    OutboxKind,
    OutboxMessage,
    SourceKind,
)
from bot.services.alerting import Alerting
from bot.services.enriching import Enriching
from bot.services.following import MOST_FOLLOWS, Following, named_to_follow
from bot.store.base import Store
from bot.store.sql import open_store

NOON = datetime(2019, 3, 11, 10, tzinfo=UTC)  # 12:00 in Damascus
HOUR = timedelta(hours=1)
CHAT = 7
IDLIB = Matter(FollowKind.PLACE, "sy.gov.idlib")
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
MASS = (
    "مجزرة في مدينة سراقب بعد قصف مخبز مكتظ",
    "قال الدفاع المدني إن 45 مدنياً قتلوا حين سقطت قذائف على طابور أمام مخبز في مدينة سراقب.",
)
ELSEWHERE = (
    "مقتل ثلاثة جنود في هجوم على حاجز في مدينة تعز اليمنية",
    "أعلنت السلطات المحلية مقتل ثلاثة جنود في هجوم مسلح على حاجز عسكري غرب مدينة تعز اليمنية.",
)


def raid(town: str, number: int) -> tuple[str, str]:
    """Return the report of an event of its own."""
    weapon = ("مدفعي", "صاروخي", "جوي", "بالبراميل", "بالمسيرات", "بالهاون", "عنقودي")[number]
    what = ("مدرسة", "مستشفى", "محطة مياه", "مزرعة", "جسر", "مسجد", "معمل")[number]
    return (
        f"قصف {weapon} يستهدف {what} في {town}",
        f"قتل {number + 2} مدنيين في قصف {weapon} استهدف {what} في {town}، وفق مصدر محلي.",
    )


TOWNS = ("خان شيخون", "سراقب", "معرة النعمان", "جسر الشغور", "كفرنبل", "بنش", "سرمين")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(f"sqlite+aiosqlite:///{tmp_path / 'mujaz.db'}")
    await opened.save_chat(Chat(id=CHAT, kind=ChatKind.PRIVATE, title="ليلى"), now=NOON)
    yield opened
    await opened.close()


class Desk:
    """A newsroom: stores reports, has them read, and lets the bot think of its followers."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.clock = FixedClock(NOON)
        self.enriching = Enriching(store, self.clock)
        self.following = Following(store, self.clock)
        self.alerting = Alerting(store, self.clock)

    async def report(self, outlet: str, told: tuple[str, ...], *, address: str = "") -> None:
        self.clock.advance(timedelta(minutes=1))
        source = await self.store.ensure_source(SourceKind.FILE, outlet, now=self.clock.now())
        title, *paragraphs = told
        article = NewArticle(
            title=title, paragraphs=tuple(paragraphs), published_at=self.clock.now(), url=address
        )
        await self.store.add_article(
            source, article, address or f"{outlet}{title}", now=self.clock.now()
        )
        await self.look()

    async def look(self) -> None:
        await self.enriching.follow()
        await self.alerting.tick()

    async def alerts(self) -> list[OutboxMessage]:
        found = await self.store.outbox(limit=1000)
        return sorted(
            (one for one in found if one.kind is OutboxKind.ALERT), key=lambda one: one.id
        )

    async def quiet(self, start: str, end: str) -> None:
        await self.store.subscribe(
            CHAT, 0, times=("08:00",), timezone="Asia/Damascus", language="ar", now=NOON
        )
        await self.store.choose(
            CHAT,
            0,
            times=("08:00",),
            timezone="Asia/Damascus",
            weekdays=(1, 2, 3, 4, 5, 6, 7),
            filters=DigestFilters(),
            delivery=DeliveryOptions(quiet_from=start, quiet_until=end),
            now=NOON,
        )


@pytest.fixture
async def desk(store: Store) -> Desk:
    made = Desk(store)
    assert await made.following.follow(CHAT, 0, IDLIB)
    return made


def shown(message: OutboxMessage) -> str:
    return html.unescape(re.sub(r"<[^>]*>|[\u2066-\u2069\u200f]", "", message.html))


async def test_a_new_event_in_a_followed_place_is_told_word_for_word(desk: Desk) -> None:
    await desk.report("وكالة النهر", STRIKE, address="https://example.org/1")
    await desk.report("وكالة اليمن", ELSEWHERE)
    await desk.look()

    (alert,) = await desk.alerts()
    assert f"● {STRIKE[0]}" in shown(alert)
    assert STRIKE[1] in shown(alert)
    assert 'href="https://example.org/1"' in alert.html
    assert "12:01" in shown(alert)
    assert "وكالة النهر" in shown(alert)
    assert "إدلب" in shown(alert).splitlines()[0]


async def test_a_moved_figure_is_told_with_what_it_was_and_who_says_it(desk: Desk) -> None:
    await desk.report("وكالة النهر", STRIKE)
    await desk.report("إذاعة التل", LATER)

    first, second = await desk.alerts()
    assert "▲" in shown(second)
    assert re.search(r"القتلى 12 ← 17 \(الدفاع المدني\)", shown(second)), shown(second)
    assert LATER[1] in shown(second)
    assert "29" not in shown(second)
    assert first.key != second.key


async def test_a_further_report_without_other_figures_is_no_alert(desk: Desk) -> None:
    await desk.report("وكالة النهر", STRIKE)
    await desk.report("إذاعة التل", STRIKE)
    await desk.report("صحيفة", (f"{STRIKE[0]} ظهراً", STRIKE[1], "وساد هدوء حذر بعد ذلك المدينة."))
    assert len(await desk.alerts()) == 1


async def test_nothing_is_told_twice_however_often_is_looked(desk: Desk) -> None:
    await desk.report("وكالة النهر", STRIKE)
    for _ in range(5):
        await Alerting(desk.store, desk.clock).tick()
    assert len(await desk.alerts()) == 1


async def test_what_comes_after_the_hours_measure_is_told_in_one_batch(desk: Desk) -> None:
    for number, town in enumerate(TOWNS):
        await desk.report("وكالة النهر", raid(town, number))
    alerts = await desk.alerts()
    assert len(alerts) == 4
    assert len(await desk.store.held_alerts(100)) == len(TOWNS) - 4

    desk.clock.advance(HOUR)
    await desk.look()
    await desk.look()

    *_, batch = alerts = await desk.alerts()
    assert len(alerts) == 5
    told = "\n".join(shown(one) for one in alerts)
    for number, town in enumerate(TOWNS):
        assert told.count(f"● {raid(town, number)[0]}") == 1
    for number, town in list(enumerate(TOWNS))[4:]:
        assert raid(town, number)[0] in shown(batch)
    assert not await desk.store.held_alerts(100)


async def test_quiet_hours_hold_alerts_until_waking_and_tell_them_as_they_stand(
    desk: Desk,
) -> None:
    await desk.quiet("11:00", "14:00")
    await desk.report("وكالة النهر", STRIKE)
    await desk.report("إذاعة التل", LATER)
    await desk.report("وكالة النهر", raid("خان شيخون", 0))
    assert not await desk.alerts()

    desk.clock.advance(2 * HOUR)
    await desk.look()

    (alert,) = await desk.alerts()
    assert shown(alert).count("●") == 2
    assert "17" in shown(alert)
    assert raid("خان شيخون", 0)[0] in shown(alert)


async def test_mass_casualties_in_a_followed_place_are_told_in_quiet_hours(desk: Desk) -> None:
    await desk.quiet("11:00", "14:00")
    await desk.report("وكالة النهر", STRIKE)
    await desk.report("وكالة النهر", MASS)

    (alert,) = await desk.alerts()
    assert MASS[0] in shown(alert)
    assert STRIKE[0] not in shown(alert)


async def test_who_follows_later_is_not_told_of_what_was_there_before(desk: Desk) -> None:
    await desk.store.unfollow(CHAT, (await desk.store.follows(CHAT, 0))[0].id)
    await desk.report("وكالة النهر", STRIKE)
    await desk.following.follow(CHAT, 0, IDLIB)
    await desk.look()
    assert not await desk.alerts()

    await desk.report("إذاعة التل", LATER)

    (alert,) = await desk.alerts()
    assert "▲" in shown(alert)
    assert "17" in shown(alert)


async def test_reports_of_days_ago_are_no_alerts_when_an_archive_is_read_in(desk: Desk) -> None:
    source = await desk.store.ensure_source(SourceKind.FILE, "أرشيف", now=desk.clock.now())
    desk.clock.advance(HOUR)
    old = NewArticle(title=STRIKE[0], paragraphs=STRIKE[1:], published_at=NOON - 48 * HOUR)
    await desk.store.add_article(source, old, "old", now=desk.clock.now())
    await desk.look()
    assert not await desk.alerts()
    assert await desk.store.alerts_seq() == await desk.store.last_seq()


async def test_a_word_is_followed_with_its_clitics(desk: Desk) -> None:
    await desk.store.unfollow(CHAT, (await desk.store.follows(CHAT, 0))[0].id)
    (word,) = named_to_follow("حاجز")
    assert word.kind is FollowKind.WORD
    await desk.following.follow(CHAT, 0, word)

    await desk.report("وكالة النهر", STRIKE)
    await desk.report("وكالة اليمن", ELSEWHERE)

    (alert,) = await desk.alerts()
    assert ELSEWHERE[0] in shown(alert)


async def test_a_blocked_chat_is_thought_of_no_more(desk: Desk) -> None:
    await desk.store.set_reachable(CHAT, False, now=desk.clock.now())
    await desk.report("وكالة النهر", STRIKE)
    assert not await desk.alerts()


async def test_a_chat_follows_at_most_so_many_things(desk: Desk) -> None:
    for number in range(MOST_FOLLOWS - 1):
        assert await desk.following.follow(CHAT, 0, Matter(FollowKind.WORD, f"كلمة{number}"))
    assert await desk.following.follow(CHAT, 0, Matter(FollowKind.WORD, "زائدة")) is None
    assert await desk.following.follow(CHAT, 0, IDLIB) is not None
