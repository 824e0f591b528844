"""Buttons: mirrored for Arabic, within Telegram's limits, and only of our grammar."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.models import Button, Subscription
from bot.text.languages import texts
from handlers.keyboards import (
    ZONES,
    DigestPress,
    PagePress,
    hour_choice,
    markup,
    panel,
    parse_page,
    parse_press,
    zone_choice,
)
from handlers.settings.view import parse as parse_settings

LONGEST_CHAT = -1009999999999999
LONGEST_TOPIC = 2147483647


def _subscription(*, active: bool) -> Subscription:
    since = datetime(2019, 3, 12, tzinfo=UTC)
    return Subscription(id=1, chat_id=1001, active=active, active_since_at=since)


@pytest.mark.parametrize("code", ["ar", "en"])
def test_every_button_keeps_telegrams_limit_of_64_bytes_and_is_understood_again(code: str) -> None:
    say = texts(code)
    rows = [
        *panel(LONGEST_CHAT, LONGEST_TOPIC, _subscription(active=True), say),
        *panel(LONGEST_CHAT, LONGEST_TOPIC, None, say),
        *hour_choice(LONGEST_CHAT, LONGEST_TOPIC, say),
        *zone_choice(LONGEST_CHAT, LONGEST_TOPIC, say),
    ]
    buttons = [button for row in rows for button in row]

    assert len(buttons) > 24 + len(ZONES)
    for button in buttons:
        assert len(button.data.encode()) <= 64
        press = parse_press(button.data) or parse_settings(button.data)
        assert press is not None
        assert (press.chat_id, press.topic_id) == (LONGEST_CHAT, LONGEST_TOPIC)


def test_rows_are_mirrored_for_arabic_because_telegram_does_not() -> None:
    rows = [[Button("أول", "d|1|0|show"), Button("ثان", "d|1|0|on")]]

    arabic, english = markup(rows, texts("ar")), markup(rows, texts("en"))

    assert arabic is not None
    assert english is not None
    assert [b.text for b in arabic.inline_keyboard[0]] == ["ثان", "أول"]
    assert [b.text for b in english.inline_keyboard[0]] == ["أول", "ثان"]


def test_the_switch_offers_what_is_not_the_case() -> None:
    say = texts("ar")

    on = [b.data for row in panel(1, 0, _subscription(active=False), say) for b in row]
    off = [b.data for row in panel(1, 0, _subscription(active=True), say) for b in row]

    assert "d|1|0|on" in on
    assert "d|1|0|off" in off
    assert not {"d|1|0|off"} & set(on)


@pytest.mark.parametrize(
    "data",
    [
        "", "d", "d|1|0", "d|1|0|drop", "d|x|0|on", "d|1|-1|on", "d|1|0|at|8", "d|1|0|at|25:00",
        "d|1|0|at|08:30", "d|1|0|zone|Mars/Base", "d|1|0|zone", "d|1|0|at", "d|1|0|on\n",
        "d|١|0|on", "x|1|0|on", "d|1|0|zone|../etc", "d|" + "9" * 17 + "|0|on",
    ],
)  # fmt: skip
def test_foreign_or_forged_data_is_not_understood(data: str) -> None:
    assert parse_press(data) is None


@given(st.text(max_size=64))
def test_no_data_whatever_raises(data: str) -> None:
    assert parse_press(data) is None or isinstance(parse_press(data), DigestPress)


def test_more_and_sources_are_read_back_and_nothing_else_is() -> None:
    assert parse_page("q|0123abcd|6") == PagePress("0123abcd", 6)
    assert parse_page("q|0123abcd|s") == PagePress("0123abcd", None)
    for data in ("q|0123abcd|", "q|0123abcd|x", "q|0123abcd|ss", "q|0123ABCD|s", "q|0123abcd|s\n"):
        assert parse_page(data) is None, data
