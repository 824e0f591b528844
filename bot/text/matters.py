"""Which place, party or event a reader names, and for how long: «الباغوز 7», «Khan Younis», «#12».

Names are those of the gazetteer and of the list of parties, in any spelling; a word for the kind of
place («محافظة إدلب») chooses among namesakes. What is not in the lists is not guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from bot.models import FollowKind, Matter
from bot.text.lexicon import labelled_words
from bot.text.normalize import fold
from bot.text.parties import find_parties, parties, party_named
from bot.text.places import Place, find_places, is_class_word, places, places_named, with_namesakes

MOST_DAYS = 366
KINDS = {"p": FollowKind.PLACE, "y": FollowKind.PARTY, "e": FollowKind.EVENT}
LETTERS = {kind: letter for letter, kind in KINDS.items()}  # in buttons and links
_MOST_ALIKE = 6
_EVENT = re.compile(r"(?:#|حدث|event)\s*(\d{1,12})", re.IGNORECASE)
_LINK = re.compile(r"([pye])_([\w-]{1,62})", re.ASCII)
_NUMBER = re.compile(r"\d{1,12}", re.ASCII)
_LAST_WORD = re.compile(r"\s+(\S+)$")
_LARGE = frozenset({"governorate", "region", "country"})


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for: the matters that the name may mean, best first, and how many days."""

    name: str
    matters: tuple[Matter, ...]
    days: int | None = None


def requested(text: str) -> Request:
    """Return what a text after a command asks for; no matters where its name is not known.

    The last words may say how many days: «7», «٧ أيام», «أسبوع». A name that ends so itself is
    looked for first.
    """
    name = " ".join(text.split())
    found = matters_named(name)
    rest, days = _days_at_end(name)
    if found or days is None:
        return Request(name, found)
    return Request(rest, matters_named(rest), days)


def matters_named(name: str) -> tuple[Matter, ...]:
    """Return what a whole text may name, likeliest first."""
    event = _EVENT.fullmatch(name.strip())
    if event is not None:
        return (Matter(FollowKind.EVENT, str(int(event[1]))),)
    party = party_named(name)
    if party is not None:
        return (Matter(FollowKind.PARTY, party.id),)
    return tuple(Matter(FollowKind.PLACE, place.id) for place in _places(name)[:_MOST_ALIKE])


def matter_in(text: str) -> Matter | None:
    """Return what a question is about: the first place that it names, or the first party.

    A country is meant only where nothing smaller is named; «غزة» is the Strip with its city. None
    where no name is of our lists.
    """
    for matter in matters_named(text):
        return _with_area(matter)
    mentioned = [one.place for one in find_places(text)]
    for place in mentioned:
        if place.kind != "country":
            return Matter(FollowKind.PLACE, with_namesakes(place).id)
    for mention in find_parties(text):
        return Matter(FollowKind.PARTY, mention.party.id)
    return Matter(FollowKind.PLACE, mentioned[0].id) if mentioned else None


def _with_area(matter: Matter) -> Matter:
    if matter.kind is not FollowKind.PLACE:
        return matter
    return Matter(FollowKind.PLACE, with_namesakes(places()[matter.value]).id)


def link_to(matter: Matter) -> str:
    """Return what stands for a place, party or event in a link to us: ``p_sy-baghouz``, ``e_12``.

    Telegram takes letters, digits, "_" and "-" there, so a place's dot becomes a hyphen.
    """
    return f"{LETTERS[matter.kind]}_{matter.value.replace('.', '-')}"


def linked(parameter: str) -> Matter | None:
    """Return what a link names, None where it is none of ours; the store knows which events are."""
    found = _LINK.fullmatch(parameter)
    if found is None:
        return None
    kind, value = KINDS[found[1]], found[2]
    if kind is FollowKind.PLACE:
        value = _places_in_links().get(value, value)
    return Matter(kind, value)


@cache
def _places_in_links() -> dict[str, str]:
    """Return the ids of places by what stands for them in a link."""
    return {place.replace(".", "-"): place for place in places()}


def is_matter(matter: Matter) -> bool:
    """Tell whether a place or party is one of ours, an event's number is one, a word is there."""
    match matter.kind:
        case FollowKind.PLACE:
            return matter.value in places()
        case FollowKind.PARTY:
            return matter.value in parties()
        case FollowKind.EVENT:
            return _NUMBER.fullmatch(matter.value) is not None
        case _:
            return bool(matter.value.strip())


def matter_name(matter: Matter, language: str) -> str:
    """Return the usual name, in Latin letters for readers of other languages where it has one."""
    if matter.kind is FollowKind.PLACE:
        place = places()[matter.value]
        latin = next((name for name in place.latin if name), "")
        return latin if language != "ar" and latin else place.name
    if matter.kind is FollowKind.PARTY:
        party = parties()[matter.value]
        latin = next((name for name in party.names if name.isascii()), "")
        return latin if language != "ar" and latin else party.name
    return f"#{matter.value}" if matter.kind is FollowKind.EVENT else matter.value


def whole_name(matter: Matter, language: str) -> str:
    """Return the name with the area it lies in, which tells a place from its namesakes."""
    name = matter_name(matter, language)
    if matter.kind is not FollowKind.PLACE or places()[matter.value].parent not in places():
        return name
    area = Matter(FollowKind.PLACE, places()[matter.value].parent)
    return f"{name} ({matter_name(area, language)})"


def _places(name: str) -> tuple[Place, ...]:
    found = places_named(name) or places_named(f"ال{name.strip()}")  # «باغوز» for «الباغوز»
    first, _, rest = name.strip().partition(" ")
    if found or not rest or not is_class_word(fold(first)):
        return found
    wide = fold(first) in labelled_words("place_words.txt")["area"]
    return tuple(sorted(places_named(rest), key=lambda place: (place.kind in _LARGE) != wide))


def _days_at_end(name: str) -> tuple[str, int | None]:
    """Return the text without the number of days at its end, and that number if there is one."""
    units = labelled_words("day_words.txt")
    last = _LAST_WORD.search(name)
    if last is None:
        return name, None
    word, rest = fold(last[1]), name[: last.start()]
    if word.isdecimal():
        return rest, _bounded(int(word[:6]))
    unit = next((int(days) for days, words in units.items() if word in words), None)
    if unit is None:
        return name, None
    counted = _LAST_WORD.search(rest)
    if counted is not None and fold(counted[1]).isdecimal():
        return rest[: counted.start()], _bounded(int(fold(counted[1])[:6]) * unit)
    return rest, _bounded(unit)


def _bounded(days: int) -> int:
    return max(1, min(days, MOST_DAYS))
