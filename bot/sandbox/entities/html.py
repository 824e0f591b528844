"""Telegram's HTML: which tags it takes, which entities come out, and its words when it refuses.

It is no general HTML: a lone ``<`` or an unknown tag refuses the whole message, tags must close in
order, and only four named character references exist. The work is done on bytes because the
refusals name byte offsets.
"""

import re
import string
from dataclasses import dataclass

from bot.sandbox.entities.entity import Entity, in_order
from bot.sandbox.entities.links import checked_link, user_of_link

_SIMPLE = {
    b"b": "bold",
    b"strong": "bold",
    b"i": "italic",
    b"em": "italic",
    b"u": "underline",
    b"ins": "underline",
    b"s": "strikethrough",
    b"strike": "strikethrough",
    b"del": "strikethrough",
    b"tg-spoiler": "spoiler",
    b"span": "spoiler",
}
_TAGS = frozenset((*_SIMPLE, b"a", b"code", b"pre", b"blockquote", b"tg-emoji", b"tg-time"))
_SPACES = b" \t\r\n\0\v"
_ALNUM = frozenset((string.ascii_letters + string.digits).encode())
_NAMED = {b"lt": "<", b"gt": ">", b"amp": "&", b"quot": '"'}
_REFERENCE = re.compile(rb"&(?:#(?:x([0-9a-fA-F]*)|([0-9]*))|([a-zA-Z]*))")
_LONGEST_NUMERIC = 10
_TIME_FORMAT = re.compile(rb"[rR]|[wWdDtT]*")
_INTEGER = re.compile(rb"-?[0-9]*")
_EMOJI_ID = re.compile(rb"-?[1-9][0-9]{0,18}")


class MarkupError(Exception):
    """The markup is refused; the text is Telegram's own, without «Can't parse entities: »."""


@dataclass(slots=True, kw_only=True)
class _Open:
    """A tag that was opened and not yet closed."""

    tag: bytes
    argument: bytes
    extra: bytes
    offset: int
    begin: int


def parse_html(markup: str) -> tuple[str, list[Entity]]:
    """Return the plain text of ``markup`` and its entities, or raise MarkupError."""
    reader = _Reader(markup.encode("utf-8", "surrogatepass") + b"\0")
    text, entities = reader.read()
    try:
        return text.decode("utf-8"), entities
    except UnicodeDecodeError as error:
        raise MarkupError(
            "Text contains invalid Unicode characters after decoding HTML entities, "
            "check for unmatched surrogate code units"
        ) from error


