"""What a paragraph holds, read once for all that ask on its way in: words, parties, places.

A report is read, condensed for clustering and compared with others for copies, one after the other;
what the last paragraphs held is kept for that long.
"""

from __future__ import annotations

from functools import lru_cache

from bot.text.parties import PartyMention, find_parties
from bot.text.places import PlaceMention, find_places
from bot.text.tokens import Token, tokenize

_RECENT = 512  # paragraphs: those of the articles that are being read and placed


@lru_cache(maxsize=_RECENT)
def tokens_of(text: str) -> tuple[Token, ...]:
    """Return the tokens of a text as :func:`bot.text.tokens.tokenize` does."""
    return tuple(tokenize(text))


@lru_cache(maxsize=_RECENT)
def parties_in(text: str) -> tuple[PartyMention, ...]:
    """Return the parties that a text names, in order."""
    return tuple(find_parties(text, tokens_of(text)))


@lru_cache(maxsize=_RECENT)
def places_in(text: str) -> tuple[PlaceMention, ...]:
    """Return the places that a text names, in order."""
    return tuple(find_places(text, tokens_of(text), parties_in(text)))
