"""Quiet hours hold by the chat's own clock, over midnight and over changes of clocks."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.delivery.quiet import quiet_until
from bot.models import DeliveryOptions

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = DeliveryOptions(quiet_from="23:00", quiet_until="07:00")


def end(at: str, options: DeliveryOptions = NIGHT, zone: ZoneInfo = BERLIN) -> str:
    """Return when the quiet hours at a local time end, "" outside them."""
    until = quiet_until(options, zone, datetime.fromisoformat(at).replace(tzinfo=zone))
    return until.astimezone(zone).strftime("%d %H:%M") if until else ""


@pytest.mark.parametrize(
    ("at", "until"),
    [
        ("2026-03-10T22:59", ""),
        ("2026-03-10T23:00", "11 07:00"),
        ("2026-03-11T00:00", "11 07:00"),
        ("2026-03-11T06:59", "11 07:00"),
        ("2026-03-11T07:00", ""),
        ("2026-03-11T12:00", ""),
    ],
)
def test_a_night_runs_over_midnight(at: str, until: str) -> None:
    assert end(at) == until


def test_hours_within_a_day_do_not_spill_into_the_night() -> None:
    siesta = DeliveryOptions(quiet_from="13:00", quiet_until="15:30")

    assert [end(f"2026-03-10T{at}", siesta) for at in ("12:59", "13:00", "15:29", "15:30")] == [
        "", "10 15:30", "10 15:30", "",
    ]  # fmt: skip


def test_nobody_is_quiet_without_having_chosen_to_be() -> None:
    assert end("2026-03-10T03:00", DeliveryOptions()) == ""
    assert end("2026-03-10T03:00", DeliveryOptions(quiet_from="03:00", quiet_until="03:00")) == ""


def test_an_end_that_the_clocks_jump_over_is_the_instant_after_the_jump() -> None:
    short = DeliveryOptions(quiet_from="23:00", quiet_until="02:30")

    assert end("2026-03-29T01:59", short) == "29 03:00"
    assert end("2026-03-29T03:00", short) == ""
