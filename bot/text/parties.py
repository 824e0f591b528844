"""Parties to a conflict named in a text, from ``data/parties.txt``.

The longest name counts. Parties are looked for before places, because many bear a place's name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from bot.text.lexicon import variant_groups
from bot.text.names import NameList
from bot.text.tokens import Token, tokenize


@dataclass(frozen=True, slots=True)
class Party:
    """A party: its lasting id, its usual name, and every name known."""

    id: str
    name: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PartyMention:
    """A party named in a text, at characters ``start`` to ``end``."""

    party: Party
    start: int
    end: int


@cache
def parties() -> dict[str, Party]:
    """Return all parties known, by id."""
    return {
        key: Party(key, names[0], tuple(names)) for key, *names in variant_groups("parties.txt")
    }


@cache
def _names() -> NameList[Party]:
    """Return the names of all parties, ready to be looked for."""
    return NameList((name, party) for party in parties().values() for name in party.names)


def find_parties(text: str, tokens: Sequence[Token] | None = None) -> list[PartyMention]:
    """Return the parties named in ``text``, in order; ``tokens`` are its own, if at hand."""
    words = tokenize(text) if tokens is None else tokens
    return [
        PartyMention(found.value[0], found.start, found.end) for found in _names().find(text, words)
    ]


def party_named(name: str) -> Party | None:
    """Return the party that a whole text names, None when it names none."""
    mentions = find_parties(name)
    if len(mentions) == 1 and mentions[0].end - mentions[0].start >= len(name.strip()):
        return mentions[0].party
    return None
