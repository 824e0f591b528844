"""Foreign text in our messages: escaping, isolation, and length as Telegram counts it.

Rendering whole messages is the work of ``bot/delivery/render.py``; this module knows only
characters.
"""

from __future__ import annotations

import html
import re

FIRST_STRONG_ISOLATE = "\u2068"
POP_ISOLATE = "\u2069"
RIGHT_TO_LEFT_MARK = "\u200f"

# Characters that turn the direction of what follows, or hide: a title with them can show
# something else than it says. Telegram's own apps obey them.
_DECEPTIVE = re.compile(
    "[\u200b\u2060\u2066-\u2069\u202a-\u202e\ufeff\U000e0000-\U000e007f\x00-\x08\x0b-\x1f\x7f]"
)
_TAG = re.compile(r"<[^>]*>")  # of our own markup, in which no attribute holds «>»
_NEEDS_ISOLATION = re.compile(r"[A-Za-z\u00c0-\u024f\u0370-\u052f\u0600-\u06ff\ufb50-\ufefc]")


def escape(text: str) -> str:
    """Return ``text`` safe inside Telegram HTML, in text and in double-quoted attributes."""
    return (
        text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    )


def shown_of(markup: str) -> str:
    """Return what a reader sees of Telegram HTML of our own."""
    return html.unescape(_TAG.sub("", markup))


def one_line(text: str) -> str:
    """Return a foreign title or name as one line without deceptive characters."""
    return " ".join(_DECEPTIVE.sub("", text).split())


def isolate(text: str) -> str:
    """Return ``text`` between direction isolates when it has letters of any direction.

    So a Latin outlet name inside an Arabic line keeps its own order and does not move the
    punctuation beside it (Unicode UAX #9, isolates). Characters inside that would break out of
    the isolate are dropped.
    """
    if not _NEEDS_ISOLATION.search(text):
        return text
    return f"{FIRST_STRONG_ISOLATE}{_DECEPTIVE.sub('', text)}{POP_ISOLATE}"


def utf16_length(text: str) -> int:
    """Return the length of ``text`` in UTF-16 code units, in which Telegram counts offsets."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def shorten(text: str, limit: int) -> str:
    """Return ``text`` of at most ``limit`` UTF-16 units, cut at a space and marked with "…"."""
    if utf16_length(text) <= limit:
        return text
    kept = text.encode("utf-16-le", "surrogatepass")[: 2 * (limit - 1)]
    cut = kept.decode("utf-16-le", "ignore")
    head, space, _ = cut.rpartition(" ")
    return f"{(head if space and len(head) > limit // 2 else cut).rstrip()}…"
