"""The line that a channel or group puts under its digests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.delivery.fragments import MESSAGE_UNITS, right_to_left, text
from bot.models import Reply
from bot.text.languages import texts
from bot.text.markup import one_line, shown_of, utf16_length

LONGEST_SIGNATURE = 100  # UTF-16 units
_BETWEEN = "\n\n"


def signed(replies: Sequence[Reply], signature: str, language: str) -> list[Reply]:
    """Return a digest's messages with the signature under the last, alone if that one is full."""
    line = text(one_line(signature))
    if not line or not replies:
        return list(replies)
    if texts(language).right_to_left:
        line = right_to_left(line)
    *before, last = replies
    shown = utf16_length(shown_of(last.html))
    if shown + len(_BETWEEN) + line.units > MESSAGE_UNITS:
        return [*replies, Reply(html=line.html, plain=line.plain)]
    under = replace(
        last,
        html=f"{last.html}{_BETWEEN}{line.html}",
        plain=f"{last.plain}{_BETWEEN}{line.plain}",
    )
    return [*before, under]
