"""What may be chosen: every change can be taken back, nothing impossible is kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import FixedClock
from bot.models import Chat, ChatKind, Subscription
from bot.services.choosing import (
    FIELDS,
    Choices,
    Choosing,
    NotPossibleError,
    changed,
    inverse,
)
from bot.store.sql import SqlStore, open_store

NOW = datetime(2019, 3, 12, 16, 30, tzinfo=UTC)
START = Choices(
    chat=Chat(id=1001, kind=ChatKind.PRIVATE),
    subscription=Subscription(id=1, chat_id=1001, active=False, active_since_at=NOW),
)
GOOD = {
    "on": ("1",),
    "t": ("+0600", "+2030"),
    "d": ("-5", "-6"),
    "z": ("Europe/Berlin", "Africa/Cairo"),
    "l": ("en",),
    "q": ("2206", "0008", "no"),
    "u": ("1",),
    "b": ("1",),
    "ed": ("1",),
    "br": ("1",),
    "j": ("+مكتب الفرات", "no"),
    "n": ("5", "20"),
    "s": ("1",),
    "e": ("1",),
    "f": ("1",),
    "c": ("1",),
    "a": ("+sy", "+iq"),
    "y": ("+isis", "+sdf"),
    "w": ("+مخيم الهول", "+OCHA"),
    "v": ("+رياضة",),
    "g": ("1",),
    "m": ("EG", "DZ"),
    "h": ("1",),
    "x": ("1",),
    "p": ("0",),
    "o": ("1",),
}


def test_every_field_is_tried_here() -> None:
    assert set(GOOD) == set(FIELDS)


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in GOOD.items() for value in values]
)
def test_every_change_can_be_taken_back(name: str, value: str) -> None:
    after = changed(START, name, value)
    undo = inverse(START, name, value)

    if after == START:  # «no» quiet hours, of which there were none
        assert undo == ""
        return
    assert changed(after, name, undo) == START
    assert changed(after, name, value) == after  # a second press does no harm
    assert inverse(after, name, value) == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("on", "yes"), ("t", "0800"), ("t", "+2400"), ("t", "-0800"), ("t", "+08:00"), ("d", "+8"),
        ("z", "Mars/Base"), ("z", "../../etc"), ("l", "xx"), ("q", "2222"), ("q", "25"), ("n", "7"),
        ("a", "+nowhere"), ("y", "+nobody"), ("w", "+"), ("w", "+" + "ا" * 41), ("w", "+\u202e"),
        ("m", "XX"), ("g", "2"), ("g", "+1"), ("j", "+"), ("j", "+" + "ا" * 101), ("j", "+\u202e"),
        ("j", "-مكتب"), ("b", "yes"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(name: str, value: str) -> None:
    with pytest.raises(NotPossibleError):
        changed(START, name, value)


def test_the_last_time_and_the_last_day_stay() -> None:
    choices = START
    for day in "123456":
        choices = changed(choices, "d", f"-{day}")

    with pytest.raises(NotPossibleError):
        changed(choices, "d", "-7")
    with pytest.raises(NotPossibleError):
        changed(choices, "t", "-0800")


def test_sets_have_an_end() -> None:
    choices = START
    for hour in (9, 10, 11, 12, 13):
        choices = changed(choices, "t", f"+{hour:02d}00")

    with pytest.raises(NotPossibleError):
        changed(choices, "t", "+1400")


@given(st.sampled_from(sorted(FIELDS)), st.text(max_size=50))
def test_no_value_whatever_does_more_than_be_refused(name: str, value: str) -> None:
    try:
        after = changed(START, name, value)
    except NotPossibleError:
        return
    undo = inverse(START, name, value)
    assert (changed(after, name, undo) if undo else after) == START


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqlStore]:
    opened = await open_store(f"sqlite+aiosqlite:///{tmp_path / 'mujaz.db'}")
    await opened.save_chat(START.chat, now=NOW)
    yield opened
    await opened.close()


def choosing(store: SqlStore) -> Choosing:
    return Choosing(store, FixedClock(NOW), digest_time="08:00")


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in GOOD.items() for value in values]
)
async def test_what_is_chosen_is_kept_and_comes_back(
    store: SqlStore, name: str, value: str
) -> None:
    service = choosing(store)
    before = await service.of(1001, 0)
    assert before is not None

    outcome = await service.choose(1001, 0, name, value)

    assert outcome is not None
    kept, undo = outcome
    wanted = changed(before, name, value)
    assert kept.chat == wanted.chat
    for what in ("times", "weekdays", "timezone", "language", "filters", "delivery", "active"):
        assert getattr(kept.subscription, what) == getattr(wanted.subscription, what), what
    if undo:
        again = await service.choose(1001, 0, name, undo)
        assert again is not None
        assert again[0].chat == before.chat
        assert again[0].subscription.filters == before.subscription.filters
        assert again[0].subscription.times == before.subscription.times


async def test_choosing_what_a_digest_holds_starts_none(store: SqlStore) -> None:
    service = choosing(store)

    await service.choose(1001, 0, "a", "+sy")

    kept = await store.subscription(1001, 0)
    assert kept is not None
    assert not kept.active
    assert kept.filters.places == ("sy",)


async def test_two_admins_at_once_lose_nothing_of_each_other(store: SqlStore) -> None:
    service = choosing(store)
    await service.choose(1001, 0, "on", "1")

    await asyncio.gather(
        *(service.choose(1001, 0, "d", f"-{day}") for day in (5, 6)),
        *(service.choose(1001, 0, "a", f"+{place}") for place in ("sy", "iq", "lb")),
        service.choose(1001, 0, "t", "+2000"),
    )

    kept = await store.subscription(1001, 0)
    assert kept is not None
    assert kept.weekdays == (1, 2, 3, 4, 7)
    assert set(kept.filters.places) == {"sy", "iq", "lb"}
    assert kept.times == ("08:00", "20:00")


async def test_another_language_is_that_of_all_digests_of_the_chat(store: SqlStore) -> None:
    service = choosing(store)
    for topic in (0, 5):
        await service.choose(1001, topic, "on", "1")

    await service.choose(1001, 0, "l", "en")

    assert {s.language for s in await store.subscriptions()} == {"en"}


async def test_an_unknown_chat_chooses_nothing(store: SqlStore) -> None:
    assert await choosing(store).choose(9, 0, "on", "1") is None
