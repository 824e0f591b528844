"""One styled or meaningful stretch of a text, measured in UTF-16 code units."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A Bot API ``MessageEntity``; ``argument`` is what its type carries (address, language …)."""

    type: str
    offset: int
    length: int
    argument: str = ""
    format: str = ""

    @property
    def end(self) -> int:
        """Offset just behind the entity."""
        return self.offset + self.length

    def as_json(self) -> dict[str, Any]:
        """Return the Bot API object; ``text_mention`` needs its user put in by the caller."""
        body: dict[str, Any] = {"offset": self.offset, "length": self.length, "type": self.type}
        match self.type:
            case "text_link":
                body["url"] = self.argument
            case "pre" if self.argument:
                body["language"] = self.argument
            case "custom_emoji":
                body["custom_emoji_id"] = self.argument
            case "date_time":
                body["unix_time"] = int(self.argument)
                if self.format:
                    body["date_time_format"] = self.format
        return body


def utf16_length(text: str) -> int:
    """Return the length of ``text`` in UTF-16 code units."""
    return len(text) + sum(character > "\uffff" for character in text)


def utf16_offsets(text: str) -> list[int]:
    """Return, for each character index and for the end, its offset in UTF-16 code units."""
    offsets = [0]
    for character in text:
        offsets.append(offsets[-1] + (2 if character > "\uffff" else 1))
    return offsets


_PRIORITIES = {
    "expandable_blockquote": 0,
    "blockquote": 0,
    "pre": 10,
    "code": 20,
    "text_link": 49,
    "text_mention": 49,
    "date_time": 48,
    "bold": 90,
    "italic": 91,
    "underline": 92,
    "strikethrough": 93,
    "spoiler": 94,
    "custom_emoji": 99,
}


def in_order(entities: Iterable[Entity]) -> list[Entity]:
    """Sort as Telegram does: by place, the longer first, then by kind from outermost inwards."""
    return sorted(entities, key=lambda e: (e.offset, -e.length, _PRIORITIES.get(e.type, 50)))
