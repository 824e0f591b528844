"""The whole way of a text into a message: markup, then tidying, then what is recognised in it."""

from dataclasses import dataclass
from typing import Any

from bot.sandbox.entities.detect import detect_entities
from bot.sandbox.entities.entity import Entity, in_order, utf16_offsets
from bot.sandbox.entities.html import MarkupError, parse_html
from bot.sandbox.entities.tidy import tidy

_PLAIN = frozenset(
    (
        "bold", "italic", "underline", "strikethrough", "spoiler", "blockquote",
        "expandable_blockquote", "code",
    )
)  # fmt: skip
_ARGUMENTS = {
    "text_link": "url",
    "text_mention": "user",
    "pre": "language",
    "custom_emoji": "custom_emoji_id",
    "date_time": "unix_time",
}
_SHUT = frozenset(("code", "pre", "text_link", "text_mention"))
"""Inside these nothing more is recognised."""


@dataclass(frozen=True, slots=True)
class FormattedText:
    """Text as it stands in a message, with its entities in Telegram's order."""

    text: str
    entities: tuple[Entity, ...] = ()


def format_text(
    text: str, *, parse_mode: str = "", entities: list[dict[str, Any]] | None = None
) -> FormattedText:
    """Turn what a client sent into what the message will hold.

    MarkupError when the markup is refused, ValueError when entities or ``parse_mode`` are.
    """
    mode = parse_mode.lower()
    given: list[Entity] = []
    if mode == "html":
        text, given = parse_html(text)
    elif mode in ("markdown", "markdownv2"):
        raise MarkupError("the sandbox reads HTML only; send explicit entities instead of Markdown")
    elif mode not in ("", "none"):
        raise ValueError("unsupported parse_mode")
    else:
        given = [_given(entity) for entity in entities or () if _is_style(entity)]
        _check_bounds(text, given)
    return _finish(text, given)


def speak_text(text: str) -> FormattedText:
    """Return what a person typed, with what Telegram recognises in it."""
    return _finish(text, [])


def _finish(text: str, given: list[Entity]) -> FormattedText:
    text, kept = tidy(text, given)
    shut = [e for e in kept if e.type in _SHUT]
    found = [
        e
        for e in detect_entities(text)
        if not any(s.offset < e.end and e.offset < s.end for s in shut)
    ]
    return FormattedText(text, tuple(in_order([*kept, *found])))


def _is_style(entity: dict[str, Any]) -> bool:
    """Clients may send recognised entities back; Telegram finds those by itself again."""
    return entity.get("type") in _PLAIN or entity.get("type") in _ARGUMENTS


def _given(entity: dict[str, Any]) -> Entity:
    kind = str(entity["type"])
    argument = entity.get(_ARGUMENTS.get(kind, ""), "")
    if isinstance(argument, dict):
        argument = argument.get("id", "")
    return Entity(
        type=kind,
        offset=int(entity.get("offset", 0)),
        length=int(entity.get("length", 0)),
        argument=str(argument),
        format=str(entity.get("date_time_format", "")),
    )


def _check_bounds(text: str, entities: list[Entity]) -> None:
    """Refuse entities that begin or end outside the text or inside a character."""
    offsets = utf16_offsets(text)
    borders = set(offsets)
    for entity in in_order(entities):
        for name in ("offset", "length"):
            if getattr(entity, name) < 0:
                raise ValueError(f"receive an entity with incorrect {name} {getattr(entity, name)}")
        begins = f"entity beginning at UTF-16 offset {entity.offset} ends"
        if entity.end > offsets[-1]:
            raise ValueError(f"{begins} after the end of the text at UTF-16 offset {entity.end}")
        if entity.offset not in borders:
            at = _bytes_until(text, entity.offset)
            raise ValueError(f"entity begins in a middle of a UTF-16 symbol at byte offset {at}")
        if entity.end not in borders:
            at = _bytes_until(text, entity.end)
            raise ValueError(f"{begins} in a middle of a UTF-16 symbol at byte offset {at}")


def _bytes_until(text: str, offset: int) -> int:
    """Return the byte offset just behind the character that a UTF-16 offset splits."""
    return len(text[: utf16_offsets(text).index(offset + 1)].encode())
