"""What speaks for a paragraph as the answer to a question, as numbers.

Everything is computed from stored texts and dates; nothing depends on how many articles the
archive holds except the weight of each word, which has a floor so that one article is enough.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from functools import cached_property
from operator import attrgetter

from bot.clock import local_date
from bot.models import StoredArticle
from bot.search.cues import cues, goes_on, kinds_of, reasons_in
from bot.search.match import NOTHING, Match, Prepared, match, prepare
from bot.search.nearness import closeness, in_order, is_near
from bot.search.query import Query
from bot.search.weighing import MOST_WEIGHT, Weighing
from bot.search.whereabouts import places_in
from bot.text.aliases import family
from bot.text.numbers import numbers
from bot.text.questions import Asks, weekday_of
from bot.text.stem import stems

_VAGUE = 0.5  # «عشرات» answers how many only half
_RARE_WEIGHT = 5.0  # words in fewer than about one paragraph of 150 name something
_OLD_DAYS = 60.0  # beyond this age, older is no worse


@dataclass(slots=True, kw_only=True)
class Features:
    """What speaks for one paragraph; shares lie between 0 and 1.

    Filled in two steps: what the paragraph says by itself, then (``bot.search.agreement``) beside
    the other candidates. Not frozen, as some fifty are made and filled for every question.
    """

    covered: float  # share of the question's weight found in the paragraph
    in_title: float  # further share found only in the title
    in_context: float  # further share inherited from the paragraph that this one goes on
    missing: float  # share of the heaviest thing found nowhere
    matter: float  # log(1 + weight of what was found): one common word proves little
    lexical: float  # the index's score beside the best one's
    together: float  # how close the matches stand
    in_order: float  # share of neighbouring words of the question that are neighbours here
    counts: float  # how many: a number stands beside what is counted
    any_number: float  # how many: some number is there
    same_number: float  # share of the question's own numbers
    weekday: float  # 1 the named weekday, -1 only others
    dated: float  # 1 published on the named day or just after, -1 not
    reason: float  # why: causes, obstacles or purposes are given (½ for one, 1 for more)
    position: float  # log(1 + place in the article)
    age: float  # log(1 + days between publication and asking), for a question that names no time
    length: float  # log(1 + terms)
    fits: float  # the kind of answer asked for (who, where, when) seems to stand there
    in_period: float  # 1 published in the named time, ½ a named year stands there, -1 neither
    absent: float  # weight of the heaviest name or rare word held neither here nor in the title
    unknown: float  # share of the question's weight that the whole archive does not know
    new_places: float  # where: places are named that the question does not name
    fresh: float  # 1 published on the day of asking or the day before
    dense: float = 0.0  # cosine of question and paragraph, stretched; 0 where not embedded
    dense_article: float = 0.0  # the best cosine among the paragraphs of the article
    # among the candidates (``bot.search.agreement``):
    dense_gap: float = 0.0  # how far the cosine is below the best one's
    lead: float = 0.0  # how far the covered share is below the best one's
    in_siblings: float = 0.0  # further share held by other candidates of the same article
    detail: float = 0.0  # share of the question's weight, what few candidates hold weighing more
    nowhere: float = 0.0  # weight of the heaviest thing that no candidate holds
    echoed: float = 0.0  # likeness to candidates of other articles
    behind: float = 0.0  # log(1 + days older than the newest candidate that holds as much)
    # the question, for the evidence to tell kinds of questions apart:
    how_many: float = 0.0
    who: float = 0.0
    where: float = 0.0
    why: float = 0.0
    latin: float = 0.0
    newest: float = 0.0
    words: float = 0.0  # log(1 + things wanted)

    def values(self) -> tuple[float, ...]:
        """Return the numbers in the order of the fields."""
        return _VALUES(self)


FEATURE_NAMES = tuple(field.name for field in fields(Features))
_VALUES: Callable[[Features], tuple[float, ...]] = attrgetter(*FEATURE_NAMES)


@dataclass(frozen=True, slots=True)
class Judged:
    """A candidate with what speaks for it and the matched terms."""

    article: StoredArticle
    index: int  # place among the article's paragraphs
    features: Features
    text: Prepared
    matches: tuple[Match, ...]
    strengths: tuple[float, ...] = ()  # of each wanted thing, here or in the title
    embedded: bool = False


@dataclass(frozen=True)
class Judge:
    """Computes the features of the candidates of one question asked at ``now``."""

    query: Query
    weighing: Weighing
    now: datetime
    _matched: dict[str, tuple[Match, ...]] = field(default_factory=dict, init=False, repr=False)

    def judge(
        self,
        stored: StoredArticle,
        index: int,
        lexical: float,
        cosine: float | None = None,
        best_cosine: float | None = None,
    ) -> Judged:
        """Return what speaks for one paragraph of an article."""
        paragraph = stored.paragraphs[index]
        text = prepare(paragraph.text)
        here = self._matches(paragraph.text)
        title = self._matches(stored.article.title)
        before = self._context(stored, index)
        shares = self._shares(here, title, before)
        features = Features(
            covered=shares[0],
            in_title=shares[1],
            in_context=shares[2],
            missing=shares[3],
            matter=math.log1p(sum(shares[:3]) * self._total),
            lexical=lexical,
            together=closeness(here),
            in_order=in_order(here),
            **self._numbers(text, here),
            weekday=self._weekday(text),
            dated=self._dated(stored),
            reason=self._reason(text),
            position=math.log1p(index),
            age=self._age(stored),
            length=math.log1p(len(text.terms)),
            fits=self._fits(text),
            in_period=self._in_period(stored, text),
            absent=self._absent(here, title, before),
            unknown=self._unknown_share,
            new_places=self._new_places(paragraph.text),
            fresh=self._fresh(stored),
            dense=0.0 if cosine is None else stretched(cosine),
            dense_article=0.0 if best_cosine is None else stretched(best_cosine),
            **self._question,
        )
        whole = tuple(map(max, (m.strength for m in here), (m.strength for m in title)))
        return Judged(stored, index, features, text, here, whole, cosine is not None)

    @cached_property
    def _total(self) -> float:
        return self.weighing.total

    @cached_property
    def _asked(self) -> frozenset[str]:
        """The stems of the question's own words."""
        return frozenset(s for wanted in self.query.wanted for word in wanted.words for s in word)

    @cached_property
    def _counted(self) -> frozenset[str]:
        """The stems of what the question counts: all words of those families."""
        return frozenset(stem for label in self.query.counted for stem in family(label))

    @cached_property
    def _question(self) -> dict[str, float]:
        """Return what tells kinds of questions apart."""
        asks = self.query.asks
        return {
            "how_many": float(asks is Asks.HOW_MANY),
            "who": float(asks is Asks.WHO),
            "where": float(asks is Asks.WHERE),
            "why": float(asks is Asks.WHY),
            "latin": float(self.query.latin),
            "newest": float(self.query.newest),
            "words": math.log1p(len(self.query.wanted)),
        }

    def _absent(
        self, here: Sequence[Match], title: Sequence[Match], before: Sequence[Match]
    ) -> float:
        """Return the weight of the heaviest name or rare word that is held nowhere near."""
        return max(
            (
                weight * (1 - max(own.strength, head.strength, prev.strength)) / MOST_WEIGHT
                for wanted, weight, own, head, prev in zip(
                    self.query.wanted, self.weighing.weights, here, title, before, strict=True
                )
                if wanted.known or wanted.name or weight > _RARE_WEIGHT
            ),
            default=0.0,
        )

    @cached_property
    def _unknown_share(self) -> float:
        """The share of the question's weight that the archive does not know."""
        total = self._total
        pairs = zip(self.weighing.weights, self.weighing.unknown, strict=True)
        return sum(weight for weight, lost in pairs if lost) / total if total else 1.0

    def _fits(self, text: Prepared) -> float:
        """Return how many signs there are of the kind of answer asked for, at most 1."""
        kind = self.query.asks.value
        if kind not in cues():
            return 0.0
        signs = [one.word for one in text.tokens if kind in kinds_of(one.word) and not one.number]
        found = sum(self._asked.isdisjoint(stems(word)) for word in signs)
        return min(found, 3) / 3

    def _in_period(self, stored: StoredArticle, text: Prepared) -> float:
        """Return 1 when published in the named time (or the day after), else -1; 0 if none."""
        period = self.query.period
        if period is None:
            return 0.0
        day = local_date(stored.article.dated_at, self.query.zone)
        if period.since <= day <= period.until + timedelta(days=1):
            return 1.0
        year = str(period.since.year)
        if not period.exact and any(token.word == year for token in text.tokens):
            return 0.5
        return -1.0

    def _matches(self, text: str) -> tuple[Match, ...]:
        """Return the matches of every wanted thing; a title is looked through once."""
        found = self._matched.get(text)
        if found is None:
            prepared = prepare(text)
            found = self._matched[text] = tuple(
                [
                    match(wanted, prepared, unknown=unknown)
                    for wanted, unknown in zip(
                        self.query.wanted, self.weighing.unknown, strict=True
                    )
                ]
            )
        return found

    def _context(self, stored: StoredArticle, index: int) -> tuple[Match, ...]:
        """Return the matches of the paragraph before, when this one goes on from it."""
        if index == 0 or not goes_on(stored.paragraphs[index].text):
            return (NOTHING,) * len(self.query.wanted)
        return self._matches(stored.paragraphs[index - 1].text)

    def _shares(
        self, here: Sequence[Match], title: Sequence[Match], before: Sequence[Match]
    ) -> tuple[float, float, float, float]:
        """Return covered, in_title, in_context and missing."""
        total = self._total
        if not total:
            return 0.0, 0.0, 0.0, 1.0
        covered = in_title = in_context = missing = 0.0
        for weight, own, head, prev in zip(self.weighing.weights, here, title, before, strict=True):
            share = weight / total
            covered += share * own.strength
            in_context += share * max(0.0, prev.strength - own.strength)
            reached = max(own.strength, prev.strength)
            in_title += share * max(0.0, head.strength - reached)
            missing = max(missing, share * (1 - max(reached, head.strength)))
        return covered, in_title, in_context, missing

    def _numbers(self, text: Prepared, here: Sequence[Match]) -> dict[str, float]:
        """Return counts, any_number and same_number."""
        result = {"counts": 0.0, "any_number": 0.0, "same_number": 0.0}
        how_many = self.query.asks is Asks.HOW_MANY
        if not how_many and not self.query.numbers:
            return result
        found = numbers(text.tokens)
        if self.query.numbers:
            held = {number.value for number in found}
            result["same_number"] = len(held & self.query.numbers) / len(self.query.numbers)
        if how_many:
            result["any_number"] = float(bool(found))
            counted = self._counted_tokens(text, here)
            near = [number for number in found if is_near(number, counted)]
            result["counts"] = max((_VAGUE if n.value is None else 1.0 for n in near), default=0.0)
        return result

    def _counted_tokens(self, text: Prepared, here: Sequence[Match]) -> set[int]:
        """Return the places (among tokens) of the words that the question counts."""
        if self.query.counted:
            meant = text.places.keys() & self._counted
            return {text.at[place] for stem in meant for place in text.places[stem]}
        first = next((found for found in here if found.places), NOTHING)
        return {text.at[place] for place in first.places}

    def _weekday(self, text: Prepared) -> float:
        """Return 1 when the paragraph names the asked weekday, -1 when only others, else 0."""
        if not self.query.weekdays:
            return 0.0
        named = {day for token in text.tokens if (day := weekday_of(token.word))}
        if not named:
            return 0.0
        return 1.0 if named & self.query.weekdays else -1.0

    def _dated(self, stored: StoredArticle) -> float:
        """Return 1 when published on the named day or the day after, -1 when not, else 0."""
        published = stored.article.published_at
        if published is None:
            return 0.0
        if self.query.days is not None:
            day = local_date(self.now + timedelta(days=self.query.days), self.query.zone)
            later = (local_date(published, self.query.zone) - day).days
            return 1.0 if 0 <= later <= 1 else -1.0
        if self.query.weekdays:
            out = local_date(published, self.query.zone).isoweekday()
            return 0.5 if {out, (out - 2) % 7 + 1} & self.query.weekdays else -0.5
        return 0.0

    def _reason(self, text: Prepared) -> float:
        """Return 1 when a cause is asked for and the paragraph gives several, ½ for one."""
        if self.query.asks is not Asks.WHY:
            return 0.0
        given = sum(
            not self._asked.issuperset(reasons)
            for token in text.tokens
            if (reasons := reasons_in(token.word)) and not token.number
        )
        return min(given, 2) / 2

    def _new_places(self, text: str) -> float:
        """Return how many places are named beside those of the question, at most 1."""
        if self.query.asks is not Asks.WHERE:
            return 0.0
        return min(2, len(places_in(text) - self.query.places)) / 2

    def _fresh(self, stored: StoredArticle) -> float:
        """Return 1 for what was published on the day of asking or the day before it."""
        if self.query.days is not None or self.query.period is not None:
            return 0.0
        return float((self.now.date() - stored.article.dated_at.date()).days <= 1)

    def _age(self, stored: StoredArticle) -> float:
        """Return log(1 + age in days); 0 for a question that names a day."""
        if self.query.days is not None or self.query.period is not None:
            return 0.0
        days = (self.now - stored.article.dated_at).total_seconds() / 86_400
        return math.log1p(min(_OLD_DAYS, max(0.0, days)))


def stretched(cosine: float) -> float:
    """Return a cosine on a scale of about -1 to 3: the model's cosines lie between .75 and .95."""
    return (cosine - 0.8) * 20
