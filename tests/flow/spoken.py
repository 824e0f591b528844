"""What every message of the bot keeps, whoever it is for: looked at after each conversation.

Telegram takes it and its own parser reads it, it fits, and in Arabic every line begins from right
to left, with no Latin run at a line's edge outside isolates, where it would drag signs along.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from bot.sandbox.journal import Entry
from bot.text.markup import utf16_length
from tests.flow.person import first_strong_is_arabic
from tests.unit.delivery.oracle import parse

MOST_UNITS = {"text": 4096, "caption": 1024}
_ISOLATED = re.compile("\u2068[^\u2068\u2069]*\u2069")
_ARABIC = re.compile("[\u0620-\u064a]")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]")
_EDGE = re.compile(
    "^[^\u0620-\u064a]*[A-Za-z\u00c0-\u024f]{2}|[A-Za-z\u00c0-\u024f]{2}[^\u0620-\u064a]*$"
)


def spoken(entries: Iterable[Entry]) -> Iterator[tuple[str, str]]:
    """Yield every text and caption that the bot sent or put in place of another, with its kind."""
    for entry in entries:
        if entry.method.lower().startswith(("send", "edit")):
            for kind in MOST_UNITS:
                if entry.params.get(kind):
                    yield kind, str(entry.params[kind])


def check(kind: str, html: str) -> None:
    """Fail where a message is not as every message must be."""
    parsed = parse(html)
    assert 0 < utf16_length(parsed.text) <= MOST_UNITS[kind], html
    ours = _without_quotes(parsed.text, parsed.entities)
    if not _is_arabic(ours):
        return
    for line in ours.split("\n"):
        bare = _ISOLATED.sub("", line)
        assert first_strong_is_arabic(line), line
        assert not _EDGE.search(bare), line


def check_all(entries: Iterable[Entry]) -> int:
    """Check everything that was said; return how many messages."""
    said = list(spoken(entries))
    for kind, html in said:
        check(kind, html)
    return len(said)


def _is_arabic(text: str) -> bool:
    bare = _ISOLATED.sub("", text)
    return len(_ARABIC.findall(bare)) > len(_LATIN.findall(bare))


def _without_quotes(text: str, entities: Iterable[dict[str, Any]]) -> str:
    """Return a text without what is quoted, letter for letter, from others: theirs to say."""
    units = text.encode("utf-16-le", "surrogatepass")
    kept = bytearray(units)
    for one in entities:
        if "Quote" in one["type"]["@type"]:
            begin, end = 2 * one["offset"], 2 * (one["offset"] + one["length"])
            kept[begin:end] = " ".encode("utf-16-le") * one["length"]
    return bytes(kept).decode("utf-16-le", "surrogatepass")
