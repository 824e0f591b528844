"""Other forms of one word that light stemming leaves apart: broken plurals, two spellings.

«مدارس» and «مدرسة» share no stem, nor do «صحافي» and «صحفي». Used on the question only: what is
quoted is never touched. The words are in ``data/same_words.txt``.
"""

from __future__ import annotations

from functools import cache

from bot.text.lexicon import lines
from bot.text.normalize import fold
from bot.text.stem import stem


@cache
def _by_stem() -> dict[str, frozenset[str]]:
    """Return the stems of the other forms by each stem."""
    table: dict[str, set[str]] = {}
    for entry in lines("same_words.txt"):
        stems = {stem(fold(word)) for word in entry.split()}
        for one in stems:
            table.setdefault(one, set()).update(stems - {one})
    return {one: frozenset(others) for one, others in table.items() if others}


def other_forms(one: str) -> frozenset[str]:
    """Return the stems of a word's other forms, none for a word that has none."""
    return _by_stem().get(one, frozenset())
