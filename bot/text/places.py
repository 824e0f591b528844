"""Places named in a text, from ``data/gazetteer.tsv`` (GeoNames, CC BY 4.0, and our own rows).

The longest name counts; what belongs to a party's name is no place. A name that is a common word as
well needs a word that vouches for it: marked "?" a class word («مدينة») or a preposition of place,
marked "!" a class word; one marked "~" is an adjective behind a definite noun («القوات السعودية»).
Where several places bear a name, the one whose country the text speaks of
is meant, then the larger. Nothing is guessed beyond the list.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from bot.text.lexicon import labelled_words
from bot.text.names import Found, NameList, readings
from bot.text.normalize import fold, is_arabic
from bot.text.parties import PartyMention, find_parties
from bot.text.tokens import Token, tokenize

_CLASS = frozenset(labelled_words("place_words.txt")["class"])
_AREA = frozenset(labelled_words("place_words.txt")["area"])
_AT = frozenset(labelled_words("place_words.txt")["at"])
_BY = frozenset(labelled_words("place_words.txt")["by"])
_LEAST_INSIDE = 3  # letters of a word with ب: «باب» is no «إب»
_LEAST_LATIN = 4  # letters of a Latin name; shorter ones are English words too often
_MARKS = "?!~"
_NO_NOUNS = frozenset(["الي", "الا", "التي", "الذي", "الذين", "الان", "اليوم"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place: ``kind`` is country, region, governorate, city, front, crossing, camp, …

    ``parent`` is the id of the area it lies in; coordinates are None where they are not known.
    """

    id: str
    kind: str
    country: str
    parent: str
    names: tuple[str, ...]
    latin: tuple[str, ...]
    latitude: float | None = None
    longitude: float | None = None
    population: int = 0

    @property
    def name(self) -> str:
        """Return the usual Arabic name."""
        return self.names[0]


@dataclass(frozen=True, slots=True)
class PlaceMention:
    """A place named in a text, at characters ``start`` to ``end``."""

    place: Place
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Name:
    """One name of a place with what it needs to be believed."""

    place: Place
    needs: str  # "", "?", "!" or "~"


def _row(line: str) -> tuple[Place, list[str]]:
    """Return the place of one row with its names as marked."""
    cells = line.split("\t") + [""] * 9
    marked = cells[4].split("|")
    place = Place(
        id=cells[0],
        kind=cells[1],
        country=cells[2],
        parent=cells[3],
        names=tuple(name.rstrip(_MARKS) for name in marked),
        latin=tuple(cells[5].split("|")),
        latitude=float(cells[6]) if cells[6] else None,
        longitude=float(cells[7]) if cells[7] else None,
        population=int(cells[8] or 0),
    )
    return place, marked


@cache
def _rows() -> tuple[tuple[Place, list[str]], ...]:
    """Return every row of the gazetteer."""
    text = (files("bot.text") / "data" / "gazetteer.tsv").read_text(encoding="utf-8")
    return tuple(_row(line) for line in text.split("\n") if line and not line.startswith("#"))


@cache
def places() -> dict[str, Place]:
    """Return all places known, by id."""
    return {place.id: place for place, _ in _rows()}


def _all_names() -> Iterator[tuple[str, _Name]]:
    """Yield each name, Arabic and Latin, with its place."""
    for place, marked in _rows():
        for name in marked:
            yield name.rstrip(_MARKS), _Name(place, name[-1] if name[-1] in _MARKS else "")
        for name in place.latin:
            if len(fold(name)) >= _LEAST_LATIN:
                yield name, _Name(place, "")


@cache
def _names() -> NameList[_Name]:
    """Return the names of all places, ready to be looked for."""
    return NameList(_all_names())


def is_class_word(word: str) -> bool:
    """Tell whether a folded word, clitics or not, says what kind of place the next one is."""
    return any(reading in _CLASS for reading, _ in readings(word))


