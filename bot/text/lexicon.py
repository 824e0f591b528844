"""The word lists of ``bot/text/data``: readable files, read once, folded.

All have the same form: one entry a line, ``#`` begins a comment. Lists of words hold one or more
words a line; tables hold a label or a first form, then the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from bot.text.normalize import fold


def lines(name: str) -> Iterator[str]:
    """Yield the entries of a list, comments and blank lines left out."""
    text = (files("bot.text") / "data" / name).read_text(encoding="utf-8")
    for line in text.splitlines():
        entry = line.partition("#")[0].strip()
        if entry:
            yield entry


@cache
def word_set(name: str) -> frozenset[str]:
    """Return the folded words of a list."""
    return frozenset(fold(word) for entry in lines(name) for word in entry.split())


@cache
def labelled_words(name: str) -> dict[str, tuple[str, ...]]:
    """Return a table ``label: word word …`` with folded words, in the order of the file."""
    table: dict[str, tuple[str, ...]] = {}
    for entry in lines(name):
        label, _, words = entry.partition(":")
        table[label.strip()] = tuple(fold(word) for word in words.split())
    return table


@cache
def variant_groups(name: str) -> tuple[tuple[str, ...], ...]:
    """Return a table ``variant | variant | …``; what marks a variant is left to the reader."""
    return tuple(
        tuple(part.strip() for part in entry.split("|") if part.strip()) for entry in lines(name)
    )
