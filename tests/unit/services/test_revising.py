"""The digest is edited when figures move, whatever became of the picture that came with it."""

from __future__ import annotations

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
    NewArticle,
    OutboxKind,
    OutboxState,
    SourceKind,
)
from bot.services.broadcasting import Broadcasting
from bot.services.enriching import Enriching
from bot.services.outgoing import Outgoing
from bot.services.revising import Revising
from bot.store.base import Store
from bot.store.sql import open_store

MORNING = datetime(2026, 3, 10, 6, tzinfo=UTC)
MARKET = "قصف جوي على سوق شعبي في مدينة إدلب"
RISEN = "ارتفاع عدد ضحايا القصف الجوي على سوق شعبي في مدينة إدلب"
TEXT = "قال {who} إن {n} مدنياً قتلوا في قصف جوي استهدف سوقاً شعبياً وسط مدينة إدلب."


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(f"sqlite+aiosqlite:///{tmp_path / 'mujaz.db'}")
    yield opened
    await opened.close()


async def report(
    store: Store, clock: FixedClock, outlet: str, title: str, killed: int, who: str
) -> None:
    """Let a report arrive and be read."""
    source = await store.ensure_source(SourceKind.FILE, outlet, now=clock.now())
    text = TEXT.format(who=who, n=killed)
    article = NewArticle(title=title, paragraphs=(text,), published_at=clock.now())
    await store.add_article(source, article, outlet, now=clock.now())
    enriching = Enriching(store, clock)
    await enriching.follow()
    await enriching.close()


@pytest.mark.parametrize("picture", [OutboxState.SENT, OutboxState.DEAD, OutboxState.UNCERTAIN])
async def test_a_digest_that_came_with_a_picture_is_edited(
    store: Store, picture: OutboxState
) -> None:
    clock = FixedClock(MORNING)
    await store.save_chat(Chat(id=7, kind=ChatKind.PRIVATE, timezone="UTC"), now=clock.now())
    await store.subscribe(7, 0, times=("08:00",), timezone="UTC", language="ar", now=clock.now())
    edited, charted = DeliveryOptions(edit_in_place=True), DigestFilters(chart=True)
    await store.choose(7, 0, filters=charted, delivery=edited, now=clock.now())
    await report(store, clock, "وكالة", MARKET, 12, "الدفاع المدني")
    clock.advance(timedelta(minutes=20))
    await report(store, clock, "قناة", RISEN, 15, "مصدر طبي")
    clock.advance(timedelta(minutes=100))
    broadcasting = Broadcasting(store, clock)
    await broadcasting.tick()
    pictures = 0
    while leased := await store.lease(9, now=clock.now(), lease_s=60):
        for one in leased:
            pictures += bool(one.picture)
            state = picture if one.picture else OutboxState.SENT
            sent_id = one.id if state is OutboxState.SENT else None
            await store.settle(one.id, state, now=clock.now(), telegram_id=sent_id)
    assert pictures == 1

    await report(store, clock, "إذاعة", RISEN, 37, "الدفاع المدني")
    revising = Revising(store, clock, broadcasting, Outgoing(store, clock, ()))

    assert await revising.tick() == 1
    edits = await store.outbox(OutboxState.PENDING)
    assert {edit.kind for edit in edits} == {OutboxKind.EDIT}
    assert any("37" in edit.html for edit in edits)
