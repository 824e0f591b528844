"""What the store promises about outbox messages: leased once, in order, and settled."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.errors import StoreError
from bot.models import Button, OutboxKind, OutboxState, Reply
from bot.store.base import Store
from tests.contract.samples import (
    LATER,
    NOW,
    a_subscription,
    leased,
    message,
    send_digest,
    states,
)

SECOND = timedelta(seconds=1)


async def enqueued(store: Store, *chats: int, key: str = "one") -> None:
    await store.enqueue([message(chat, key) for chat in chats], now=NOW)


async def test_a_message_comes_out_as_it_was_written(store: Store) -> None:
    buttons = ((Button("نعم", data="y"), Button("رابط", url="https://a.example")), (Button("لا"),))
    reply = Reply(html="<b>\u200fن</b>", plain="\u200fن", buttons=buttons, article_ids=(3, 1))
    new = message(-100, "key", 2, topic_id=9, kind=OutboxKind.NOTICE, reply=reply)

    await store.enqueue([new], now=NOW)
    (held,) = await store.outbox()

    assert (held.chat_id, held.topic_id, held.kind) == (-100, 9, OutboxKind.NOTICE)
    assert (held.key, held.part, held.subscription_id) == ("key", 2, None)
    assert (held.html, held.plain) == (reply.html, reply.plain)
    assert (held.buttons, held.article_ids) == (buttons, (3, 1))
    assert (held.state, held.attempts, held.message_id) == (OutboxState.PENDING, 0, None)


async def test_a_message_is_written_once_for_its_key_and_part(store: Store) -> None:
    assert await store.enqueue([message(), message(part=1), message()], now=NOW) == 2
    assert await store.enqueue([message(), message(part=2), message(8)], now=NOW) == 2
    assert await store.enqueue([message(topic_id=1)], now=NOW) == 1
    assert await store.enqueue([message(kind=OutboxKind.NOTICE)], now=NOW) == 1
    assert await store.enqueue([], now=NOW) == 0

    assert len(await store.outbox()) == 6


async def test_a_leased_message_is_being_sent_and_is_not_leased_again(store: Store) -> None:
    await enqueued(store, 1)

    (sending,) = await store.lease(5, now=NOW, lease_s=90)

    assert sending.state is OutboxState.SENDING
    assert sending.leased_until_at == NOW + timedelta(seconds=90)
    assert await store.outbox() == [sending]
    assert await leased(store, now=LATER) == []


async def test_the_oldest_messages_are_leased_first_and_no_more_than_asked(store: Store) -> None:
    await enqueued(store, 3, 1, 2)

    assert [m.chat_id for m in await leased(store, 2)] == [3, 1]
    assert [m.chat_id for m in await leased(store, 2)] == [2]
    assert await leased(store, 0) == []


async def test_one_chat_has_one_message_in_sending_whatever_its_topics(store: Store) -> None:
    await store.enqueue(
        [message(7, "a"), message(7, "b", topic_id=1), message(7, "c"), message(8, "d")], now=NOW
    )

    first = await leased(store)
    assert [m.key for m in first] == ["a", "d"]
    assert await leased(store) == []

    await store.settle(first[0].id, OutboxState.SENT, now=NOW)
    assert [m.key for m in await leased(store)] == ["b"]


async def test_one_chat_with_many_messages_does_not_keep_the_others_waiting(
    store: Store,
) -> None:
    await store.enqueue([message(1, str(n)) for n in range(60)], now=NOW)
    await enqueued(store, 2, 3)

    assert [m.chat_id for m in await leased(store, 3)] == [1, 2, 3]


@pytest.mark.parametrize(
    "end", [OutboxState.SENT, OutboxState.UNCERTAIN, OutboxState.DEAD, OutboxState.CANCELLED]
)
async def test_a_part_waits_until_the_parts_before_it_are_settled(
    store: Store, end: OutboxState
) -> None:
    await store.enqueue([message(part=part) for part in (2, 0, 1)], now=NOW)

    for part in (0, 1, 2):
        (sending,) = await leased(store)
        assert sending.part == part
        await store.settle(sending.id, end, now=NOW)


async def test_a_part_that_is_put_off_holds_back_those_after_it_but_no_other_key(
    store: Store,
) -> None:
    await store.enqueue([message(part=0), message(part=1), message(key="other")], now=NOW)
    (first,) = await leased(store)
    await store.settle(first.id, OutboxState.PENDING, now=NOW, not_before_at=LATER)

    (other,) = await leased(store)
    assert other.key == "other"
    await store.settle(other.id, OutboxState.SENT, now=NOW)
    assert await leased(store) == []
    assert [m.part for m in await leased(store, now=LATER)] == [0]


async def test_excluded_chats_are_passed_over(store: Store) -> None:
    await enqueued(store, 1, 2, 3)

    found = await store.lease(5, now=NOW, lease_s=1, exclude_chats=(1, 3))

    assert [m.chat_id for m in found] == [2]


async def test_a_settled_message_keeps_what_came_of_it(store: Store) -> None:
    await enqueued(store, 1)
    (sending,) = await leased(store)

    await store.settle(sending.id, OutboxState.SENT, now=NOW, telegram_id=2**40, reason="ok")
    (held,) = await store.outbox(OutboxState.SENT)

    assert (held.message_id, held.attempts, held.reason) == (2**40, 1, "ok")
    assert held.leased_until_at is None


async def test_back_to_pending_may_change_time_html_and_topic(store: Store) -> None:
    await store.enqueue([message(topic_id=4, part=part) for part in (0, 1)], now=NOW)
    (sending,) = await leased(store)

    await store.settle(
        sending.id,
        OutboxState.PENDING,
        now=NOW,
        not_before_at=NOW + SECOND,
        count_attempt=False,
        html="plain",
        topic_id=0,
    )

    assert await leased(store) == []
    (again,) = await leased(store, now=NOW + SECOND)
    assert (again.part, again.html, again.attempts) == (0, "plain", 0)
    assert {m.topic_id for m in await store.outbox()} == {0}, "its parts go with it"


async def test_alerts_of_lost_topics_go_to_the_group_beside_its_own_of_the_same_key(
    store: Store,
) -> None:
    alerts = [message(kind=OutboxKind.ALERT, topic_id=topic) for topic in (0, 4, 5)]
    await store.enqueue(alerts, now=NOW)
    for _ in (4, 5):
        (sending,) = await leased(store)
        if sending.topic_id == 0:
            await store.settle(sending.id, OutboxState.SENT, now=NOW)
            (sending,) = await leased(store)
        await store.settle(sending.id, OutboxState.PENDING, now=NOW, topic_id=0)
        (moved,) = await leased(store)
        assert (moved.id, moved.topic_id) == (sending.id, 0)
        await store.settle(moved.id, OutboxState.SENT, now=NOW)

    sent = await store.outbox(OutboxState.SENT)
    assert [m.topic_id for m in sent] == [0, 0, 0]
    assert len({m.key for m in sent}) == 3


async def test_what_was_moved_from_a_lost_topic_is_not_moved_there_a_second_time(
    store: Store,
) -> None:
    repeat = message(key="one:again", kind=OutboxKind.ALERT, topic_id=4)
    for _ in ("as it was written", "as it is written again at a start"):
        await store.enqueue([repeat], now=NOW)
        (sending,) = await leased(store)
        await store.settle(sending.id, OutboxState.PENDING, now=NOW, topic_id=0)
        for moved in await leased(store):
            await store.settle(moved.id, OutboxState.SENT, now=NOW)

    assert await states(store) == {1: OutboxState.SENT, 2: OutboxState.CANCELLED}
    assert await store.enqueue([repeat], now=NOW) == 0


async def test_only_a_message_that_was_given_out_can_be_settled(store: Store) -> None:
    await enqueued(store, 1)
    (pending,) = await store.outbox()

    with pytest.raises(StoreError):
        await store.settle(pending.id, OutboxState.SENT, now=NOW)
    with pytest.raises(StoreError):
        await store.settle(404, OutboxState.SENT, now=NOW)
    (sending,) = await leased(store)
    with pytest.raises(StoreError):
        await store.settle(sending.id, OutboxState.SENDING, now=NOW)
    await store.settle(sending.id, OutboxState.SENT, now=NOW)
    with pytest.raises(StoreError):
        await store.settle(sending.id, OutboxState.PENDING, now=NOW)

    assert await states(store) == {sending.id: OutboxState.SENT}


async def test_the_same_settlement_again_changes_nothing(store: Store) -> None:
    await enqueued(store, 1)
    (sending,) = await leased(store)
    await store.settle(sending.id, OutboxState.SENT, now=NOW, telegram_id=3)
    before = await store.outbox()

    await store.settle(sending.id, OutboxState.SENT, now=LATER, telegram_id=4)

    assert await store.outbox() == before


async def test_a_late_answer_settles_a_doubtful_message(store: Store) -> None:
    await enqueued(store, 1)
    (sending,) = await leased(store)
    await store.recover(now=NOW, everything=True)

    await store.settle(sending.id, OutboxState.SENT, now=NOW, telegram_id=3)

    assert await states(store) == {sending.id: OutboxState.SENT}


async def test_a_message_of_a_subscription_paused_meanwhile_is_not_tried_again(
    store: Store,
) -> None:
    subscription = await a_subscription(store)
    await send_digest(store, subscription, message())
    (sending,) = await leased(store)
    await store.pause(7, 0, "reader")

    await store.settle(sending.id, OutboxState.PENDING, now=NOW)

    assert await states(store) == {sending.id: OutboxState.CANCELLED}


@pytest.mark.parametrize(("now", "everything"), [(NOW, True), (LATER, False)])
async def test_messages_left_in_sending_become_uncertain(
    store: Store, now: datetime, everything: bool
) -> None:
    await enqueued(store, 1, 2, 3)
    left = await leased(store, 2)

    found = await store.recover(now=now, everything=everything)

    assert [m.id for m in found] == [m.id for m in left]
    assert {m.state for m in found} == {OutboxState.UNCERTAIN}
    assert await store.outbox(OutboxState.SENDING) == []
    assert await store.recover(now=now, everything=everything) == []


async def test_a_lease_that_has_not_run_out_is_left_alone(store: Store) -> None:
    await enqueued(store, 1)
    await leased(store)

    assert await store.recover(now=NOW + SECOND, everything=False) == []
    assert len(await store.outbox(OutboxState.SENDING)) == 1


async def test_messages_are_listed_newest_first_by_state_and_limit(store: Store) -> None:
    await enqueued(store, 1, 2, 3)
    await leased(store, 1)

    assert [m.chat_id for m in await store.outbox()] == [3, 2, 1]
    assert [m.chat_id for m in await store.outbox(OutboxState.PENDING)] == [3, 2]
    assert [m.chat_id for m in await store.outbox(limit=1)] == [3]


async def test_the_outbox_wakes_when_the_next_message_may_be_sent(store: Store) -> None:
    assert await store.outbox_wakeup_at() is None
    await enqueued(store, 1, 2)
    assert await store.outbox_wakeup_at() == NOW

    for sending, minutes in zip(await leased(store), (9, 4), strict=True):
        due_at = NOW + timedelta(minutes=minutes)
        await store.settle(sending.id, OutboxState.PENDING, now=NOW, not_before_at=due_at)

    assert await store.outbox_wakeup_at() == NOW + timedelta(minutes=4)


async def test_nothing_wakes_the_outbox_while_all_wait_for_one_in_sending(store: Store) -> None:
    await store.enqueue([message(part=0), message(part=1), message(key="two")], now=NOW)
    (sending,) = await leased(store)

    assert await store.outbox_wakeup_at() is None

    await store.settle(sending.id, OutboxState.SENT, now=NOW)
    assert await store.outbox_wakeup_at() == NOW


async def test_many_are_settled_as_sent_at_once_and_those_not_given_out_are_named(
    store: Store,
) -> None:
    await enqueued(store, 1, 2, 3)
    first, second = await leased(store, 2)
    (waiting,) = await store.outbox(OutboxState.PENDING)

    refused = await store.settle_sent({first.id: 11, second.id: None, waiting.id: 13}, now=LATER)
    again = await store.settle_sent({first.id: 99}, now=LATER)

    assert (refused, again) == ({waiting.id}, set())
    assert await states(store) == {1: "sent", 2: "sent", 3: "pending"}
    assert {m.message_id for m in await store.outbox(OutboxState.SENT)} == {11, None}
    assert await store.settle_sent({}, now=LATER) == set()


async def test_a_dead_or_doubtful_message_is_sent_again_on_request_and_no_other(
    store: Store,
) -> None:
    await enqueued(store, 1, 2, 3)
    dead, doubtful = await leased(store, 2)
    await store.settle(dead.id, OutboxState.DEAD, now=NOW, reason="refused")
    await store.settle(doubtful.id, OutboxState.UNCERTAIN, now=NOW)
    (waiting,) = await store.outbox(OutboxState.PENDING)

    again = [await store.retry(m.id, now=LATER) for m in (dead, doubtful, waiting)]

    assert again == [True, True, False]
    assert {m.id for m in await leased(store, 5, now=LATER)} == {dead.id, doubtful.id, waiting.id}
