"""How instants and buttons look inside the database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import make_url
from sqlalchemy.dialects.sqlite.base import SQLiteDialect

from bot.models import Button
from bot.store.columns import ButtonRows, UtcDateTime

SQLITE = SQLiteDialect()
INSTANTS = st.integers(-62_135_500_000, 253_402_200_000).map(
    lambda seconds: datetime.fromtimestamp(0, UTC) + timedelta(seconds=seconds, microseconds=7)
)
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))


def stored(at: datetime) -> str:
    text = UtcDateTime().process_bind_param(at, SQLITE)
    assert text is not None
    return text


def test_an_instant_is_stored_as_text_in_utc() -> None:
    damascus = timezone(timedelta(hours=3))

    assert stored(datetime(2026, 3, 1, 8, 0, tzinfo=damascus)) == "2026-03-01T05:00:00.000000Z"


@given(INSTANTS, INSTANTS, ZONES)
def test_stored_instants_sort_in_the_order_of_time(
    one: datetime, two: datetime, zone: timezone
) -> None:
    assert (stored(one.astimezone(zone)) < stored(two)) == (one < two)


@given(INSTANTS, ZONES)
def test_an_instant_comes_back_aware_in_utc_and_the_same(at: datetime, zone: timezone) -> None:
    back = UtcDateTime().process_result_value(stored(at.astimezone(zone)), SQLITE)

    assert back == at
    assert back.tzinfo is UTC


def test_a_naive_datetime_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        stored(datetime(2026, 3, 1))  # noqa: DTZ001 - the point


def test_an_instant_is_the_same_text_on_every_database() -> None:
    kind = UtcDateTime()

    assert kind.compile(dialect=SQLITE) == "VARCHAR(27)"
    assert kind.compile(dialect=make_url("postgresql://").get_dialect()()) == "VARCHAR(27)"


def test_what_is_not_there_stays_so() -> None:
    assert UtcDateTime().process_bind_param(None, SQLITE) is None
    assert UtcDateTime().process_result_value(None, SQLITE) is None
    assert ButtonRows().process_bind_param(None, SQLITE) is None
    assert ButtonRows().process_result_value(None, SQLITE) is None


def test_buttons_come_back_in_their_rows() -> None:
    rows = ((Button("نعم", data="y"), Button("لا", data="n")), (), (Button("@", url="https://a"),))

    held = ButtonRows().process_bind_param(rows, SQLITE)

    assert ButtonRows().process_result_value(held, SQLITE) == rows
