"""Local dates and wall times have exactly one instant, whatever the clocks do."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.clock import FixedClock, instant_of, local_date, require_aware

ZONES = (
    "Asia/Damascus", "Asia/Baghdad", "Asia/Beirut", "Asia/Gaza", "Africa/Cairo", "Asia/Amman",
    "Africa/Khartoum", "Asia/Aden", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe",
    "Asia/Kathmandu", "America/St_Johns", "Pacific/Apia", "Africa/Casablanca",
)  # fmt: skip


@pytest.mark.parametrize(
    ("zone", "day", "at", "expected"),
    [
        # A gap: the first instant after the jump.
        ("Asia/Beirut", date(2026, 3, 29), time(0, 0), "2026-03-28T22:00:00+00:00"),
        ("Africa/Cairo", date(2026, 4, 24), time(0, 30), "2026-04-23T22:00:00+00:00"),
        ("Europe/Berlin", date(2026, 3, 29), time(2, 30), "2026-03-29T01:00:00+00:00"),
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), "2026-10-03T15:30:00+00:00"),
        # A repeat: its first occurrence.
        ("Africa/Cairo", date(2026, 10, 29), time(23, 30), "2026-10-29T20:30:00+00:00"),
        ("Europe/Berlin", date(2026, 10, 25), time(2, 30), "2026-10-25T00:30:00+00:00"),
        # An ordinary morning.
        ("Asia/Damascus", date(2019, 3, 13), time(8, 0), "2019-03-13T06:00:00+00:00"),
        # A whole day that a country skipped.
        ("Pacific/Apia", date(2011, 12, 30), time(8, 0), "2011-12-30T10:00:00+00:00"),
    ],
)
def test_a_wall_time_has_the_instant_a_person_would_expect(
    zone: str, day: date, at: time, expected: str
) -> None:
    assert instant_of(day, at, ZoneInfo(zone)).isoformat() == expected


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(ZONES),
    st.dates(date(2015, 1, 1), date(2030, 12, 31)),
    st.times().map(lambda at: at.replace(second=0, microsecond=0)),
)
def test_wall_times_keep_their_order_on_every_day_in_every_zone(
    zone: str, day: date, at: time
) -> None:
    later = (datetime.combine(day, at) + timedelta(minutes=1)).time()

    first, second = instant_of(day, at, ZoneInfo(zone)), instant_of(day, later, ZoneInfo(zone))

    assert later < at or first <= second
    shown = first.astimezone(ZoneInfo(zone))
    assert (shown.date(), shown.time()) >= (day, at)


def test_a_local_date_is_that_of_the_zone_and_not_of_utc() -> None:
    late = datetime(2019, 3, 12, 23, 30, tzinfo=UTC)

    assert local_date(late, ZoneInfo("Asia/Damascus")) == date(2019, 3, 13)


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        require_aware(datetime(2019, 3, 12))  # noqa: DTZ001 - that is the point


def test_a_fixed_clock_moves_only_when_moved() -> None:
    clock = FixedClock(datetime(2019, 3, 12, tzinfo=UTC))

    before = clock.now()
    clock.advance(timedelta(hours=14))

    assert clock.now() - before == timedelta(hours=14)
