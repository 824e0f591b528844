"""What the store promises about follows and the alerts they bring."""

from __future__ import annotations

from bot.models import Alert, FollowKind, OutboxKind
from bot.store.base import Store
from tests.contract.samples import LATER, NOW, a_chat, a_snapshot, message


async def test_following_twice_is_one_follow(store: Store) -> None:
    await a_chat(store)

    first = await store.follow(7, 0, FollowKind.PLACE, "sy-aleppo", now=NOW)
    again = await store.follow(7, 0, FollowKind.PLACE, "sy-aleppo", now=LATER)
    elsewhere = await store.follow(7, 3, FollowKind.PLACE, "sy-aleppo", now=NOW)

    assert first == again
    assert await store.follows(7, 0) == [first]
    assert await store.follows(7, 3) == [elsewhere]


async def test_only_the_own_follow_can_be_removed(store: Store) -> None:
    await a_chat(store)
    follow = await store.follow(7, 0, FollowKind.WORD, "هدنة", now=NOW)

    assert not await store.unfollow(8, follow.id)
    assert await store.followed_words() == ["هدنة"]
    assert await store.unfollow(7, follow.id)
    assert not await store.unfollow(7, follow.id)
    assert await store.followed_words() == []


async def test_followers_are_found_by_kind_and_value_where_they_can_be_reached(
    store: Store,
) -> None:
    for chat_id in (7, 8, 9):
        await a_chat(store, chat_id)
    wanted = [
        await store.follow(7, 0, FollowKind.PLACE, "sy", now=NOW),
        await store.follow(8, 0, FollowKind.PARTY, "sdf", now=NOW),
    ]
    await store.follow(9, 0, FollowKind.PLACE, "sy", now=NOW)
    await store.follow(7, 0, FollowKind.WORD, "sy", now=NOW)
    await store.set_reachable(9, False, now=NOW)

    found = await store.followers(
        {FollowKind.PLACE: ["sy", "iq"], FollowKind.PARTY: ["sdf"], FollowKind.WORD: []}
    )

    assert found == wanted


async def test_alerts_and_their_messages_are_written_once_with_the_seq(store: Store) -> None:
    await a_chat(store)
    (state,) = await store.keep_snapshots([a_snapshot()], now=NOW)
    told = Alert(chat_id=7, topic_id=0, event_id=1, snapshot_id=state, told_at=NOW)
    held = Alert(chat_id=7, topic_id=0, event_id=2, held_at=NOW)
    messages = [message(7, "e1", kind=OutboxKind.ALERT)]

    assert await store.save_alerts(messages, [told, held], before=0, after=5, now=NOW)
    assert not await store.save_alerts(messages, [told, held], before=0, after=6, now=NOW)

    assert await store.alerts_seq() == 5
    assert await store.alerts([(7, 0)], [1, 2, 3]) == [told, held]
    assert await store.alerts([(7, 1)], [1, 2]) == []
    assert await store.held_alerts(9) == [held]
    assert await store.alerts_since([(7, 0), (8, 0)], NOW) == {(7, 0): 1, (8, 0): 0}
    assert await store.alerts_since([(7, 0)], LATER) == {(7, 0): 0}


async def test_what_is_told_no_longer_waits(store: Store) -> None:
    await a_chat(store)
    (state,) = await store.keep_snapshots([a_snapshot()], now=NOW)
    held = Alert(chat_id=7, topic_id=0, event_id=1, held_at=NOW)
    await store.save_alerts([], [held], before=0, after=1, now=NOW)
    told = Alert(chat_id=7, topic_id=0, event_id=1, snapshot_id=state, told_at=LATER)
    await store.save_alerts([], [told], before=1, after=1, now=LATER)

    assert await store.held_alerts(9) == []
    assert await store.forget_alerts(LATER) == 0
    assert await store.alerts([(7, 0)], [1]) == [told]


async def test_a_migrated_chat_takes_its_follows_along(store: Store) -> None:
    await a_chat(store)
    await a_chat(store, -1001)
    follow = await store.follow(7, 0, FollowKind.PLACE, "sy", now=NOW)
    await store.follow(-1001, 0, FollowKind.PLACE, "sy", now=NOW)
    await store.follow(7, 0, FollowKind.WORD, "هدنة", now=NOW)

    await store.migrate_chat(7, -1001, now=NOW)

    assert [(one.kind, one.value) for one in await store.follows(-1001, 0)] == [
        (FollowKind.PLACE, follow.value),
        (FollowKind.WORD, "هدنة"),
    ]
    assert await store.follows(7, 0) == []
