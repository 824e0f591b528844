"""What the store promises about events: readings, homes, steps written once, snapshots shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.models import DueDigest, EventsMark, EventsStep, FollowKind
from bot.store.base import Store
from tests.contract.samples import (
    LATER,
    NOW,
    a_claim,
    a_reading,
    a_slot,
    a_snapshot,
    a_step,
    a_subscription,
    added,
    an_event,
    new_article,
)


async def test_an_article_is_read_as_it_was_written(store: Store) -> None:
    intake = await added(store, "a")
    assert await store.save_events(a_step(intake.article_id), now=NOW)

    held = await store.readings([intake.article_id, 99])

    assert held == {intake.article_id: a_reading(intake.article_id, event_id=1)}
    (event,) = (await store.events([1, 2])).values()
    assert event == an_event(1, intake.article_id)


async def test_a_step_is_written_once_and_moves_the_mark(store: Store) -> None:
    intake = await added(store, "a")
    step = a_step(intake.article_id)
    assert await store.events_mark() == EventsMark()

    assert await store.save_events(step, now=NOW)
    assert not await store.save_events(step, now=NOW)

    assert await store.events_mark() == step.after
    assert len((await store.events([1]))[1].article_ids) == 1


async def test_reading_again_replaces_what_was_read(store: Store) -> None:
    article_id = (await added(store, "a")).article_id
    await store.save_events(a_step(article_id), now=NOW)
    step = a_step(
        article_id,
        before=await store.events_mark(),
        claims=(a_claim(2, 17),),
        places=("g3",),
        parties=(),
    )
    await store.save_events(step, now=NOW)

    (held,) = (await store.readings([article_id])).values()

    assert [claim.minimum for claim in held.claims] == [17]
    assert (held.places, held.parties) == (("g3",), ())


async def test_claims_are_kept_only_with_their_paragraph_and_in_64_bits(store: Store) -> None:
    article_id = (await added(store, "a")).article_id
    claims = (a_claim(99), a_claim(1, 10**30), a_claim(1, 10**12))
    await store.save_events(a_step(article_id, claims=claims), now=NOW)

    (held,) = (await store.readings([article_id])).values()

    assert [claim.minimum for claim in held.claims] == [10**12]


async def test_readings_of_articles_that_are_gone_are_passed_over(store: Store) -> None:
    await added(store, "a")

    assert await store.save_events(a_step(77), now=NOW)

    assert await store.readings([77]) == {}
    assert (await store.events([1]))[1].article_ids == ()


async def test_an_event_knows_those_it_took_over_and_got_reports_from(store: Store) -> None:
    first = (await added(store, "a")).article_id
    second = (await added(store, "b")).article_id
    await store.save_events(a_step(first), now=NOW)
    await store.save_events(a_step(second, event_id=2, before=await store.events_mark()), now=NOW)
    mark = await store.events_mark()
    gone = an_event(2, merged_into=1)
    merged = EventsStep(
        before=mark,
        after=replace(mark, seq=3),
        events=(an_event(1, first, second), gone),
        homes=((second, 1),),
    )
    await store.save_events(merged, now=NOW)

    assert await store.forebears([1, 2]) == {1: (2,)}
    assert (await store.events([1]))[1].article_ids == (first, second)
    assert [event.id for event in await store.recent_events(NOW)] == [1]


async def test_what_is_followed_again_keeps_its_events_until_they_are_replaced(
    store: Store,
) -> None:
    article_id = (await added(store, "a")).article_id
    await store.save_events(a_step(article_id), now=NOW)

    await store.follow_again()

    assert await store.events_mark() == EventsMark(next_event_id=2, next_storyline_id=2)
    assert (await store.readings([article_id]))[article_id].event_id == 1


async def test_revised_articles_are_those_held_before_of_which_a_change_came(
    store: Store,
) -> None:
    old = (await added(store, "a", new_article("أ", published_at=NOW))).article_id
    new = (await added(store, "b", new_article("ب", published_at=LATER))).article_id
    await added(store, "a", new_article("أ معدل", published_at=NOW))
    await added(store, "b", new_article("ب معدل", published_at=LATER))

    assert await store.revised_articles(0, 4, since=NOW, limit=10) == []  # all of it is new
    assert await store.revised_articles(1, 4, since=NOW, limit=10) == [old]
    assert await store.revised_articles(2, 4, since=NOW, limit=10) == [new, old]
    assert await store.revised_articles(2, 4, since=NOW, limit=1) == [new]
    assert await store.revised_articles(2, 4, since=LATER, limit=10) == [new]
    assert await store.revised_articles(4, 9, since=NOW, limit=10) == []


async def test_articles_about_a_place_are_found_by_it_and_by_every_area_around(
    store: Store,
) -> None:
    article_id = (await added(store, "a", new_article("أ", published_at=NOW))).article_id
    await store.save_events(a_step(article_id), now=NOW)
    day = {"since": NOW - timedelta(days=1), "until": LATER}

    for kind, value in (
        (FollowKind.PLACE, "g1"),
        (FollowKind.PLACE, "sy"),
        (FollowKind.PARTY, "sdf"),
        (FollowKind.EVENT, "1"),
    ):
        found = await store.articles_about(kind, value, limit=5, **day)
        assert found == [article_id], (kind, value)
    for kind, value in (
        (FollowKind.PLACE, "iq"),
        (FollowKind.EVENT, "no number"),
        (FollowKind.WORD, "sdf"),
    ):
        assert await store.articles_about(kind, value, limit=5, **day) == []
    late = await store.articles_about(FollowKind.PLACE, "g1", since=LATER, until=LATER, limit=5)
    assert late == []


async def test_a_state_is_kept_once_whenever_it_was_taken(store: Store) -> None:
    first = a_snapshot()
    later, other = replace(first, at=LATER), replace(first, outlets=("ملف", "آخر"))

    ids = await store.keep_snapshots([first, other], now=NOW)
    again = await store.keep_snapshots([later, other], now=LATER)

    assert ids == again
    assert len(set(ids)) == 2
    assert await store.snapshots(ids) == {ids[0]: first, ids[1]: other}


async def test_what_was_shown_is_written_with_its_digest_or_not_at_all(store: Store) -> None:
    subscription = await a_subscription(store)
    first, second = await store.keep_snapshots([a_snapshot(), a_snapshot(outlets=("ب",))], now=NOW)

    async def send(day: int, snapshot_id: int) -> bool:
        slot = a_slot(subscription, day)
        due = DueDigest(slot=slot, cursor=day, covered_until_at=NOW, shown={1: snapshot_id})
        return await store.enqueue_digests([due], now=NOW) == [True]

    assert await send(1, first)
    assert not await send(1, second)
    assert [one.snapshot_id for one in await store.shown([subscription.id], [1, 2])] == [first]
    assert await send(2, second)
    assert [one.snapshot_id for one in await store.shown([subscription.id], [1])] == [second]
    assert await store.shown([subscription.id], [2]) == []


async def test_old_states_are_forgotten_with_the_notes_of_who_saw_them(store: Store) -> None:
    subscription = await a_subscription(store)
    going_on = (await added(store, "a", new_article("أ", published_at=LATER))).article_id
    step = a_step(going_on, event_id=3)
    event = replace(step.events[0], updated_at=LATER)
    assert await store.save_events(replace(step, events=(event,)), now=NOW)
    seen = [a_snapshot(event_id=1), a_snapshot(event_id=2), a_snapshot(event_id=3)]
    old, older, kept = await store.keep_snapshots(seen, now=NOW)
    (newest,) = await store.keep_snapshots([a_snapshot(event_id=4)], now=NOW)
    due = DueDigest(
        slot=a_slot(subscription),
        cursor=1,
        covered_until_at=NOW,
        shown={1: old, 2: older, 3: kept, 4: newest},
        known={4: old},
    )
    await store.enqueue_digests([due], now=NOW)

    assert await store.forget_shown(NOW) == 0
    assert await store.forget_shown(LATER, limit=1) == 1
    assert await store.forget_shown(LATER) == 1
    assert await store.forget_shown(LATER) == 0

    left = await store.shown([subscription.id], [1, 2, 3, 4])
    assert [one.snapshot_id for one in left] == [kept, newest]
    assert list(await store.snapshots([old, older, kept, newest])) == [kept, newest]
    assert await store.keep_snapshots([a_snapshot(event_id=5)], now=NOW) == [newest + 1]
