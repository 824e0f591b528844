"""What a digest says: which articles, in which order, each by which paragraph.

Pure: stored articles go in, a :class:`bot.models.Digest` comes out. Nothing is shortened or
reworded here; how it looks on a screen is decided by ``bot/delivery/render.py``.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.models import Article, Digest, DigestItem, Paragraph, StoredArticle
from bot.text.normalize import fold

DEFAULT_MAX_ITEMS = 12

_WORD = re.compile(r"\w+")
_SHINGLE = 3  # words
_LEAD_WORDS = 300  # of each text that are compared: copies differ at their ends, not before
_SAME_TEXT = 0.6  # share of the shorter text's shingles found in the longer one
_FEWEST_SHINGLES = 8  # below, a shared formula would count as a shared text
_FEWEST_TITLE_WORDS = 4  # «عاجل» is no sign of the same report
_SAME_TITLE_WITHIN = timedelta(hours=48)  # a daily column keeps its title
_SUBSTANCE_WORDS = 8


def compose(
    articles: Iterable[StoredArticle],
    *,
    since_at: datetime | None,
    until_at: datetime,
    newest_at: datetime | None = None,
    cursor: int = 0,
    repeated: Collection[int] = (),
    max_items: int = DEFAULT_MAX_ITEMS,
    unread: int = 0,
) -> Digest:
    """Return the digest of ``articles``, newest first, the same text at several outlets once.

    ``repeated`` names articles whose earlier delivery is in doubt: they come again, flagged,
    and take no room from what is new (at most ``max_items`` of each). ``unread`` counts new
    articles that the caller did not load; they are left out like those beyond ``max_items``.
    """
    groups = _group(sorted(articles, key=lambda stored: _order(stored.article)))
    items = sorted(
        (_item(group, repeated) for group in groups),
        key=lambda item: _order(item.article),
        reverse=True,
    )
    kept = _first(items, max_items, repeated=False) | _first(items, max_items, repeated=True)
    return Digest(
        since_at=since_at,
        until_at=until_at,
        items=tuple(item for item in items if item.article.id in kept),
        left_out=len(items) - len(kept) + unread,
        newest_at=newest_at,
        cursor=cursor,
    )


def key_paragraph(stored: StoredArticle) -> Paragraph | None:
    """Return the first paragraph that says something beyond the title, else the longest."""
    title = set(_words(stored.article.title))
    for paragraph in stored.paragraphs:
        words = _words(paragraph.text)
        if len(words) >= _SUBSTANCE_WORDS and not title.issuperset(words):
            return paragraph
    return max(stored.paragraphs, key=lambda paragraph: len(paragraph.text), default=None)


def _order(article: Article) -> tuple[datetime, int]:
    return article.dated_at, article.id


def _first(items: Sequence[DigestItem], limit: int, *, repeated: bool) -> set[int]:
    chosen = [item.article.id for item in items if item.repeated is repeated]
    return set(chosen[:limit])


def _item(group: _Group, repeated: Collection[int]) -> DigestItem:
    first, *others = group.members
    return DigestItem(
        article=first.article,
        paragraph=key_paragraph(first),
        repeated=any(stored.article.id in repeated for stored in group.members),
        also_in=_other_outlets(first.article, [stored.article for stored in others]),
    )


def _other_outlets(first: Article, others: Iterable[Article]) -> tuple[Article, ...]:
    """Return one article for each further outlet, in order."""
    outlets = {first.source: first}
    for article in others:
        outlets.setdefault(article.source, article)
    return tuple(outlets.values())[1:]


@dataclass(slots=True)
class _Group:
    """Articles with the same text; the first is the earliest."""

    members: list[StoredArticle] = field(default_factory=list)


def _group(articles: Iterable[StoredArticle]) -> list[_Group]:
    """Gather articles, given earliest first, by their text.

    Each is compared with the first of every group by an inverted index of shingles, so the work
    grows with the words that texts share and not with the square of their number.
    """
    groups: list[_Group] = []
    sizes: list[int] = []
    titles: dict[str, int] = {}
    holders: dict[str, list[int]] = defaultdict(list)
    for stored in articles:
        shingles = _shingles(stored)
        title = " ".join(_words(stored.article.title))
        at = _same_text(shingles, sizes, holders)
        if at is None:
            at = _same_title(stored.article, titles.get(title), groups)
        if at is None:
            at = len(groups)
            groups.append(_Group())
            sizes.append(len(shingles))
            for shingle in shingles:
                holders[shingle].append(at)
        if title.count(" ") + 1 >= _FEWEST_TITLE_WORDS:
            titles[title] = at
        groups[at].members.append(stored)
    return groups


def _same_text(
    shingles: set[str], sizes: Sequence[int], holders: dict[str, list[int]]
) -> int | None:
    shared = Counter(at for shingle in shingles for at in holders.get(shingle, ()))
    for at, count in shared.most_common():
        shorter = min(len(shingles), sizes[at])
        if shorter >= _FEWEST_SHINGLES and count >= _SAME_TEXT * shorter:
            return at
    return None


def _same_title(article: Article, at: int | None, groups: Sequence[_Group]) -> int | None:
    if at is None:
        return None
    apart = article.dated_at - groups[at].members[-1].article.dated_at
    return at if apart <= _SAME_TITLE_WITHIN else None


def _shingles(stored: StoredArticle) -> set[str]:
    words = _words(" ".join(paragraph.text for paragraph in stored.paragraphs))[:_LEAD_WORDS]
    return {" ".join(words[i : i + _SHINGLE]) for i in range(len(words) - _SHINGLE + 1)}


def _words(text: str) -> list[str]:
    return _WORD.findall(fold(text))
