"""What the pages of the settings share: the grammar of their buttons, and short labels.

The data of a button is ``s|<chat>|<topic>|<page>`` to open a page, with ``|<argument>`` where a
page has one, and ``s|<chat>|<topic>|=<field>|<value>`` to set a field of ``bot.services.choosing``.
It comes back from clients and is checked again at every press.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.models import Button
from bot.services.choosing import FIELDS, Choices
from bot.text.languages import Texts
from bot.text.markup import RIGHT_TO_LEFT_MARK, escape

Rows = tuple[tuple[Button, ...], ...]
MOST_BYTES = 64  # of callback data, says Telegram
_DATA = re.compile(r"s\|(-?\d{1,16})\|(\d{1,10})\|(=?)([a-z]{1,4})(?:\|([^|]{1,60}))?", re.ASCII)
_ON, _OFF = "✅ ", ""
_CHOSEN = "● "
_TITLE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """A press on a button of the settings: a page to open, or a field to set."""

    chat_id: int
    topic_id: int
    name: str
    value: str = ""
    sets: bool = False


def parse(data: str) -> Press | None:
    """Read callback data; None for anything that is not of our grammar."""
    found = _DATA.fullmatch(data)
    if found is None or (found[3] and (found[4] not in FIELDS or not found[5])):
        return None
    return Press(
        chat_id=int(found[1]),
        topic_id=int(found[2]),
        name=found[4],
        value=found[5] or "",
        sets=bool(found[3]),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What one page is made from; ``argument`` is what its button carried."""

    choices: Choices
    texts: Texts
    argument: str = ""

    def opens(self, label: str, page: str, argument: str = "") -> Button:
        """Return a button that opens a page."""
        return Button(label, self._data(page, argument))

    def sets(self, label: str, name: str, value: str) -> Button:
        """Return a button that sets a field."""
        return Button(label, self._data(f"={name}", value))

    def switch(self, label: str, name: str, held: bool) -> Button:
        """Return a button that shows whether something is so and makes it otherwise."""
        return self.sets(f"{_ON if held else _OFF}{label}", name, "0" if held else "1")

    def member(self, label: str, name: str, item: str, held: bool) -> Button:
        """Return a button that shows whether something is in a set and puts it in or out."""
        return self.sets(f"{_ON if held else _OFF}{label}", name, f"{'-' if held else '+'}{item}")

    def choice(self, label: str, name: str, value: str, held: bool) -> Button:
        """Return a button for one of several values, of which the one held is marked."""
        return self.sets(f"{_CHOSEN if held else ''}{label}", name, value)

    def back(self, page: str = "home") -> tuple[Button, ...]:
        """Return the row with the way back."""
        return (self.opens(self.texts("panel.back"), page),)

    def fits(self, name: str, value: str) -> bool:
        """Tell whether a value may stand in a button."""
        return len(self._data(f"={name}", value).encode()) <= MOST_BYTES and "|" not in value

    def line(self, key: str, value: str) -> str:
        """Return «name: value» as HTML; what is foreign in the value is isolated already."""
        return f"{self.texts.html(key)}: {escape(value)}"

    def said(self, value: str) -> str:
        """Return a line that may begin with something foreign, as HTML."""
        return (RIGHT_TO_LEFT_MARK if self.texts.right_to_left else "") + escape(value)

    def title(self, key: str, hint: str = "") -> str:
        """Return the heading of a page with a line of what can be done there."""
        hinted = f"\n{self.texts.html(hint)}" if hint else ""
        return f"<b>{self.texts.html(key)}</b>{hinted}"

    def _data(self, name: str, argument: str) -> str:
        chat = self.choices.chat.id
        data = f"s|{chat}|{self.choices.subscription.topic_id}|{name}"
        return f"{data}|{argument}" if argument else data


def in_rows(buttons: Sequence[Button], size: int) -> Rows:
    """Return the buttons in rows of ``size``."""
    return tuple(tuple(buttons[at : at + size]) for at in range(0, len(buttons), size))
