"""Which towns a report begins with, and whether two reports begin with other ones.

A newsroom tells two strikes of one day in the same words; only the towns tell them apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.text.places import PlaceMention, places

LEAD_CHARS = 500  # in which a town must begin
_AREAS = ("country", "region", "governorate")


def towns_among(mentions: Iterable[PlaceMention]) -> frozenset[str]:
    """Return the ids of those places, smaller than a governorate, that stand near the beginning."""
    return frozenset(
        one.place.id for one in mentions if one.place.kind not in _AREAS and one.start < LEAD_CHARS
    )


def around(ids: Iterable[str]) -> frozenset[str]:
    """Return places with all areas they lie in, countries left out."""
    known, found = places(), set[str]()
    for one in ids:
        while one in known and one not in found and known[one].kind != "country":
            found.add(one)
            one = known[one].parent
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class Towns:
    """The towns that a report is about, and all that stand near its beginning."""

    about: frozenset[str]
    near: frozenset[str]


def towns_of(title: Iterable[PlaceMention], lead: Iterable[PlaceMention]) -> Towns:
    """Return the towns of a report: it is about those of its headline, or else of its lead."""
    named, told = towns_among(title), towns_among(lead)
    return Towns(about=named or told, near=named | told)


def apart(one: Towns, other: Towns) -> bool:
    """Tell whether each is about towns that the other, or a place in it, is nowhere near.

    A headline may name the city where the text has its suburb, so near is what lies around, too.
    """
    if not one.about or not other.about:
        return False
    return not one.about & around(other.near) and not other.about & around(one.near)
