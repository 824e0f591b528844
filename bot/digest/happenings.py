"""Events with something new, and which of them a digest shows, in which order.

Pure. Each event is ranked by what changed, by how many outlets report it, by how grave it is, by
whether the reader follows it; a second event of one storyline has to be so much weightier. What a
filter holds back is not counted as left out: the reader did not ask for it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.digest.compose import key_paragraph
from bot.models import (
    Article,
    ClaimKind,
    ClaimQualifier,
    ClaimScope,
    DigestFilters,
    DigestItem,
    EventChange,
    EventChangeKind,
    EventSnapshot,
    Figure,
    Paragraph,
    StoredArticle,
)
from bot.text.analysis import terms

CONFLICT_FROM = 0.5  # relevance
MOST_FIGURES = 4  # of one kind, the newest
MOST_KINDS = 4
_WEIGHTS = {
    EventChangeKind.CORRECTION: 2.5,
    EventChangeKind.DENIAL: 2.5,
    EventChangeKind.FIGURE: 2.5,
    EventChangeKind.NEW_EVENT: 2.0,
    EventChangeKind.PLACE: 1.0,
    EventChangeKind.OUTLET: 0.6,
    EventChangeKind.REPORT: 0.4,
}
_GRAVE = 1.5  # for each factor of ten of the greatest number of killed
_RELEVANT = 3.0  # for what is surely of a conflict; many outlets tell of a trial or a strike, too
_FOLLOWED = 3.0
_OPENING = 4  # paragraphs in which a report tells its news
_SAME_STORYLINE = 1.5  # less for each event of a storyline that stands before


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """An event with reports of the period, as it stands now.

    ``articles`` are all its reports without text, ``new`` those of the period with theirs;
    ``areas`` are the places it happened in with those around them. An article that belongs to no
    event (yet) stands alone, without a ``state``.
    """

    state: EventSnapshot | None
    articles: tuple[Article, ...]  # oldest first
    new: tuple[StoredArticle, ...]  # oldest first
    areas: frozenset[str] = frozenset()
    relevance: float = 1.0
    repeated: bool = False
    fresh: bool = True  # a report of it is new, not only a revision
    also_in: tuple[Article, ...] = ()  # of an article that stands alone


Changes = Callable[[EventSnapshot], tuple[EventChange, ...]]


def wanted(happening: Happening, filters: DigestFilters) -> bool:
    """Tell whether an event passes what the subscription chose."""
    if filters.conflict_only and happening.relevance < CONFLICT_FROM:
        return False
    if filters.places and happening.areas.isdisjoint(filters.places):
        return False
    parties = happening.state.parties if happening.state else ()
    if filters.parties and set(filters.parties).isdisjoint(parties):
        return False
    sources = {one.article.source_id for one in happening.new}
    if filters.source_ids and sources.isdisjoint(filters.source_ids):
        return False
    if not (filters.words_in or filters.words_out):
        return True
    held = _stems(text for one in happening.new for text in _texts(one))
    if filters.words_in and not any(_named(words, held) for words in filters.words_in):
        return False
    return not any(_named(words, held) for words in filters.words_out)


def _texts(one: StoredArticle) -> Iterable[str]:
    return (one.article.title, *(paragraph.text for paragraph in one.paragraphs))


def _stems(texts: Iterable[str]) -> set[str]:
    return {stem for text in texts for term in terms(text) for stem in term.stems}


def _named(words: str, held: set[str]) -> bool:
    """Tell whether every word stands in the text, in any of its forms."""
    searched = terms(words)
    return bool(searched) and all(not held.isdisjoint(term.stems) for term in searched)


def choose(
    happenings: Sequence[Happening],
    changes: Changes,
    filters: DigestFilters,
    *,
    followed: frozenset[int] = frozenset(),
    most: int,
) -> tuple[list[DigestItem], int]:
    """Return what a digest shows, weightiest first, and how many events it leaves out.

    ``changes`` tells what is new about an event for this reader, nothing for one that was shown
    just so. At most ``most`` events, and as many again whose delivery was in doubt.
    """
    items: list[tuple[float, DigestItem]] = []
    for one in happenings:
        found = changes(one.state) if one.state else ()
        if one.state and not found:
            continue
        if not one.fresh and found[0].kind is EventChangeKind.NEW_EVENT:
            continue  # an old report was corrected that this reader never saw
        if not wanted(one, filters):
            continue
        item = _item(one, found, short=filters.short)
        liked = one.state is not None and one.state.event_id in followed
        items.append((_weight(item, one.relevance, liked), item))
    again = [pair for pair in items if pair[1].repeated]
    fresh = [pair for pair in items if not pair[1].repeated]
    shown = _ranked(fresh, most) + _ranked(again, most)
    return shown, len(items) - len(shown)


def _weight(item: DigestItem, relevance: float, followed: bool) -> float:
    changed = max((_WEIGHTS[one.kind] for one in item.changes), default=1.0)
    outlets = len(item.state.outlets) if item.state else 1 + len(item.also_in)
    return (
        changed
        + math.log2(outlets + 1) / 2
        + _RELEVANT * relevance
        + _GRAVE * math.log10(1 + _killed(item))
        + _FOLLOWED * followed
    )


def _killed(item: DigestItem) -> int:
    """Return the greatest number killed in the event, without totals of the war around it."""
    figures = item.state.figures if item.state else ()
    killed = [one.claim for one in figures if one.kind is ClaimKind.KILLED and _is_news(one)]
    return max((claim.minimum or 0 for claim in killed if not claim.negated), default=0)


def _ranked(pairs: list[tuple[float, DigestItem]], most: int) -> list[DigestItem]:
    """Return the weightiest items, storylines mixed, the newest of equals first."""
    left = sorted(pairs, key=lambda pair: _at(pair[1]), reverse=True)
    lines: Counter[int] = Counter()
    chosen: list[DigestItem] = []
    while left and len(chosen) < most:
        weights = [weight - _SAME_STORYLINE * lines[_line(item)] for weight, item in left]
        best = weights.index(max(weights))
        item = left.pop(best)[1]
        if item.state:
            lines[_line(item)] += 1
        chosen.append(item)
    return chosen


def _line(item: DigestItem) -> int:
    return item.state.storyline_id if item.state else -1


def _at(item: DigestItem) -> tuple[datetime, int]:
    return item.article.dated_at, item.article.id


def _item(one: Happening, changes: tuple[EventChange, ...], *, short: bool) -> DigestItem:
    if one.state is None:
        told = one.new[0]
        return DigestItem(
            article=told.article,
            paragraph=None if short else key_paragraph(told),
            repeated=one.repeated,
            also_in=one.also_in,
        )
    told = _teller(one, changes)
    figures = shown_figures(one.state)
    known = {article.id: article for article in one.articles}
    return DigestItem(
        article=told.article,
        paragraph=None if short else _paragraph(told, changes, figures),
        repeated=one.repeated,
        also_in=_outlets(told.article, one.articles),
        changes=changes,
        figures=figures,
        cited=tuple(known[key] for key in dict.fromkeys(f.article_id for f in figures)
                    if key in known),
        state=one.state,
    )  # fmt: skip


def shown_figures(state: EventSnapshot) -> tuple[Figure, ...]:
    """Return the figures that can be shown, by kind, of each the newest, oldest of those first.

    A vague one («عشرات») has no number to show beside the others: it is left to its paragraph.
    """
    told = [
        one
        for one in state.figures
        if one.claim.qualifier is not ClaimQualifier.VAGUE
        and (one.claim.minimum, one.claim.maximum) != (None, None)
    ]
    order = {kind: at for at, kind in enumerate(ClaimKind)}
    counted = sorted({(order[one.kind], one.claim.scope) for one in told})[:MOST_KINDS]
    shown: list[Figure] = []
    for at, scope in counted:
        same = [one for one in told if (order[one.kind], one.claim.scope) == (at, scope)]
        shown += sorted(same, key=_said)[-MOST_FIGURES:]
    return tuple(shown)


def _said(figure: Figure) -> tuple[datetime, int, int, int]:
    claim = figure.claim
    return figure.at, figure.article_id, claim.paragraph_id or 0, claim.start


def _teller(one: Happening, changes: tuple[EventChange, ...]) -> StoredArticle:
    """Return the new report that tells the event: of its first change, else with figures."""
    new = {stored.article.id: stored for stored in one.new}
    for change in changes:
        if change.article_id in new:
            return new[change.article_id]
    own = [stored for stored in one.new if stored.article.copy_of not in new] or list(one.new)
    figures = one.state.figures if one.state else ()
    telling = {figure.article_id for figure in figures if _is_news(figure)}
    return next((stored for stored in reversed(own) if stored.article.id in telling), own[-1])


def _paragraph(
    told: StoredArticle, changes: tuple[EventChange, ...], figures: Sequence[Figure]
) -> Paragraph | None:
    """Return the paragraph of a changed figure, else the report's first one with a figure.

    Totals of a war and what stands further down are background, and that nobody was hurt is not the
    news: then the report opens as it does.
    """
    held: Mapping[int, Paragraph] = {paragraph.id: paragraph for paragraph in told.paragraphs}
    for change in changes:
        moved = held.get(change.after.claim.paragraph_id or 0) if change.after else None
        if moved is not None:
            return moved
    new = [one.claim for one in figures if _is_news(one) and not one.claim.negated]
    telling = {claim.paragraph_id for claim in new}
    opening = told.paragraphs[:_OPENING]
    first = (paragraph for paragraph in opening if paragraph.id in telling)
    return next(first, None) or key_paragraph(told)


def _is_news(figure: Figure) -> bool:
    return figure.claim.scope is not ClaimScope.RUNNING


def _outlets(told: Article, articles: Sequence[Article]) -> tuple[Article, ...]:
    """Return one report of each other outlet, the newest first."""
    outlets = {told.source: told}
    for article in sorted(articles, key=lambda one: one.dated_at, reverse=True):
        outlets.setdefault(article.source, article)
    return tuple(outlets.values())[1:]
