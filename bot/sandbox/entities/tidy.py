"""What Telegram does to every text before it keeps it: control characters out, ends trimmed.

Among the characters that go are the old direction marks U+202A to U+202E; the isolates U+2066 to
U+2069 stay.
"""

from dataclasses import replace

from bot.sandbox.entities.entity import Entity, utf16_offsets
from bot.sandbox.entities.nesting import nest

_DROPPED = frozenset("\r\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u0333\u033f\u030a")
_SPACES = " \t\r\n\0\v\u00a0"


def tidy(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Return the text as Telegram keeps it, with the entities moved accordingly."""
    cleaned, entities = clean(text, entities)
    end = len(cleaned.rstrip(_SPACES))
    start = len(cleaned) - len(cleaned.lstrip(_SPACES))
    offsets = utf16_offsets(cleaned)
    low, high = offsets[start] if start < end else 0, offsets[end]
    kept = []
    for entity in entities:
        begin, stop = max(entity.offset, low), min(entity.end, high)
        if begin < stop:
            kept.append(replace(entity, offset=begin - low, length=stop - begin))
    return cleaned[start:end], nest(kept)


def clean(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Drop or blank the characters that Telegram does not keep."""
    moved = [0]
    out: list[str] = []
    at = 0
    for character in text:
        units = 2 if character > "\uffff" else 1
        if character in _DROPPED:
            moved.extend([at] * units)
            continue
        out.append(" " if character < " " and character != "\n" else character)
        moved.extend(range(at + 1, at + units + 1))
        at += units
    last = len(moved) - 1
    kept = []
    for entity in entities:
        begin = moved[min(max(entity.offset, 0), last)]
        end = moved[min(max(entity.end, 0), last)]
        if begin < end:
            kept.append(replace(entity, offset=begin, length=end - begin))
    return "".join(out), kept
