"""Pieces of a message that know their three forms and their cost.

A fragment holds what the reader sees (``text``), the same as Telegram HTML (``html``) and as
plain text with its links written out (``plain``), together with what Telegram will count. So a
tag can never be cut, a foreign string is escaped in one place, and lengths are never guessed.
Which fragments a message is made of is decided in ``bot/delivery/render.py``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.text.markup import RIGHT_TO_LEFT_MARK, escape, shown_of, utf16_length

MESSAGE_UNITS = 4096  # UTF-16 code units after entity parsing: Telegram's limit, counted safely
MESSAGE_ENTITIES = 90  # Telegram counts about 100
_HEAD_ENTITIES = 2  # of them, kept for what stands above and below the blocks
MESSAGE_ENTITY_BYTES = 7_500  # Telegram refuses at about 9,500
_ENTITY_BYTES = 16  # one entity on the wire, without its address
_ADDRESS_UNITS = 1_000  # a longer address is no longer worth the room of its entity
_EXPANDABLE_UNITS = 700  # a longer quote is shown folded
_BOLD_PER_QUOTE = 25
_RIGHT_TO_LEFT = ("R", "AL")


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of a message in its three forms, with the number and size of its entities."""

    text: str = ""
    html: str = ""
    plain: str = ""
    entities: int = 0
    entity_bytes: int = 0

    def __add__(self, other: Fragment) -> Fragment:
        return Fragment(
            self.text + other.text,
            self.html + other.html,
            self.plain + other.plain,
            self.entities + other.entities,
            self.entity_bytes + other.entity_bytes,
        )

    def __bool__(self) -> bool:
        return bool(self.text)

    @property
    def units(self) -> int:
        """Its length as Telegram counts it."""
        return utf16_length(self.text)

    def fits(self, units: int) -> bool:
        """Tell whether it can stand in one message beside a heading, with ``units`` of room."""
        return (
            self.units <= units
            and self.entities <= MESSAGE_ENTITIES - _HEAD_ENTITIES
            and self.entity_bytes <= MESSAGE_ENTITY_BYTES
        )


def text(content: str) -> Fragment:
    """Return words without markup."""
    return Fragment(content, escape(content), content)


def bold(content: str) -> Fragment:
    """Return bold words."""
    return _tagged("b", text(content))


def link(label: str, address: str) -> Fragment:
    """Return ``label`` leading to ``address``, or the bare label when that is no web address."""
    if not is_web_address(address) or not label.strip():
        return text(label)
    return Fragment(
        label,
        f'<a href="{escape(address)}">{escape(label)}</a>',
        f"{label} ({address})",
        1,
        _ENTITY_BYTES + len(address.encode()),
    )


def spoiler(inner: Fragment) -> Fragment:
    """Return what is hidden until it is touched."""
    return _tagged("tg-spoiler", inner)


def quote(
    content: str, matches: Sequence[tuple[int, int]] = (), *, hidden: bool = False
) -> Fragment:
    """Return a block quote of ``content``, letter for letter, with the matched spans bold.

    ``hidden`` puts it behind a spoiler.
    """
    inner, at = Fragment(), 0
    for start, end in _spans(content, matches)[:_BOLD_PER_QUOTE]:
        inner += text(content[at:start]) + bold(content[start:end])
        at = end
    inner += text(content[at:])
    inner = spoiler(inner) if hidden else inner
    expandable = " expandable" if inner.units > _EXPANDABLE_UNITS else ""
    quoted = _tagged("blockquote", inner, expandable)
    return Fragment(quoted.text, quoted.html, f"«{content}»", quoted.entities, quoted.entity_bytes)


def join(separator: str, fragments: Iterable[Fragment]) -> Fragment:
    """Return the fragments that are not empty, with ``separator`` between them."""
    joined = Fragment()
    for fragment in fragments:
        if fragment:
            joined = joined + text(separator) + fragment if joined else fragment
    return joined


def right_to_left(line: Fragment) -> Fragment:
    """Return a line that runs from right to left whatever it begins with.

    Telegram takes a line's direction from its first letter; a mark is put before a line that
    would begin with a Latin one, or with none.
    """
    for character in line.plain:  # its addresses are Latin too
        direction = unicodedata.bidirectional(character)
        if direction in _RIGHT_TO_LEFT:
            return line
        if direction == "L":
            break
    return text(RIGHT_TO_LEFT_MARK) + line


def sendable(markup: str, plain: str) -> str:
    """Return the plain form of a message, without its addresses where Telegram would not take it.

    ``markup`` is the same message as Telegram HTML, which fits.
    """
    return plain if utf16_length(plain) <= MESSAGE_UNITS else shown_of(markup)


def is_web_address(address: str) -> bool:
    """Tell whether Telegram may be given this address as a link."""
    if len(address) > _ADDRESS_UNITS or not address.isprintable() or " " in address:
        return False
    try:
        parts = urlsplit(address)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:  # "http://[" and its kind
        return False


def split(blocks: Sequence[Fragment], room: int, separator: str = "\n\n") -> list[list[int]]:
    """Return which blocks go together into messages of ``room`` units, by their places.

    Messages are broken only between blocks; a block that does not fit at all stands alone.
    """
    parts: list[list[int]] = []
    message = Fragment()
    for place, block in enumerate(blocks):
        longer = join(separator, (message, block))
        if parts and longer.fits(room):
            parts[-1].append(place)
            message = longer
        else:
            parts.append([place])
            message = block
    return parts


def _tagged(tag: str, inner: Fragment, attributes: str = "") -> Fragment:
    return Fragment(
        inner.text,
        f"<{tag}{attributes}>{inner.html}</{tag}>",
        inner.plain,
        inner.entities + 1,
        inner.entity_bytes + _ENTITY_BYTES,
    )


def _spans(content: str, matches: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the matches inside ``content``, in order, neighbours merged, none empty."""
    spans: list[tuple[int, int]] = []
    for start, end in sorted(matches):
        start, end = max(start, 0), min(end, len(content))
        if spans and not content[spans[-1][1] : start].strip(" "):
            spans[-1] = (spans[-1][0], max(spans[-1][1], end))
        elif start < end:
            spans.append((start, end))
    return spans
