"""Buttons: how ours become Telegram's, and the grammar of their callback data.

Callback data comes back from clients and outlives chats, so it is a request and never a right:
every press is checked again in ``handlers/guards.py``. The grammar is
``d|<chat>|<topic>|<action>[|<value>]`` for digests and ``q|<key>|<skip>`` for further passages,
``q|<key>|s`` for the outlets of an answer, at most 64 bytes; anything else has expired.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.models import Button, Subscription
from bot.text.dates import is_zone, zone_name
from bot.text.languages import Texts

# Offered in the zone chooser: where readers of Arabic conflict news mostly live.
ZONES = (
    "Asia/Damascus", "Asia/Baghdad", "Asia/Beirut", "Asia/Gaza",
    "Asia/Amman", "Asia/Aden", "Africa/Khartoum", "Africa/Tripoli",
    "Africa/Cairo", "Asia/Riyadh", "Europe/Istanbul", "Europe/Berlin",
    "Europe/London", "Europe/Stockholm", "America/New_York", "America/Toronto",
)  # fmt: skip
_ACTIONS = frozenset({"show", "hours", "at", "zones", "zone", "on", "off", "preview", "publish"})
_DATA = re.compile(r"d\|(-?\d{1,16})\|(\d{1,12})\|([a-z]{1,8})(?:\|([\w:/+-]{1,32}))?", re.ASCII)
_PAGE = re.compile(r"q\|([0-9a-f]{8})\|(\d{1,3}|s)", re.ASCII)
_HOUR = re.compile(r"([01]\d|2[0-3]):00")
_HOURS_IN_ROW = 4
_ZONES_IN_ROW = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestPress:
    """A press on a button of the digest panel."""

    chat_id: int
    topic_id: int
    action: str
    value: str = ""


def parse_press(data: str) -> DigestPress | None:
    """Read callback data; None for anything that is not of our grammar."""
    found = _DATA.fullmatch(data)
    if found is None or found[3] not in _ACTIONS:
        return None
    press = DigestPress(
        chat_id=int(found[1]), topic_id=int(found[2]), action=found[3], value=found[4] or ""
    )
    wrong_hour = press.action == "at" and not _HOUR.fullmatch(press.value)
    wrong_zone = press.action == "zone" and not is_zone(press.value)
    return None if wrong_hour or wrong_zone else press


@dataclass(frozen=True, slots=True)
class PagePress:
    """A press on «more» or, where nothing is skipped, on «sources» under an answer."""

    key: str
    skip: int | None


def parse_page(data: str) -> PagePress | None:
    """Read the callback data of «more» and «sources»; None for anything else."""
    found = _PAGE.fullmatch(data)
    if found is None:
        return None
    return PagePress(found[1], None if found[2] == "s" else int(found[2]))


def markup(rows: Sequence[Sequence[Button]], texts: Texts) -> InlineKeyboardMarkup | None:
    """Return Telegram's keyboard; rows are mirrored for right-to-left languages.

    Telegram does not mirror keyboards itself, so the first button must come last in its row to
    stand at the right.
    """
    if not rows:
        return None
    return InlineKeyboardMarkup(
        [
            [_button(button) for button in (reversed(row) if texts.right_to_left else row)]
            for row in rows
        ]
    )


def _button(button: Button) -> InlineKeyboardButton:
    if button.url:
        return InlineKeyboardButton(button.label, url=button.url)
    return InlineKeyboardButton(button.label, callback_data=button.data)


def panel(
    chat_id: int, topic_id: int, subscription: Subscription | None, texts: Texts
) -> tuple[tuple[Button, ...], ...]:
    """Return the buttons of the digest panel: hour, zone, on or off, preview."""
    active = subscription is not None and subscription.active

    def at(action: str) -> str:
        return f"d|{chat_id}|{topic_id}|{action}"

    switch = (
        Button(texts("panel.off"), at("off")) if active else Button(texts("panel.on"), at("on"))
    )
    return (
        (Button(texts("panel.hour"), at("hours")), Button(texts("panel.zone"), at("zones"))),
        (Button(texts("panel.preview"), at("preview")), switch),
        (Button(texts("panel.settings"), f"s|{chat_id}|{topic_id}|home"),),
    )


def hour_choice(chat_id: int, topic_id: int, texts: Texts) -> tuple[tuple[Button, ...], ...]:
    """Return the 24 hours to choose from, and a way back."""
    labels = [f"{hour:02d}:00" for hour in (*range(5, 24), *range(5))]
    buttons = [Button(label, f"d|{chat_id}|{topic_id}|at|{label}") for label in labels]
    return (*_rows(buttons, _HOURS_IN_ROW), (_back(chat_id, topic_id, texts),))


def zone_choice(chat_id: int, topic_id: int, texts: Texts) -> tuple[tuple[Button, ...], ...]:
    """Return the time zones to choose from, by city, and a way back."""
    buttons = [
        Button(zone_name(zone, texts.code), f"d|{chat_id}|{topic_id}|zone|{zone}") for zone in ZONES
    ]
    return (*_rows(buttons, _ZONES_IN_ROW), (_back(chat_id, topic_id, texts),))


def _back(chat_id: int, topic_id: int, texts: Texts) -> Button:
    return Button(texts("panel.back"), f"d|{chat_id}|{topic_id}|show")


def _rows(buttons: Sequence[Button], size: int) -> tuple[tuple[Button, ...], ...]:
    return tuple(tuple(buttons[at : at + size]) for at in range(0, len(buttons), size))
