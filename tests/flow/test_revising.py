"""The day's digest is edited when its figures move, where the chat chose so, and only there."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.app import Core, Mujaz
from bot.models import NewArticle, OutboxKind, OutboxState
from bot.sandbox import READER_ID, SandboxClock
from tests.flow.person import Person, shown
from tests.flow.test_settings import press

MARKET = "قصف جوي على سوق شعبي في مدينة إدلب"
RISEN = "ارتفاع عدد ضحايا القصف الجوي على سوق شعبي في مدينة إدلب"
TEXT = "قال الدفاع المدني إن {n} مدنياً قتلوا في قصف جوي استهدف سوقاً شعبياً وسط مدينة إدلب."


async def report(core: Core, outlet: str, title: str, killed: int) -> None:
    """Let a report arrive and be read."""
    article = NewArticle(
        title=title, paragraphs=(TEXT.format(n=killed),), published_at=core.clock.now()
    )
    await core.services.intake.store(article, source_name=outlet)
    await core.services.enriching.follow()


async def digest_of_tonight(
    core: Core, layla: Person, clock: SandboxClock, *, edits: bool
) -> dict[str, Any]:
    """Return the digest of 19:00, which tells of twelve killed."""
    if edits:
        arrival = await press(layla, await layla.says("/settings"), "الوصول")
        await press(layla, arrival, "تعديل موجز اليوم")
    chat = await core.store.chat(READER_ID)
    assert chat is not None or not edits
    await layla.says("/subscribe")
    chat = await core.store.chat(READER_ID)
    assert chat is not None
    await core.services.subscribing.change(chat, 0, time="19:00")
    await report(core, "وكالة", MARKET, 12)
    clock.advance(timedelta(minutes=31))
    (found,) = await layla.sees(READER_ID, lambda m: MARKET in shown(m) and "موجز" in shown(m))
    while any(m.state is not OutboxState.SENT for m in await core.store.outbox()):  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    return found


async def edits_settled(core: Core) -> list[OutboxState]:
    """Return the states of the edits once none is on its way."""
    while True:
        found = [m.state for m in await core.store.outbox() if m.kind is OutboxKind.EDIT]
        if not {OutboxState.PENDING, OutboxState.SENDING} & set(found):
            return found
        await asyncio.sleep(0.05)


async def test_a_figure_that_moves_is_told_in_the_digest_that_stands_there(
    mujaz: Mujaz, layla: Person, core: Core, clock: SandboxClock
) -> None:
    await digest_of_tonight(core, layla, clock, edits=True)
    before = {m["message_id"] for m in await layla.messages()}

    await report(core, "إذاعة", RISEN, 37)
    told = await layla.sees(READER_ID, lambda m: "37 مدنياً" in shown(m))
    revised = await layla.sees(READER_ID, lambda m: "عُدِّل هذا الموجز" in shown(m))
    parts = len(await edits_settled(core))

    assert (len(told), len(revised)) == (1, 1)
    assert {m["message_id"] for m in await layla.messages()} == before
    assert await core.services.revising.tick() == 0  # told is told

    await report(core, "صحيفة", RISEN + " مجددًا", 41)
    await layla.sees(READER_ID, lambda m: "41 مدنياً" in shown(m))
    assert {m["message_id"] for m in await layla.messages()} == before
    assert set(await edits_settled(core)) == {OutboxState.SENT}
    assert len(await edits_settled(core)) == 2 * parts


async def test_after_a_kill_between_edit_and_note_the_same_is_written_again(
    mujaz: Mujaz, layla: Person, core: Core, clock: SandboxClock
) -> None:
    await digest_of_tonight(core, layla, clock, edits=True)
    before = len(await layla.messages())
    await report(core, "إذاعة", RISEN, 37)
    await layla.sees(READER_ID, lambda m: "37 مدنياً" in shown(m))
    subscription = await core.store.subscription(READER_ID, 0)
    assert subscription is not None
    slot = await core.store.latest_slot(subscription.id)
    assert slot is not None
    former = {
        one.event_id: one.before_id or one.snapshot_id for one in await core.store.shown_by(slot)
    }
    await core.store.show_anew(subscription.id, former)  # as if the note had been lost

    await core.services.revising.tick()
    states = await edits_settled(core)

    assert set(states) <= {OutboxState.SENT, OutboxState.CANCELLED}
    assert len(await layla.messages()) == before
    assert len(await layla.sees(READER_ID, lambda m: "37 مدنياً" in shown(m))) == 1


async def test_a_digest_that_was_deleted_comes_anew(
    mujaz: Mujaz, layla: Person, core: Core, clock: SandboxClock
) -> None:
    digest = await digest_of_tonight(core, layla, clock, edits=True)
    await layla.delete(digest["message_id"])

    await report(core, "إذاعة", RISEN, 37)
    (anew,) = await layla.sees(READER_ID, lambda m: "37 مدنياً" in shown(m))

    assert anew["message_id"] != digest["message_id"]
    assert set(await edits_settled(core)) == {OutboxState.SENT}


@pytest.mark.parametrize("why", ["not chosen", "no figure moved", "another day"])
async def test_nothing_is_edited_otherwise(
    mujaz: Mujaz, layla: Person, core: Core, clock: SandboxClock, why: str
) -> None:
    digest = await digest_of_tonight(core, layla, clock, edits=why != "not chosen")
    if why == "another day":
        clock.advance(timedelta(hours=10))
    await report(core, "إذاعة", RISEN, 12 if why == "no figure moved" else 37)

    assert await core.services.revising.tick() == 0
    (same,) = [m for m in await layla.messages() if m["message_id"] == digest["message_id"]]
    assert shown(same) == shown(digest)
    assert await edits_settled(core) == []
