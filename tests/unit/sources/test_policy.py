"""The next visit: as often as usual, less often on trouble, never before asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import FetchError
from bot.models import Source, SourceKind
from bot.sources.policy import (
    Visit,
    failed_visit,
    freshness_s,
    next_check_at,
    retry_after_s,
    visited,
)
from tests.unit.sources.exchanges import EXCHANGES, Exchange

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = 86_400


@pytest.mark.parametrize(
    ("visit", "delay_s"),
    [
        (Visit(), 900),
        (Visit(max_age_s=60), 900),
        (Visit(max_age_s=3600), 3600),
        (Visit(max_age_s=10 * DAY), DAY),
        (Visit(failures=1), 900),
        (Visit(failures=2), 1800),
        (Visit(failures=5), 14_400),
        (Visit(failures=50), DAY),
        (Visit(failures=10**9), DAY),
        (Visit(failures=1, status=503), 900),
        (Visit(failures=1, status=429, retry_after_s=5000.0), 5000),
        (Visit(failures=1, status=429, retry_after_s=5.0), 900),
        (Visit(failures=4, status=429, retry_after_s=5.0), 7200),
        (Visit(failures=1, status=429, retry_after_s=10.0 * DAY), DAY),
        (Visit(failures=1, status=404), 3600),
        (Visit(failures=3, status=404), 14_400),
        (Visit(failures=9, status=404), DAY),
        (Visit(failures=1, status=410), DAY),
    ],
)
def test_the_next_visit_follows_the_table(visit: Visit, delay_s: int) -> None:
    at = next_check_at(visit, NOW, interval_s=900, jitter=0)

    assert at - NOW == timedelta(seconds=delay_s)


@pytest.mark.parametrize("exchange", EXCHANGES, ids=lambda one: one.name)
def test_forty_exchanges_give_their_next_visit(exchange: Exchange) -> None:
    headers = {name.lower(): value for name, value in exchange.headers.items()}
    told = headers.get
    fresh_s = freshness_s(told("cache-control", ""), told("expires", ""), told("date", ""))
    failed = exchange.status >= 400
    visit = Visit(
        failures=exchange.failed_before + 1 if failed else 0,
        status=exchange.status if failed else None,
        retry_after_s=retry_after_s(told("retry-after", ""), told("date", "")),
        max_age_s=fresh_s,
    )

    at = next_check_at(visit, NOW, interval_s=900, jitter=0)

    assert (at - NOW).total_seconds() == exchange.delay_s


def test_there_are_forty_exchanges() -> None:
    assert len({one.name for one in EXCHANGES}) == 40


SOURCE = Source(
    id=1, kind=SourceKind.FEED, name="أخبار", address="https://old.example/rss", etag="1"
)
NEW = "https://new.example/rss"


def test_a_permanent_move_is_adopted_after_a_week_and_not_before() -> None:
    told = visited(SOURCE, Visit(), NOW, moved_to=NEW, key="")
    early = visited(told, Visit(), NOW + timedelta(days=6), moved_to=NEW, key="")
    late = visited(early, Visit(), NOW + timedelta(days=7), moved_to=NEW, key="")

    assert (told.address, told.moved_to, told.moved_at) == (SOURCE.address, NEW, NOW)
    assert (early.address, early.moved_at) == (SOURCE.address, NOW)
    assert (late.address, late.moved_to, late.etag) == (NEW, "", "")


def test_a_move_that_is_taken_back_or_changes_begins_anew() -> None:
    told = visited(SOURCE, Visit(), NOW, moved_to=NEW, key="")
    back = visited(told, Visit(), NOW + timedelta(days=3), moved_to="", key="")
    other = visited(told, Visit(), NOW + timedelta(days=8), moved_to=f"{NEW}2", key="")

    assert (back.moved_to, back.moved_at) == ("", None)
    assert (other.address, other.moved_at) == (SOURCE.address, NOW + timedelta(days=8))


@pytest.mark.parametrize(("status", "address"), [(404, NEW), (410, NEW), (500, SOURCE.address)])
def test_a_known_move_is_adopted_at_once_when_the_old_address_is_gone(
    status: int, address: str
) -> None:
    told = visited(SOURCE, Visit(), NOW, moved_to=NEW, key="")

    failed = visited(told, Visit(failures=1, status=status), NOW, moved_to="", key="error")

    assert failed.address == address


def test_a_source_knows_since_when_it_fails_and_forgets_it_on_success() -> None:
    first = visited(SOURCE, Visit(failures=1), NOW, moved_to="", key="error")
    second = visited(first, Visit(failures=2), NOW + timedelta(days=1), moved_to="", key="error")
    good = visited(second, Visit(), NOW + timedelta(days=2), moved_to="", key="")

    assert first.failing_since_at == second.failing_since_at == NOW
    assert (good.failing_since_at, good.succeeded_at) == (None, NOW + timedelta(days=2))


def test_jitter_adds_at_most_a_twentieth_and_never_comes_early() -> None:
    assert next_check_at(Visit(), NOW, interval_s=900, jitter=1) == NOW + timedelta(seconds=945)
    assert next_check_at(Visit(), NOW, interval_s=900, jitter=0) == NOW + timedelta(seconds=900)


def test_a_failure_hands_its_status_and_pause_to_the_rule() -> None:
    error = FetchError(key="error.fetch.busy", status=429, retry_after_s=60.0)

    assert failed_visit(error, 3) == Visit(failures=3, status=429, retry_after_s=60.0)
    assert failed_visit(FetchError(), 1) == Visit(failures=1)


@pytest.mark.parametrize(
    ("value", "date", "seconds"),
    [
        ("120", "", 120),
        (" 0 ", "", 0),
        ("99999999999999999999", "", DAY),
        ("Sat, 14 Apr 2018 10:02:00 GMT", "Sat, 14 Apr 2018 10:00:00 GMT", 120),
        ("Sat, 14 Apr 2018 09:00:00 GMT", "Sat, 14 Apr 2018 10:00:00 GMT", 0),
        ("Sat, 14 Apr 2018 10:02:00 GMT", "", None),
        ("soon", "Sat, 14 Apr 2018 10:00:00 GMT", None),
        ("-5", "", None),
        ("1.5", "", None),
        ("²", "", None),
        ("", "", None),
    ],
)
def test_retry_after_is_read_in_both_forms(value: str, date: str, seconds: float | None) -> None:
    assert retry_after_s(value, date) == seconds


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("max-age=600", 600),
        ("public, Max-Age=600, must-revalidate", 600),
        ('max-age="600"', 600),
        ("s-maxage=600", None),
        ("no-cache, max-age=600", None),
        ("no-store", None),
        ("max-age=-1", None),
        ("", None),
    ],
)
def test_freshness_is_what_the_site_says(value: str, seconds: float | None) -> None:
    assert freshness_s(value) == seconds
