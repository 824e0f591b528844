"""An article read for clustering: relevance, places, parties and claims of its paragraphs.

The one way from a stored article to a :class:`bot.models.Report`; benchmarks take it too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.events.claims import extract
from bot.events.relevance import relevance
from bot.events.words import parties_in, places_in, tokens_of
from bot.models import Claim, Report

_TITLE_WEIGHT, _LEAD_WEIGHT = 4, 2  # of a name beside one further down
_LEAD = 2  # paragraphs
_MOST_PARAGRAPHS = 60  # read; what stands behind is an archive, no report
_MOST_CHARS = 20_000  # of one paragraph


def read_report(
    *,
    article_id: int,
    outlet: str,
    title: str,
    paragraphs: Sequence[str],
    dated_at: datetime,
    paragraph_ids: Sequence[int] = (),
    copy_of: int | None = None,
) -> Report:
    """Return what an article says; ``paragraph_ids``, if given, go with the paragraphs.

    Claims of an article in another language than Arabic are none; an article without text, place or
    figure gives an empty report, never a guess.
    """
    ids: list[int | None] = [*paragraph_ids, *[None] * (len(paragraphs) - len(paragraph_ids))]
    placed: Counter[str] = Counter()
    acting: Counter[str] = Counter()
    claims: list[Claim] = []
    texts = [title[:_MOST_CHARS], *(text[:_MOST_CHARS] for text in paragraphs[:_MOST_PARAGRAPHS])]
    for at, text in enumerate(texts):
        tokens = tokens_of(text)
        parties = parties_in(text)
        weight = _TITLE_WEIGHT if at == 0 else _LEAD_WEIGHT if at <= _LEAD else 1
        named = places_in(text)
        _count(placed, (m.place.id for m in named), weight)
        _count(acting, (m.party.id for m in parties), weight)
        if at:
            claims.extend(
                extract(
                    text,
                    year=dated_at.year,
                    paragraph_id=ids[at - 1],
                    tokens=tokens,
                    named=list(named),
                )
            )
    return Report(
        article_id=article_id,
        outlet=outlet,
        title=title,
        paragraphs=tuple(paragraphs),
        dated_at=dated_at,
        places=_ranked(placed),
        parties=_ranked(acting),
        claims=tuple(claims),
        relevance=relevance(title, paragraphs),
        copy_of=copy_of,
    )


def _count(counts: Counter[str], ids: Iterable[str], weight: int) -> None:
    for one in dict.fromkeys(ids):
        counts[one] += weight


def _ranked(counts: Counter[str]) -> tuple[str, ...]:
    """Return the ids by weight, the first mentioned of equals first."""
    return tuple(one for one, _ in counts.most_common())
