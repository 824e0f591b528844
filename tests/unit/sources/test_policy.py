"""The next visit: as often as usual, less often on trouble, never before asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import FetchError
from bot.sources.policy import Visit, failed_visit, max_age_s, next_check_at, retry_after_s

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


def test_jitter_adds_at_most_a_tenth_and_never_comes_early() -> None:
    assert next_check_at(Visit(), NOW, interval_s=900, jitter=1) == NOW + timedelta(seconds=990)
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
    assert max_age_s(value) == seconds