class _Reader:
    """One pass over the bytes of a markup; a NUL byte stands for its end."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0
        self.out = bytearray()
        self.offset = 0
        self.open: list[_Open] = []
        self.entities: list[Entity] = []

    def read(self) -> tuple[bytes, list[Entity]]:
        end = len(self.data) - 1
        while self.at < end:
            byte = self.data[self.at]
            if byte == ord("<"):
                if self.data[self.at + 1] == ord("/"):
                    self._end_tag()
                else:
                    self._start_tag()
            else:
                self._character(byte)
        if self.open:
            tag = self.open[-1].tag.decode()
            raise MarkupError(f'Can\'t find end tag corresponding to start tag "{tag}"')
        return bytes(self.out), in_order(_without_hint(entity) for entity in self.entities)

    def _character(self, byte: int) -> None:
        if byte == ord("&"):
            decoded = self._reference()
            if decoded:
                self.out += decoded.encode("utf-8", "surrogatepass")
                self.offset += 2 if decoded > "\uffff" else 1
                return
        if byte & 0xC0 != 0x80:
            self.offset += 2 if byte >= 0xF0 else 1
        self.out.append(byte)
        self.at += 1

    def _reference(self) -> str:
        """Decode the character reference here and step over it; empty when it is none."""
        found = _REFERENCE.match(self.data, self.at)
        if found is None:
            return ""
        hexadecimal, decimal, name = found.groups()
        if name is not None:
            decoded = _NAMED.get(name, "")
        else:
            code = int(hexadecimal or b"0", 16) if hexadecimal is not None else int(decimal or b"0")
            fits = 0 < code < 0x10FFFF and found.end() - self.at < _LONGEST_NUMERIC
            decoded = chr(code) if fits else ""
        if decoded:
            self.at = found.end() + (self.data[found.end()] == ord(";"))
        return decoded

    def _skip_spaces(self) -> None:
        while self.data[self.at] != 0 and self.data[self.at] in _SPACES:
            self.at += 1

    def _until(self, stops: bytes) -> bytes:
        begin = self.at
        while self.data[self.at] not in stops:
            self.at += 1
        return self.data[begin : self.at]

    def _start_tag(self) -> None:
        begin = self.at
        self.at += 1
        tag = self._until(_SPACES + b">").lower()
        if self.data[self.at] == 0:
            raise MarkupError(f"Unclosed start tag at byte offset {begin}")
        if tag not in _TAGS:
            name = tag.decode("utf-8", "replace")
            raise MarkupError(f'Unsupported start tag "{name}" at byte offset {begin}')
        argument = extra = b""
        while self.data[self.at] != ord(">"):
            self._skip_spaces()
            if self.data[self.at] == ord(">"):
                break
            attribute, value = self._attribute(tag, begin)
            argument, extra = _meaning(tag, attribute, value, argument, extra)
        if tag == b"span" and argument != b"spoiler":
            raise MarkupError(f'Tag "span" must have class "tg-spoiler" at byte offset {begin}')
        self.at += 1
        self.open.append(
            _Open(tag=tag, argument=argument, extra=extra, offset=self.offset, begin=len(self.out))
        )

    def _attribute(self, tag: bytes, begin: int) -> tuple[bytes, bytes | None]:
        """Read one attribute; its value is None when it has none."""
        name = self._until(_SPACES + b"=>/\"'")
        if not name:
            raise MarkupError(
                f'Empty attribute name in the tag "{tag.decode()}" at byte offset {begin}'
            )
        self._skip_spaces()
        if self.data[self.at] != ord("="):
            if self.data[self.at] == 0:
                self._unclosed(tag, begin)
            return name, None
        self.at += 1
        self._skip_spaces()
        if self.data[self.at] == 0:
            self._unclosed(tag, begin)
        value = self._quoted() if self.data[self.at] in b"\"'" else self._token()
        if self.data[self.at] == 0:
            raise MarkupError(f"Unclosed start tag at byte offset {begin}")
        return name, value

    def _unclosed(self, tag: bytes, begin: int) -> None:
        raise MarkupError(f'Unclosed start tag "{tag.decode()}" at byte offset {begin}')

    def _token(self) -> bytes:
        begin = self.at
        while self.data[self.at] in _ALNUM or self.data[self.at] in b".-":
            self.at += 1
        if self.data[self.at] not in _SPACES + b">":
            raise MarkupError(f"Unexpected end of name token at byte offset {begin}")
        return self.data[begin : self.at].lower()

    def _quoted(self) -> bytes:
        quote = self.data[self.at]
        self.at += 1
        value = bytearray()
        while self.data[self.at] not in (quote, 0):
            if self.data[self.at] == ord("&"):
                decoded = self._reference()
                if decoded:
                    value += decoded.encode("utf-8", "surrogatepass")
                    continue
            value.append(self.data[self.at])
            self.at += 1
        if self.data[self.at] == quote:
            self.at += 1
        return bytes(value)

    def _end_tag(self) -> None:
        begin = self.at
        if not self.open:
            raise MarkupError(f"Unexpected end tag at byte offset {begin}")
        self.at += 2
        name = self._until(_SPACES + b">").lower()
        self._skip_spaces()
        if self.data[self.at] != ord(">"):
            raise MarkupError(f"Unclosed end tag at byte offset {begin}")
        opened = self.open[-1]
        if name and name != opened.tag:
            raise MarkupError(
                f"Unmatched end tag at byte offset {begin}, expected "
                f'"</{opened.tag.decode()}>", found "</{name.decode("utf-8", "replace")}>"'
            )
        self.at += 1
        if self.offset > opened.offset:
            self._close(opened)
        self.open.pop()

    def _close(self, opened: _Open) -> None:
        match opened.tag:
            case b"a":
                self._close_link(opened)
            case b"pre":
                self._close_pre(opened)
            case b"code":
                self._close_code(opened)
            case b"blockquote":
                self._add(opened, "expandable_blockquote" if opened.argument else "blockquote")
            case b"tg-emoji":
                self._close_emoji(opened)
            case b"tg-time":
                self._close_time(opened)
            case tag:
                self._add(opened, _SIMPLE[tag])

    def _add(self, opened: _Open, kind: str, argument: bytes = b"", extra: bytes = b"") -> None:
        self.entities.append(
            Entity(
                type=kind,
                offset=opened.offset,
                length=self.offset - opened.offset,
                argument=argument.decode("utf-8", "replace"),
                format=extra.decode("utf-8", "replace"),
            )
        )

    def _close_link(self, opened: _Open) -> None:
        link = opened.argument or bytes(self.out[opened.begin :])
        user_id = user_of_link(link)
        if user_id:
            self._add(opened, "text_mention", str(user_id).encode())
        elif checked := checked_link(link):
            self._add(opened, "text_link", checked)

    def _close_emoji(self, opened: _Open) -> None:
        known = _EMOJI_ID.fullmatch(opened.argument)
        if not known or not -(2**63) <= int(opened.argument) < 2**63:
            raise MarkupError("Invalid custom emoji identifier specified")
        self._add(opened, "custom_emoji", opened.argument)

    def _close_time(self, opened: _Open) -> None:
        if not _TIME_FORMAT.fullmatch(opened.extra):
            raise MarkupError("Invalid date format used")
        moment = _wrapped(opened.argument)
        if moment > 0:
            self._add(opened, "date_time", b"%d" % moment, _time_format(opened.extra))

    def _just_closed(self, opened: _Open, kind: str) -> Entity | None:
        """Return the last entity when it has this type and covers exactly the same text."""
        last = self.entities[-1] if self.entities else None
        same = last and (last.type, last.offset, last.end) == (kind, opened.offset, self.offset)
        return last if same else None

    def _close_pre(self, opened: _Open) -> None:
        inner = self._just_closed(opened, "code")
        if inner and inner.argument:
            self.entities.pop()
            self._add(opened, "pre", inner.argument.encode())
        else:
            self._add(opened, "pre")

    def _close_code(self, opened: _Open) -> None:
        inner = self._just_closed(opened, "pre")
        if inner and not inner.argument and opened.argument:
            self.entities.pop()
            self._add(opened, "pre", opened.argument)
        else:
            self._add(opened, "code", opened.argument)


def _meaning(
    tag: bytes, name: bytes, value: bytes | None, argument: bytes, extra: bytes
) -> tuple[bytes, bytes]:
    """Return the argument and extra of a tag after one more attribute."""
    given = value or b""
    match tag, name:
        case (b"a", b"href") | (b"tg-emoji", b"emoji-id") | (b"tg-time", b"unix"):
            return (given if value is not None else argument), extra
        case (b"tg-time", b"format"):
            return argument, given
        case (b"code", b"class") if given.startswith(b"language-"):
            return given[len(b"language-") :], extra
        case (b"span", b"class") if given.startswith(b"tg-"):
            return given[len(b"tg-") :], extra
        case (b"blockquote", b"expandable"):
            return b"1", extra
    return argument, extra


def _without_hint(entity: Entity) -> Entity:
    """A language is kept for ``pre`` only; on inline code it was just a hint while reading."""
    if entity.type == "code" and entity.argument:
        return Entity(type="code", offset=entity.offset, length=entity.length)
    return entity


def _wrapped(digits: bytes) -> int:
    """Read leading digits as the 32-bit number that Telegram makes of them."""
    found = _INTEGER.match(digits)
    number = int(found.group() if found and found.group() not in (b"", b"-") else 0)
    return (number + 2**31) % 2**32 - 2**31


def _time_format(letters: bytes) -> bytes:
    """Return the format in the order in which Telegram tells it: weekday, date, time."""
    if letters in (b"r", b"R"):
        return b"r"
    weekday = b"w" if b"w" in letters.lower() else b""
    date = next((letter for letter in (b"d", b"D") if letter in letters), b"")
    time = next((letter for letter in (b"t", b"T") if letter in letters), b"")
    return weekday + date + time
