"""How messages arrive: without a sound, pinned, edited in place; over real HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from bot.clock import SystemClock
from bot.models import OutboxKind, OutboxState, PinState, Reply
from bot.sandbox import CHANNEL_ID, GROUP_ID, READER_ID
from tests.flow.test_delivery import Delivery, delivery

__all__ = ["delivery"]

# The library warns whenever it makes a RetryAfter, unless an environment variable is set.
pytestmark = pytest.mark.filterwarnings("ignore:.*attribute `retry_after`")


async def edit(delivery: Delivery, text: str) -> bool:
    """Let the first message of the outbox read ``text``."""
    origin = (await delivery.store.outbox())[-1]
    reply = Reply(html=f"<b>{text}</b>", plain=text)
    written = await delivery.store.enqueue_edit(origin.id, reply, now=SystemClock().now())
    delivery.dispatcher.notify()
    return written


async def requests(delivery: Delivery, method: str) -> list[dict[str, Any]]:
    return [r for r in await delivery.person.journal() if r["method"] == method]


async def test_a_silent_message_asks_for_no_sound(delivery: Delivery) -> None:
    await delivery.enqueue(key="loud")
    await delivery.enqueue(key="silent", silent=True)
    await delivery.settle()

    made = [r["params"] for r in await delivery.attempts()]
    assert [p.get("disable_notification") for p in made] == [None, "true"]


async def test_a_sent_message_is_edited_in_place_and_once(delivery: Delivery) -> None:
    await delivery.enqueue()
    await delivery.settle()

    assert await edit(delivery, "القتلى 17")
    assert not await edit(delivery, "القتلى 17")
    assert await delivery.settle() == {"sent": 2}

    assert await delivery.texts() == ["القتلى 17"]
    assert len(await requests(delivery, "editMessageText")) == 1


async def test_an_edit_whose_answer_was_lost_is_made_again_and_counts_as_sent(
    delivery: Delivery,
) -> None:
    await delivery.enqueue()
    await delivery.settle()
    await delivery.fault("cut_after", method="editMessageText")

    await edit(delivery, "القتلى 17")

    assert await delivery.settle() == {"sent": 2}
    assert await delivery.texts() == ["القتلى 17"]
    made = await requests(delivery, "editMessageText")
    assert [r["ok"] for r in made] == [None, False]  # the second one: «message is not modified»


async def test_a_deleted_message_is_sent_anew_and_later_edits_find_it(delivery: Delivery) -> None:
    await delivery.enqueue()
    await delivery.settle()
    (first,) = await delivery.person.messages()
    await delivery.person.delete(first["message_id"])

    await edit(delivery, "القتلى 17")
    await delivery.settle()
    await edit(delivery, "القتلى 18")
    assert await delivery.settle() == {"sent": 3}

    assert await delivery.texts() == ["القتلى 18"]
    assert len(await delivery.attempts()) == 2


async def test_a_doubtful_alert_comes_once_more_with_a_mark(delivery: Delivery) -> None:
    await delivery.fault("cut_after")

    await delivery.enqueue(kind=OutboxKind.ALERT)

    assert await delivery.settle() == {"uncertain": 1, "sent": 1}
    first, again = await delivery.texts()
    assert first == "موجز"
    assert again.startswith("(قد يتكرر")


@pytest.mark.parametrize("chat_id", [READER_ID, GROUP_ID, CHANNEL_ID])
async def test_the_newest_digest_is_pinned_and_the_former_one_comes_down(
    delivery: Delivery, chat_id: int
) -> None:
    if chat_id < 0:
        await delivery.person.control("membership", chat_id=chat_id, status="administrator")
    for key in ("one", "two"):
        await delivery.enqueue(chat_id, key=key, pin=True)
        await delivery.settle()
        await delivery.pinned()

    sandbox_pins = [r["params"] for r in await requests(delivery, "pinChatMessage")]
    assert [p["disable_notification"] for p in sandbox_pins] == ["true", "true"]
    (unpinned,) = await requests(delivery, "unpinChatMessage")
    assert unpinned["ok"]
    two, one = await delivery.store.outbox(OutboxState.SENT)
    assert (one.pin, two.pin) == (PinState.NONE, PinState.DONE)


async def test_a_missing_right_to_pin_leaves_the_message_where_it_is(delivery: Delivery) -> None:
    await delivery.person.control(
        "membership", chat_id=GROUP_ID, status="administrator", lacking=["can_pin_messages"]
    )

    await delivery.enqueue(GROUP_ID, pin=True)
    await delivery.settle()
    await delivery.pinned()

    (held,) = await delivery.store.outbox()
    assert (held.state, held.pin) == (OutboxState.SENT, PinState.REFUSED)
