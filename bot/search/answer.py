"""From ranked paragraphs to an answer: is it good enough, and which passages are shown.

The evidence is an estimate, between 0 and 1, that the best passage answers the question: the
learned score, made a probability (``bot.search.ranker``). A passage is shown only when it has
evidence of its own, and near-copies of one text count once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.models import Answer, Article, DaysNamed, Passage
from bot.search.query import Query
from bot.search.ranker import probability
from bot.search.retrieve import Ranked

THRESHOLD = 0.5
NEAREST = 3
_SAME = 0.8  # share of common terms from which two passages are one text
_INSIDE = 0.9  # or: so much of the shorter one stands in the longer one
_LONG = 12  # terms; of shorter passages only the first share counts
_BOLD = 0.5  # weaker matches are not shown bold
_BESIDE = 0.35  # of the best one's evidence: further passages need so much
_NEAR = 0.25  # less evidence than this is not even near


@dataclass(frozen=True, slots=True)
class Group:
    """A ranked passage with its near-copies, which lie behind it in the ranking."""

    best: Ranked
    copies: tuple[Ranked, ...] = ()


def answer_of(
    query: Query,
    ranked: Sequence[Ranked],
    *,
    newest_at: datetime | None,
    threshold: float = THRESHOLD,
    limit: int = 3,
    skip: int = 0,
) -> Answer:
    """Return the answer: passages where the evidence suffices, else the nearest articles.

    ``skip`` pages on: so many of the passages that could be shown are left out.
    """
    evidence = best_evidence(ranked)
    if evidence < threshold:
        return Answer(
            question=query.text,
            found=False,
            newest_at=newest_at,
            nearest=_nearest(ranked),
            named=_named(query),
            shortened=query.shortened,
        )
    groups = worth_showing(ranked, threshold)
    shown = groups[skip : skip + limit]
    return Answer(
        question=query.text,
        found=True,
        newest_at=newest_at,
        passages=tuple(_passage(one) for one in shown),
        shortened=query.shortened,
        more=len(groups) > skip + limit,
        outlets=_outlets(groups),
    )


def _named(query: Query) -> DaysNamed | None:
    """Return the days that a question names, for the reader to see how they were understood."""
    period = query.period
    return (period.since, period.until) if period and period.exact else None


def _outlets(groups: Sequence[Group]) -> tuple[Article, ...]:
    """Return the best article of each outlet that has one of the passages, or a copy of it."""
    found: dict[tuple[int, str], Article] = {}
    for group in groups:
        for one in (group.best, *group.copies):
            article = one.judged.article.article
            found.setdefault((article.source_id, article.source), article)
    return tuple(found.values())


def evidence_of(one: Ranked) -> float:
    """Return the estimate that this passage answers the question."""
    return probability(one.score)


def best_evidence(ranked: Sequence[Ranked]) -> float:
    """Return the evidence of the best passage, 0 when there is none."""
    return evidence_of(ranked[0]) if ranked else 0.0


def worth_showing(ranked: Sequence[Ranked], threshold: float) -> list[Group]:
    """Return the passages that carry enough evidence of their own, the best one first."""
    groups = grouped(ranked)
    if not groups:
        return []
    first = groups[0].best
    least = max(threshold / 3, _BESIDE * evidence_of(first))
    return groups[:1] + [
        group
        for group in groups[1:]
        if not group.best.other_day
        and evidence_of(group.best) >= least
        and _holds_as_much(group.best, first)
    ]


def _holds_as_much(one: Ranked, first: Ranked) -> bool:
    """Tell whether a passage names what the first one names of the question.

    One that lacks a name or rare word that the first has («باليّ» in a report on another town)
    tells of something else, however alike it is.
    """
    mine, best = one.judged.features, first.judged.features
    return mine.absent <= best.absent + 0.25 and mine.missing <= best.missing + 0.15


def _passage(group: Group) -> Passage:
    """Return a ranked paragraph as a passage; its score is its evidence."""
    judged = group.best.judged
    own = judged.article.article
    others: dict[int, Article] = {}
    for copy in group.copies:
        article = copy.judged.article.article
        if article.source_id != own.source_id:
            others.setdefault(article.source_id, article)
    return Passage(
        paragraph=judged.article.paragraphs[judged.index],
        article=own,
        score=round(evidence_of(group.best), 4),
        matches=matched_spans(group.best),
        also_in=tuple(others.values()),
    )


def matched_spans(one: Ranked) -> tuple[tuple[int, int], ...]:
    """Return where the matched words stand in the paragraph's text: whole words, in order."""
    places = {
        place for found in one.judged.matches if found.strength >= _BOLD for place in found.places
    }
    return tuple(one.judged.text.span(place) for place in sorted(places))


def grouped(ranked: Sequence[Ranked]) -> list[Group]:
    """Return the ranked passages, near-copies under the best of them."""
    kept: list[tuple[list[Ranked], frozenset[str]]] = []
    for one in ranked:
        stems = one.judged.text.stems
        same = next((group for group, other in kept if _is_copy(stems, other)), None)
        if same is None:
            kept.append(([one], stems))
        else:
            same.append(one)
    return [Group(group[0], tuple(group[1:])) for group, _ in kept]


def distinct(ranked: Sequence[Ranked]) -> list[Ranked]:
    """Return the ranked passages, of near-identical ones only the best."""
    return [group.best for group in grouped(ranked)]


def _is_copy(one: frozenset[str], other: frozenset[str]) -> bool:
    """Tell whether two passages are one text, whole or shortened, by their stems.

    Another figure makes another text: a new toll is news.
    """
    shorter, longer = sorted((one, other), key=len)
    common = len(one & other)
    union = len(one) + len(other) - common
    if not union:
        return True
    alike = common >= _SAME * union or (len(shorter) >= _LONG and common >= _INSIDE * len(shorter))
    return alike and not any(stem.isdecimal() for stem in shorter - longer)


def _nearest(ranked: Sequence[Ranked]) -> tuple[Article, ...]:
    """Return the articles of the best candidates, each once, where they are near at all."""
    found: dict[int, Article] = {}
    for one in ranked:
        if evidence_of(one) < _NEAR:
            continue
        if any(match.strength for match in one.judged.matches) or one.judged.features.in_title:
            article = one.judged.article.article
            found.setdefault(article.id, article)
        if len(found) == NEAREST:
            break
    return tuple(found.values())
