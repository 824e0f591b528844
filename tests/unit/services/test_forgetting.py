"""What was told of an event is forgotten once no digest can say anything else for want of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import FixedClock
from bot.models import Alert, NewArticle, SourceKind
from bot.services.keeping import Keeping
from bot.services.knowing import KNOWN_FOR
from bot.store.sql import open_store
from tests.unit.services.test_digest_of_events import (
    DAY,
    EVENING,
    LATER,
    STRIKE,
    Desk,
    plain,
)

OUTLET = "وكالة النهر"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    store = await open_store(f"sqlite+aiosqlite:///{tmp_path / 'mujaz.db'}")
    yield Desk(store, FixedClock(EVENING))
    await store.close()


async def correct(desk: Desk) -> None:
    """Let the outlet correct the figure of its report, without another date."""
    source = await desk.store.ensure_source(SourceKind.FILE, OUTLET, now=desk.clock.now())
    article = NewArticle(title=STRIKE[0], paragraphs=LATER[1:])
    key = f"{OUTLET} {STRIKE[0]}"
    await desk.store.add_article(source, article, key, now=desk.clock.now())


async def told(desk: Desk) -> int:
    """Return how many events the reader is noted to know."""
    subscription = await desk.store.subscription(7, 0)
    assert subscription is not None
    return len(await desk.store.shown([subscription.id], list(range(1, 9))))


@pytest.mark.parametrize(("days", "comes"), [(170, True), (190, False)])
async def test_a_correction_is_told_of_what_was_not_forgotten(
    desk: Desk, days: int, *, comes: bool
) -> None:
    await desk.subscribe()
    await desk.report(OUTLET, STRIKE)
    assert STRIKE[0] in plain((await desk.morning())[7])
    desk.clock.advance(DAY * (days - 1))
    await correct(desk)

    after = plain((await desk.morning(days))[7])

    assert (STRIKE[0] in after) == comes  # also where nothing was forgotten yet


async def test_the_states_of_the_last_half_year_are_kept_and_those_before_forgotten(
    desk: Desk,
) -> None:
    keeping = Keeping(desk.store, desk.clock)
    await desk.subscribe()
    await desk.report(OUTLET, STRIKE)
    await desk.report("راديو الجبل", ("مؤتمر عن الري في صنعاء اليمنية", *LATER[2:]))
    await desk.morning()
    alert = Alert(chat_id=7, topic_id=0, event_id=99, told_at=desk.clock.now())
    await desk.store.save_alerts([], [alert], before=0, after=1, now=desk.clock.now())
    known = await told(desk)

    desk.clock.advance(KNOWN_FOR - timedelta(hours=1))
    assert await keeping.forget_told() == 0
    assert await told(desk) == known > 1

    desk.clock.advance(DAY * 2)
    assert await keeping.forget_told() == known  # the alert, and all but the newest state
    assert await told(desk) == 1
    assert await desk.store.alerts([(7, 0)], [99]) == []
    assert await keeping.forget_told() == 0
