"""What clustering compares of a report: weighted stems of headline and lead, places, figures.

The words are those of the headline, counted twice, and of the first paragraphs: further down stands
the background that reports of one war share. A stem weighs by how rare it is in a large sample of
news (``bot/text/data/stem_frequencies.tsv``), not in what happens to be held, so that a report
weighs the same whenever it comes and whatever came before it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from importlib.resources import files

from bot.models import Report
from bot.text.analysis import is_stop_word
from bot.text.places import places
from bot.text.stem import stems
from bot.text.tokens import Token, tokenize

_LEAD = 3  # paragraphs
_LEAD_WORDS, _TITLE_WORDS = 140, 40
_TITLE_TIMES = 2
_LEAST_WEIGHT = 1.2  # of a stem; more common ones tell nothing
_AREAS = ("country", "region", "governorate")

Vector = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Gist:
    """A report as it is compared; vectors have length one, or are empty.

    ``spots`` are places smaller than a governorate, ``areas`` governorates and regions, ``lands``
    country codes of all places; ``figures`` are kind and value of its claims.
    """

    at_h: float  # hours since the epoch
    outlet: str
    words: Vector
    title: Vector
    spots: frozenset[str]
    areas: frozenset[str]
    lands: frozenset[str]
    parties: frozenset[str]
    figures: frozenset[tuple[str, int]]
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


@lru_cache(maxsize=100_000)
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
    return Counter(stem for token in tokens if not token.number
                   for stem, weight in (_term(token.word),) if weight)  # fmt: skip


@cache
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
    if len(b) < len(a):
        a, b = b, a
    return sum(value * b[stem] for stem, value in a.items() if stem in b)


def _quoted(title: str) -> str:
    """Return the words before a colon in a headline, "" where there is none."""
    head, colon, rest = title.partition(":")
    return " ".join(t.word for t in tokenize(head[:60])) if colon and rest.strip() else ""


def _lead(paragraphs: Iterable[str]) -> Iterator[Token]:
    """Yield the words of the first paragraphs."""
    left = _LEAD_WORDS
    for at, text in enumerate(paragraphs):
        if at >= _LEAD or left <= 0:
            return
        tokens = tokenize(text[: left * 20])[:left]
        left -= len(tokens)
        yield from tokens


def hours(at: datetime) -> float:
    """Return a time in hours since the epoch; one without a zone is taken for UTC."""
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() / 3600


def gist_of(report: Report) -> Gist:
    """Return what clustering compares of a report."""
    title = tokenize(report.title[: _TITLE_WORDS * 20])[:_TITLE_WORDS]
    head = _counts(title)
    whole = _counts(_lead(report.paragraphs))
    for stem, n in head.items():
        whole[stem] += _TITLE_TIMES * n
    known = places()
    named = [known[one] for one in report.places if one in known]
    return Gist(
        at_h=hours(report.dated_at),
        outlet=report.outlet,
        words=_vector(whole),
        title=_vector(head),
        spots=frozenset(p.id for p in named if p.kind not in _AREAS),
        areas=frozenset(p.id if p.kind in _AREAS else p.parent for p in named
                        if p.kind != "country" and (p.kind in _AREAS or p.parent)),
        lands=frozenset(p.country for p in named),
        parties=frozenset(report.parties),
        figures=frozenset((c.kind.value, c.minimum) for c in report.claims
                          if c.minimum and c.minimum > 1 and not c.negated),
        quoted=_quoted(report.title),
    )  # fmt: skip


def merged(gists: Iterable[Gist]) -> Gist:
    """Return one gist for all reports of an event, one at least, dated as the newest."""
    each = list(gists)
    words: Counter[str] = Counter()
    title: Counter[str] = Counter()
    for one in each:
        words.update(one.words)
        title.update(one.title)
    outlets = {one.outlet for one in each}
    return Gist(
        at_h=max(one.at_h for one in each),
        outlet=outlets.pop() if len(outlets) == 1 else "",
        words=unit(words),
        title=unit(title),
        spots=frozenset().union(*(one.spots for one in each)),
        areas=frozenset().union(*(one.areas for one in each)),
        lands=frozenset().union(*(one.lands for one in each)),
        parties=frozenset().union(*(one.parties for one in each)),
        figures=frozenset().union(*(one.figures for one in each)),
        quoted="",
    )
