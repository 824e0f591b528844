"""What each of several arrivals is: a new article, a new text of one that is held, or nothing new.

Decided in memory, one arrival after the other, each seeing what the ones before it brought. The
chief identity is believed. Another one is believed when the texts are alike; when they are not,
several articles share it (the address of a live page, a text of formulas), and it names none from
then on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.models import Arrival, Intake, IntakeOutcome, NewArticle
from bot.store.edits import edit_between_held
from bot.text.copies import Sketch, is_same_article

SHARED = 0  # the article id of an identity that names no one article
Held = tuple[str, Sequence[str]]  # an article's title and paragraphs


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is held under an identity; ``revision`` is None when the article is gone."""

    article_id: int
    revision: int | None
    source_id: int | None
    content_hash: str | None

    def is_again(self, hashed: str) -> bool:
        """Tell whether a text of that hash brings nothing: it is held, or the article is gone."""
        return self.revision is None or self.content_hash == hashed


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A revision that is to be written; the first new article has the id -1, the second -2."""

    article_id: int
    revision: int
    article: NewArticle
    content_hash: str
    drawn: Sketch
    edit: dict[str, object] | None = None


def content_hash(article: NewArticle) -> str:
    """Return what tells one text of an article from another: its title and its paragraphs.

    Each piece goes in with its length, so that a border moved between two pieces is a change.
    """
    digest = hashlib.sha256()
    for piece in (article.title, *article.paragraphs):
        data = piece.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.hexdigest()


def intake(outcome: IntakeOutcome, article_id: int, article: NewArticle) -> Intake:
    """Return what storing an article did."""
    return Intake(
        outcome=outcome,
        article_id=article_id,
        title=article.title,
        paragraphs=len(article.paragraphs),
    )


class Recognition:
    """What becomes of a batch of arrivals, and what has to be written for it."""

    def __init__(self, held: Mapping[str, Known], texts: Mapping[int, Held]) -> None:
        """``held`` are the known ones of their identities, ``texts`` those articles' texts."""
        self._held = dict(held)
        self._texts = dict(texts)
        self._before = frozenset(held)
        self.new: list[Arrival] = []
        self.written: list[Written] = []  # in the order of arrival
        self.outcomes: list[Intake] = []

    @property
    def missing(self) -> dict[str, int]:
        """The identities that were not known, with the articles that they name from now on."""
        return {key: one.article_id for key, one in self._held.items() if key not in self._before}

    def shared_among(self, before: Mapping[str, Known]) -> list[str]:
        """Return those identities that named one article before and name none from now on."""
        return [
            key
            for key, one in before.items()
            if one.article_id != SHARED and self._held[key].article_id == SHARED
        ]

    def take(self, arrivals: Iterable[Arrival], drawn: Iterable[Sketch]) -> None:
        """Decide what arrivals are, in order; ``drawn`` are their sketches."""
        for arrival, its_sketch in zip(arrivals, drawn, strict=True):
            self.outcomes.append(self._outcome(arrival, its_sketch))

    def _outcome(self, arrival: Arrival, drawn: Sketch) -> Intake:
        article, hashed = arrival.article, content_hash(arrival.article)
        known = self._recognised(arrival)
        if known is None:
            self.new.append(arrival)
            known = Known(
                article_id=-len(self.new),
                revision=1,
                source_id=arrival.source.id,
                content_hash=hashed,
            )
            self._write(known, article, drawn, hashed)
            self._remember(arrival, known)
            return intake(IntakeOutcome.STORED, known.article_id, article)
        self._remember(arrival, known)
        if known.revision is None or known.is_again(hashed):
            return intake(IntakeOutcome.KNOWN, known.article_id, article)
        title, texts = self._texts[known.article_id]
        if known.source_id != arrival.source.id and _length(article.paragraphs) <= _length(texts):
            # Two feeds of one outlet: the shorter text must not take turns with the longer one.
            return intake(IntakeOutcome.KNOWN, known.article_id, article)
        edit = edit_between_held(title, texts, article)
        revised = replace(known, revision=known.revision + 1, content_hash=hashed)
        self._write(revised, article, drawn, hashed, edit)
        for key, one in self._held.items():
            if one.article_id == known.article_id:
                self._held[key] = revised
        return intake(IntakeOutcome.REVISED, known.article_id, article)

    def _recognised(self, arrival: Arrival) -> Known | None:
        """Return the article that an arrival is, None for a new one."""
        chief = self._held.get(arrival.identity)
        if chief is not None and chief.article_id != SHARED:
            return chief
        for key in arrival.others:
            known = self._held.get(key)
            if known is None or known.article_id == SHARED:
                continue
            if known.revision is None or self._is_same(known, arrival.article):
                return known
            self._held[key] = replace(known, article_id=SHARED)
        return None

    def _is_same(self, known: Known, article: NewArticle) -> bool:
        title, texts = self._texts[known.article_id]
        return is_same_article(title, texts, article.title, article.paragraphs)

    def _write(
        self,
        known: Known,
        article: NewArticle,
        drawn: Sketch,
        hashed: str,
        edit: dict[str, object] | None = None,
    ) -> None:
        self._texts[known.article_id] = (article.title, article.paragraphs)
        self.written.append(
            Written(
                article_id=known.article_id,
                revision=known.revision or 1,
                article=article,
                content_hash=hashed,
                drawn=drawn,
                edit=edit,
            )
        )

    def _remember(self, arrival: Arrival, known: Known) -> None:
        """Keep those identities of an arrival that were not known, for the article that it is."""
        for key in (arrival.identity, *arrival.others):
            self._held.setdefault(key, known)


def _length(texts: Sequence[str]) -> int:
    return sum(map(len, texts))
