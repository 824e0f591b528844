"""A digest is due once for every local date and time, whatever the clocks and outages do."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.clock import instant_of
from bot.digest.due import LOOK_BACK_DAYS, Due, due_slot
from bot.models import Subscription

ZONES = (
    "Asia/Damascus", "Asia/Baghdad", "Asia/Beirut", "Asia/Gaza", "Asia/Hebron", "Asia/Amman",
    "Asia/Riyadh", "Asia/Aden", "Asia/Tehran", "Asia/Kathmandu", "Asia/Jerusalem", "Africa/Cairo",
    "Africa/Khartoum", "Africa/Tripoli", "Africa/Algiers", "Africa/Casablanca", "Europe/Istanbul",
    "Europe/Berlin", "Europe/London", "Europe/Stockholm", "America/New_York", "America/St_Johns",
    "America/Sao_Paulo", "America/Santiago", "Australia/Lord_Howe", "Pacific/Apia",
    "Pacific/Chatham", "UTC",
)  # fmt: skip
TIMES = ("00:00", "00:30", "02:30", "08:00", "23:30")


def subscription(**changes: object) -> Subscription:
    made = Subscription(
        id=1, chat_id=1, active_since_at=datetime(2026, 1, 1, tzinfo=UTC), times=("08:00",)
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # fields are checked by the tests


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_nothing_is_due_before_its_time_and_one_slot_is_due_at_it() -> None:
    daily = subscription(timezone="Asia/Damascus", active_since_at=at("2026-03-01T06:00"))

    before = due_slot(daily, at("2026-03-02T04:59:59"))
    exactly = due_slot(daily, at("2026-03-02T05:00"))

    assert before is None
    assert exactly is not None
    assert (exactly.slot.local_date, exactly.slot.time) == (date(2026, 3, 2), "08:00")
    assert exactly.slot.due_at == at("2026-03-02T05:00")
    assert exactly.covered == ()


def test_a_slot_that_was_sent_is_not_due_again() -> None:
    daily = subscription(last_slot_at=at("2026-03-02T05:00"))

    assert due_slot(daily, at("2026-03-02T12:00")) is None
    assert due_slot(daily, at("2026-03-03T05:00")) is not None


def test_a_paused_subscription_is_never_due() -> None:
    assert due_slot(subscription(active=False), at("2026-03-02T05:00")) is None


def test_slots_before_the_activation_are_not_made_up_for() -> None:
    returned = subscription(active_since_at=at("2026-03-05T05:00:01"))

    assert due_slot(returned, at("2026-03-05T23:00")) is None


def test_after_an_outage_one_digest_covers_all_missed_slots() -> None:
    twice = subscription(times=("08:00", "20:00"), last_slot_at=at("2026-03-02T05:00"))

    due = due_slot(twice, at("2026-03-04T06:00"))

    assert due is not None
    assert (due.slot.local_date, due.slot.time) == (date(2026, 3, 4), "08:00")
    assert [(slot.local_date.day, slot.time) for slot in due.covered] == [
        (2, "20:00"), (3, "08:00"), (3, "20:00"),
    ]  # fmt: skip


def test_an_outage_of_months_looks_back_a_week_and_a_day_only() -> None:
    due = due_slot(subscription(last_slot_at=at("2026-01-02T05:00")), at("2026-06-01T12:00"))

    assert due is not None
    assert len(due.covered) == LOOK_BACK_DAYS


def test_a_weekly_digest_comes_on_its_weekday_only() -> None:
    weekly = subscription(weekdays=(5,), last_slot_at=at("2026-03-06T05:00"))

    days = [at("2026-03-06T05:00") + timedelta(days=n) for n in range(1, 8)]

    assert [due_slot(weekly, day) is not None for day in days] == [False] * 6 + [True]


@pytest.mark.parametrize(
    ("zone", "day", "wall_time", "due_at"),
    [
        ("Africa/Cairo", date(2026, 4, 24), "00:30", "2026-04-23T22:00"),  # 00:00 becomes 01:00
        ("Asia/Beirut", date(2026, 3, 29), "00:00", "2026-03-28T22:00"),
        ("Europe/Berlin", date(2026, 3, 29), "02:30", "2026-03-29T01:00"),
        ("Europe/Berlin", date(2026, 10, 25), "02:30", "2026-10-25T00:30"),  # the first of two
        ("Africa/Cairo", date(2026, 10, 29), "23:30", "2026-10-29T20:30"),
    ],
)
def test_a_digest_is_sent_once_when_the_clock_jumps_or_repeats_an_hour(
    zone: str, day: date, wall_time: str, due_at: str
) -> None:
    daily = subscription(timezone=zone, times=(wall_time,), active_since_at=at(due_at))
    daily = replace(daily, active_since_at=at(due_at) - timedelta(hours=12))
    sent: list[Due] = []

    for minutes in range(0, 60 * 15, 5):
        due = due_slot(daily, at(due_at) - timedelta(hours=1) + timedelta(minutes=minutes))
        if due is not None:
            sent.append(due)
            daily = replace(daily, last_slot_at=due.slot.due_at)

    assert [due.slot.local_date for due in sent] == [day]
    assert sent[0].slot.due_at == at(due_at)


def test_two_times_that_a_jump_merges_become_one_digest() -> None:
    twice = subscription(
        timezone="Africa/Cairo",
        times=("00:00", "00:30"),
        active_since_at=at("2026-04-23T12:00"),
    )

    due = due_slot(twice, at("2026-04-23T22:00"))

    assert due is not None
    assert due.slot.time == "00:30"
    assert [slot.time for slot in due.covered] == ["00:00"]
    assert due_slot(replace(twice, last_slot_at=due.slot.due_at), at("2026-04-24T12:00")) is None


def weeks_with_changes(zone: ZoneInfo, year: int) -> list[datetime]:
    """Return the starts of the weeks in which the zone's clocks change, or any week."""
    starts, day = [], datetime(year, 1, 1, tzinfo=UTC)
    while day.year == year:
        if (
            day.astimezone(zone).utcoffset()
            != (day + timedelta(days=1)).astimezone(zone).utcoffset()
        ):
            starts.append(day - timedelta(days=3))
            day += timedelta(days=20)
        day += timedelta(days=1)
    return starts or [datetime(year, 6, 1, tzinfo=UTC)]


