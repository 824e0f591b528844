"""Times are read when they have one meaning, never guessed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.sources.moments import published_moment

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("Sat, 14 Apr 2018 10:00:00 +0300", datetime(2018, 4, 14, 7, tzinfo=UTC)),
        ("Sat, 14 Apr 2018 10:00:00 GMT", datetime(2018, 4, 14, 10, tzinfo=UTC)),
        ("Sat, 14 Apr 18 10:00 UT", datetime(2018, 4, 14, 10, tzinfo=UTC)),
        ("14 Apr 2018", datetime(2018, 4, 14, tzinfo=UTC)),
        ("2018-04-14T10:00:00Z", datetime(2018, 4, 14, 10, tzinfo=UTC)),
        ("2018-04-14T10:00:00.123+03:00", datetime(2018, 4, 14, 7, 0, 0, 123000, tzinfo=UTC)),
        ("2018-04-14", datetime(2018, 4, 14, tzinfo=UTC)),
        ("14/04/2018 00:10", datetime(2018, 4, 14, 0, 10, tzinfo=UTC)),
        ("03/04/2018 00:10", datetime(2018, 4, 3, 0, 10, tzinfo=UTC)),
        ("14-04-2018", datetime(2018, 4, 14, tzinfo=UTC)),
        ("04/14/2018 - 10:30", datetime(2018, 4, 14, 10, 30, tzinfo=UTC)),
        ("2026-11-23T11:00:00Z", datetime(2026, 11, 23, 11, tzinfo=UTC)),
    ],
)
def test_times_with_one_meaning_are_read_in_utc(written: str, at: datetime) -> None:
    assert published_moment(written, NOW) == at


@pytest.mark.parametrize(
    "written",
    [
        "", "2018", "2018-04", "Apr 2018", "1523664651", "yesterday", "١٤ نيسان", "99/99/2018",
        "Sat, 14 Apr 2099 10:00:00 +0300", "2026-11-24T12:00:01Z", "0001-01-01T00:00:00Z",
        "1970-01-01T00:00:00Z", "2018-02-30", "Sat, 31 Feb 2018 10:00:00 GMT",
        "0001-01-01T00:00:00+14:00",
        "9" * 400, "Sat, 14 Apr 2018 10:00:00 +999999",
    ],
)  # fmt: skip
def test_other_times_are_none_rather_than_a_guess(written: str) -> None:
    assert published_moment(written, NOW) is None