def _vouched(
    found: Found[tuple[_Name, ...]], name: _Name, tokens: Sequence[Token], joined: frozenset[str]
) -> bool:
    """Tell whether the words around a name that is a common word as well speak for a place.

    ``joined``: the countries of the place right before it («صيدا وصور»).
    """
    needs = name.needs
    before = tokens[found.first - 1].word if found.first else ""
    after = tokens[found.last + 1].word if found.last + 1 < len(tokens) else ""
    if needs == "~":
        cut = not found.first or found.start - tokens[found.first - 1].end > 1  # «الرياض، السعودية»
        definite = any(one.startswith("ال") and one not in _NO_NOUNS for one, _ in readings(before))
        return bool(found.clitics) or cut or not definite
    if is_class_word(before) or (after[:1] == "ب" and after[1:] in _CLASS):
        return True
    beside = bool(joined) and "و" in found.clitics
    if needs == "!" and name.place.kind != "country":
        return beside and name.place.country in joined
    at = any(reading in _AT for reading, _ in readings(before)) or after in _BY
    inside = "ب" in found.clitics and len(tokens[found.first].word) > _LEAST_INSIDE
    return at or inside or beside


def _candidates(
    text: str, tokens: Sequence[Token], taken: Sequence[PartyMention]
) -> Iterator[tuple[Found[tuple[_Name, ...]], list[Place]]]:
    """Yield each believed name with the places it may mean."""
    starts = [party.start for party in taken]
    last, countries = -2, frozenset[str]()
    for found in _names().find(text, tokens):
        near = bisect_left(starts, found.end)
        if near and taken[near - 1].end > found.start:
            continue  # the last party that begins before the name ends
        first = text[found.start]
        if not is_arabic(fold(first)) and not first.isupper():
            continue  # a Latin common word
        joined = countries if found.first == last + 1 else frozenset()
        meant = [
            name.place
            for name in found.value
            if not name.needs or _vouched(found, name, tokens, joined)
        ]
        if meant:
            last, countries = found.last, frozenset(place.country for place in meant)
            yield found, meant


def find_places(
    text: str,
    tokens: Sequence[Token] | None = None,
    parties: Sequence[PartyMention] | None = None,
) -> list[PlaceMention]:
    """Return the places named in ``text``, in order; ``tokens`` and ``parties`` are its own."""
    words = tokenize(text) if tokens is None else tokens
    acting = find_parties(text, words) if parties is None else parties
    found = list(_candidates(text, words, acting))
    countries = Counter(
        country
        for _, meant in found
        if len({place.country for place in meant}) == 1
        for country in {place.country for place in meant}
    )

    def rank(place: Place, area: bool) -> tuple[bool, int, bool, int]:
        is_area = place.kind in ("governorate", "region")
        return (
            place.kind == "country",
            countries[place.country],
            area == is_area,
            place.population,
        )

    mentions = []
    for name, meant in found:
        before = words[name.first - 1].word if name.first else ""
        area = any(reading in _AREA for reading, _ in readings(before))
        place = max(meant, key=lambda one: rank(one, area))
        mentions.append(PlaceMention(place, name.start, name.end))
    return mentions


def places_named(name: str) -> tuple[Place, ...]:
    """Return every place that a whole text may name, the largest first; marks are not asked."""
    words = tokenize(name)
    found = _names().at(name, words, 0) if words else None
    if found is None or found.last != len(words) - 1:
        return ()
    return tuple(
        sorted(
            dict.fromkeys(one.place for one in found.value),
            key=lambda place: (place.kind == "country", place.population),
            reverse=True,
        )
    )


def lies_in(place: Place, area: str) -> bool:
    """Tell whether a place is the area of this id or lies in it, through any number of levels."""
    here: Place | None = place
    for _ in range(8):
        if here is None:
            return False
        if here.id == area:
            return True
        here = places().get(here.parent)
    return False


def with_namesakes(place: Place) -> Place:
    """Return the area of the same name that a place lies in: «حلب» is the city and around it."""
    area = places().get(place.parent)
    return area if area and not set(area.names).isdisjoint(place.names) else place
