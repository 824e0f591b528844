"""What the store promises about sources."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.models import SourceKind
from bot.store.base import Store
from tests.contract.samples import LATER, NOW

FEED = "https://news.example/rss"


async def test_a_feed_is_the_same_source_by_its_address_whatever_its_name(store: Store) -> None:
    first = await store.ensure_source(SourceKind.FEED, "الأول", FEED, now=NOW)

    again = await store.ensure_source(SourceKind.FEED, "غيره", FEED, now=LATER)
    other = await store.ensure_source(SourceKind.FEED, "الأول", FEED + "2", now=NOW)

    assert again == first
    assert other.id != first.id


async def test_a_file_source_is_the_same_by_its_name_and_differs_from_forwards(
    store: Store,
) -> None:
    files = await store.ensure_source(SourceKind.FILE, "أرشيف", now=NOW)

    assert await store.ensure_source(SourceKind.FILE, "أرشيف", now=LATER) == files
    assert (await store.ensure_source(SourceKind.FORWARD, "أرشيف", now=NOW)).id != files.id


async def test_many_file_sources_are_those_that_each_alone_would_be(store: Store) -> None:
    gone = await store.ensure_source(SourceKind.FILE, "قديم", now=NOW)
    await store.remove_source(gone.id)

    found = await store.ensure_sources(SourceKind.FILE, ["جديد", "قديم", "جديد"], now=LATER)

    assert set(found) == {"جديد", "قديم"}
    assert found["قديم"].id == gone.id
    for name, source in found.items():
        assert await store.ensure_source(SourceKind.FILE, name, now=LATER) == source
        assert source.enabled
    assert await store.ensure_sources(SourceKind.FILE, ["جديد"], now=LATER) == {
        "جديد": found["جديد"]
    }
    assert len(await store.sources()) == 2


async def test_sources_come_oldest_first(store: Store) -> None:
    made = [await store.ensure_source(SourceKind.FILE, name, now=NOW) for name in "جاب"]

    assert await store.sources() == made


async def test_an_outlet_is_the_label_of_a_source_and_without_one_its_name(store: Store) -> None:
    plain, labelled = [
        await store.ensure_source(SourceKind.FILE, name, now=NOW) for name in ("وكالة", "قناة")
    ]
    assert await store.outlets() == {plain.id: "وكالة", labelled.id: "قناة"}

    await store.label_source(replace(labelled, outlet="الصحيفة"))

    assert await store.outlets() == {plain.id: "وكالة", labelled.id: "الصحيفة"}


async def test_only_enabled_feeds_that_are_due_are_checked_longest_waiting_first(
    store: Store,
) -> None:
    await store.ensure_source(SourceKind.FILE, "ملف", now=NOW)
    feeds = [await store.ensure_source(SourceKind.FEED, n, FEED + n, now=NOW) for n in "abcde"]
    for feed, minutes in zip(feeds[:3], (-1, -5, 1), strict=True):
        due_at = NOW + timedelta(minutes=minutes)
        await store.save_check(replace(feed, next_check_at=due_at))
    await store.remove_source(feeds[3].id)

    due = await store.sources_due(NOW)

    assert [source.name for source in due] == ["e", "b", "a"]


async def test_a_check_is_kept_byte_for_byte_and_leaves_the_rest_alone(store: Store) -> None:
    feed = await store.ensure_source(SourceKind.FEED, "خبر", FEED, now=NOW)
    learned = replace(
        feed,
        name="اسم القناة",
        etag='W/"a\u200fb "',
        last_modified="Sun, 01 Mar 2026 05:00:00 GMT",
        checked_at=NOW,
        next_check_at=LATER,
        failures=3,
        last_error="error.fetch.failed",
    )

    moved = replace(learned, address="https://new.example/rss", moved_to="https://a.example/")

    await store.save_check(replace(moved, enabled=False, country="SY"))

    assert await store.sources() == [moved]


async def test_a_removed_source_is_disabled_until_it_is_added_again(store: Store) -> None:
    feed = await store.ensure_source(SourceKind.FEED, "خبر", FEED, now=NOW)
    await store.save_check(replace(feed, next_check_at=LATER, failures=9, last_error="x"))

    assert await store.remove_source(feed.id)
    assert not (await store.sources())[0].enabled
    assert await store.sources_due(LATER) == []

    assert await store.ensure_source(SourceKind.FEED, "خبر", FEED, now=LATER) == feed
    assert await store.sources_due(NOW) == [feed]


async def test_removing_an_unknown_source_says_so(store: Store) -> None:
    assert not await store.remove_source(404)