def expected(zone: ZoneInfo, start: datetime, end: datetime) -> set[tuple[date, str]]:
    """Return by brute force every local date and time that passes between two instants."""
    days = [(start + timedelta(days=n)).date() for n in range(-2, 12)]
    return {
        (day, wall_time)
        for day in days
        for wall_time in TIMES
        if start < instant_of(day, time.fromisoformat(wall_time), zone) <= end
    }


@pytest.mark.parametrize("zone", ZONES)
def test_every_local_date_and_time_comes_exactly_once_through_changes_and_outages(
    zone: str,
) -> None:
    chance = random.Random(zone)  # noqa: S311 - the same outages every time
    info = ZoneInfo(zone)
    outages = 0
    for start in weeks_with_changes(info, 2026):
        end = start + timedelta(days=7)
        running = subscription(timezone=zone, times=TIMES, active_since_at=start)
        seen: list[tuple[date, str]] = []
        now = start

        while now < end:
            now = min(now + timedelta(minutes=30), end)
            if chance.random() < 0.02:
                outages += 1
                now = min(now + timedelta(hours=chance.uniform(0, 36)), end)
            due = due_slot(running, now)
            if due is not None:
                seen += [(s.local_date, s.time) for s in (*due.covered, due.slot)]
                running = replace(running, last_slot_at=due.slot.due_at)

        assert len(seen) == len(set(seen))
        assert set(seen) == expected(info, start, end)
    assert outages > 0


def test_moving_to_another_zone_never_brings_back_a_slot_that_is_past() -> None:
    moved = subscription(timezone="Europe/London", last_slot_at=at("2026-03-02T08:00"))
    east = replace(moved, timezone="Asia/Damascus")

    same_day = due_slot(east, at("2026-03-02T23:00"))
    next_day = due_slot(east, at("2026-03-03T05:00"))

    assert same_day is None
    assert next_day is not None
    assert next_day.covered == ()
