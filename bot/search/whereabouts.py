"""Which places a paragraph speaks of."""

from __future__ import annotations

from functools import lru_cache

from bot.text.places import find_places


@lru_cache(maxsize=4_096)
def places_in(text: str) -> frozenset[str]:
    """Return the ids of the places that a text names, countries left out."""
    return frozenset(one.place.id for one in find_places(text) if one.place.kind != "country")
