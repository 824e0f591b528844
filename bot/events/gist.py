"""What clustering compares of a report: weighted stems, families of words, places, figures.

Events are told by the words of the headline, counted twice, and of the first paragraphs; further
down stands the background that reports of one war share, which tells their storyline. A stem weighs
by how rare it is in a large sample of news (``bot/text/data/stem_frequencies.tsv``), not in what
happens to be held, so that a report weighs the same whenever it comes and whatever came before it.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import ItemsView, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache, lru_cache
from importlib.resources import files

from bot.events.families import families
from bot.events.words import places_in, tokens_of
from bot.models import Report
from bot.text.analysis import is_stop_word
from bot.text.held import WORDS_HELD
from bot.text.places import places
from bot.text.stem import stems
from bot.text.tokens import Token, tokenize
from bot.text.towns import around, towns_among

_LEAD = 2  # paragraphs
_LEAD_WORDS, _WHOLE_WORDS, _TITLE_WORDS = 140, 400, 40
_FIRST_PLACES = 2
_LONG_WORD = 20  # letters; a text is cut at so many for each word that may be read
_MOST_CHARS = 20_000  # of a text that is read
_KINDS_OF = 3  # claims
_TITLE_TIMES = 2
_SETS_HELD = 4096
_LEAST_WEIGHT = 1.2  # of a stem; more common ones tell nothing
_AREAS = ("country", "region", "governorate")

Vector = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Gist:
    """A report as it is compared; vectors have length one, or are empty.

    ``spots`` are places smaller than a governorate, ``areas`` governorates and regions, ``lands``
    country codes of all places; ``figures`` are kind and value of its claims; ``first`` are the
    places that it names most.
    """

    at_h: float  # hours since the epoch
    outlet: str
    words: Vector
    whole: Vector
    title: Vector
    head_families: Vector  # of the headline, and of headline with first paragraph
    families: Vector
    first: tuple[str, ...]
    towns: frozenset[str]  # spots in headline and first paragraph
    around: frozenset[str]  # these and the areas that they lie in
    spots: frozenset[str]
    areas: frozenset[str]
    lands: frozenset[str]
    parties: frozenset[str]
    figures: frozenset[tuple[str, int]]
    kinds: frozenset[str]
    quoted: str  # whom the headline quotes: «فلان: …»


@cache
def _frequencies() -> tuple[int, dict[str, int]]:
    """Return of how many texts the sample is, and in how many each stem occurs."""
    text = (files("bot.text") / "data" / "stem_frequencies.tsv").read_text(encoding="utf-8")
    found: dict[str, int] = {}
    for line in text.split("\n"):
        if line and not line.startswith("#"):
            word, _, count = line.partition("\t")
            found[word] = int(count)
    return found.pop("*"), found


@lru_cache(maxsize=WORDS_HELD)
def _term(word: str) -> tuple[str, float]:
    """Return the stem of a folded word and its weight, 0 for words that tell nothing.

    A first letter that may be a clitic is one where the rest is the commoner stem.
    """
    if len(word) < 2 or is_stop_word(word):
        return "", 0.0
    texts, known = _frequencies()
    stem = max(stems(word), key=lambda one: known.get(one, 0))
    weight = math.log(texts / (known.get(stem, 0) + 1))
    return stem, weight if weight >= _LEAST_WEIGHT else 0.0


def _counts(tokens: Iterable[Token]) -> Counter[str]:
    """Return how often each telling stem occurs."""
    words = [token.word for token in tokens if not token.number]
    return Counter(stem for stem, weight in map(_term, words) if weight)


@lru_cache(maxsize=WORDS_HELD)
def _weight(stem: str) -> float:
    texts, known = _frequencies()
    return math.log(texts / (known.get(stem, 0) + 1))


def _vector(counts: Mapping[str, int]) -> dict[str, float]:
    """Return the counts as a vector of length one: logarithm of the count times rarity."""
    raw = {stem: (1 + math.log(n)) * _weight(stem) for stem, n in counts.items()}
    return unit(raw)


def unit(vector: Mapping[str, float]) -> dict[str, float]:
    """Return a vector with length one, an empty one as it is."""
    length = math.sqrt(sum(value * value for value in vector.values()))
    return {stem: value / length for stem, value in vector.items()} if length else {}


def cosine(a: Vector, b: Vector) -> float:
    """Return the cosine of two vectors of length one."""
    if not a or not b:
        return 0.0
    if len(b) < len(a):
        a, b = b, a
    a, b = _at_hand(a), _at_hand(b)
    total = 0.0
    for stem in filter(b.__contains__, a):  # in the order of the shorter: sums differ by it
        total += a[stem] * b[stem]
    return total


def _at_hand(vector: Vector) -> dict[str, float]:
    """Return a vector in which single words are quick to look up."""
    return vector if isinstance(vector, dict) else dict(vector.items())


def _quoted(title: str) -> str:
    """Return the words before a colon in a headline, "" where there is none."""
    head, colon, rest = title.partition(":")
    return " ".join(t.word for t in tokenize(head[:60])) if colon and rest.strip() else ""


def _words(paragraphs: Iterable[str], most: int) -> list[Sequence[Token]]:
    """Return the words of paragraphs, ``most`` in all."""
    read: list[Sequence[Token]] = []
    for text in paragraphs:
        if most <= 0:
            break
        read.append(tokens_of(text[: most * _LONG_WORD])[:most])
        most -= len(read[-1])
    return read


def hours(at: datetime) -> float:
    """Return a time in hours since the epoch; one without a zone is taken for UTC."""
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() / 3600


@lru_cache(maxsize=_SETS_HELD)
def _shared(names: frozenset[str]) -> frozenset[str]:
    """Return the same names, for reports that name the same in one set: a set is 200 bytes."""
    return names


def gist_of(report: Report) -> Gist:
    """Return what clustering compares of a report."""
    title = tokens_of(report.title[: _TITLE_WORDS * _LONG_WORD])[:_TITLE_WORDS]
    read = _words(report.paragraphs, _WHOLE_WORDS)
    head = _counts(title)
    lead = _counts([token for words in read[:_LEAD] for token in words][:_LEAD_WORDS])
    whole = _counts(token for words in read for token in words)
    for stem, n in head.items():
        lead[stem] += _TITLE_TIMES * n
        whole[stem] += _TITLE_TIMES * n
    texts = (report.title, *report.paragraphs[:1])
    towns = towns_among(one for text in texts for one in places_in(text[:_MOST_CHARS]))
    known = places()
    named = [known[one] for one in report.places if one in known]
    return Gist(
        at_h=hours(report.dated_at),
        outlet=report.outlet,
        words=_vector(lead),
        whole=_vector(whole),
        title=_vector(head),
        head_families=unit(families(title)),
        families=unit(families([*title, *(read[0] if read else ())])),
        first=report.places[:_FIRST_PLACES],
        towns=_shared(towns),
        around=_shared(around(towns)),
        spots=_shared(frozenset(p.id for p in named if p.kind not in _AREAS)),
        areas=_shared(frozenset(p.id if p.kind in _AREAS else p.parent for p in named
                                if p.kind != "country" and (p.kind in _AREAS or p.parent))),
        lands=_shared(frozenset(p.country for p in named)),
        parties=_shared(frozenset(report.parties)),
        figures=frozenset((c.kind.value, c.minimum) for c in report.claims
                          if c.minimum and c.minimum > 1 and not c.negated),
        kinds=_shared(frozenset(claim.kind.value for claim in report.claims[:_KINDS_OF])),
        quoted=_quoted(report.title),
    )  # fmt: skip


def merged(gists: Iterable[Gist]) -> Gist:
    """Return one gist for all reports of an event, one at least, dated as the newest."""
    each = list(gists)
    outlets = {one.outlet for one in each}
    firsts = Counter(place for one in each for place in one.first)
    return Gist(
        at_h=max(one.at_h for one in each),
        outlet=outlets.pop() if len(outlets) == 1 else "",
        words=_sum(one.words for one in each),
        whole=_sum(one.whole for one in each),
        title=_sum(one.title for one in each),
        head_families=_sum(one.head_families for one in each),
        families=_sum(one.families for one in each),
        first=tuple(place for place, _ in firsts.most_common(_FIRST_PLACES)),
        towns=frozenset().union(*(one.towns for one in each)),
        around=frozenset().union(*(one.around for one in each)),
        spots=frozenset().union(*(one.spots for one in each)),
        areas=frozenset().union(*(one.areas for one in each)),
        lands=frozenset().union(*(one.lands for one in each)),
        parties=frozenset().union(*(one.parties for one in each)),
        figures=frozenset().union(*(one.figures for one in each)),
        kinds=frozenset().union(*(one.kinds for one in each)),
        quoted="",
    )


class _Packed(Mapping[str, float]):
    """A vector in a quarter of the room, to be read as a whole."""

    __slots__ = ("_names", "_values")

    def __init__(self, vector: Vector) -> None:
        self._names, self._values = tuple(vector), array("d", vector.values())

    def __len__(self) -> int:
        return len(self._names)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __getitem__(self, name: str) -> float:
        return dict(self.items())[name]

    def items(self) -> ItemsView[str, float]:
        return dict(zip(self._names, self._values, strict=True)).items()


def packed(gist: Gist) -> Gist:
    """Return the same gist in less room; its vectors are slow to look single words up in."""
    if isinstance(gist.words, _Packed):
        return gist
    return replace(
        gist,
        words=_Packed(gist.words),
        whole=_Packed(gist.whole),
        title=_Packed(gist.title),
        head_families=_Packed(gist.head_families),
        families=_Packed(gist.families),
    )


def _sum(vectors: Iterable[Vector]) -> dict[str, float]:
    """Return the sum of vectors with length one."""
    total: dict[str, float] = {}
    for vector in vectors:
        if not total:
            total.update(vector.items())
            continue
        for name, value in vector.items():
            total[name] = total.get(name, 0.0) + value
    return unit(total)
