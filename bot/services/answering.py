"""Question to answer: the one way in which a reader, in chat or on the command line, is answered.

Joins the index (which paragraphs may answer), the store (what they say, word for word) and the
judgement of ``bot.search`` (whether they do).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

from bot.clock import Clock, local_date
from bot.delivery.render import render_answer, render_passage, render_sources
from bot.digest.happenings import shown_figures
from bot.metrics import QUESTION_S, QUESTIONS
from bot.models import Answer, Article, Chat, ClaimKind, Hit, Passage, Reply, StoredArticle, Verdict
from bot.search.answer import NEAREST, THRESHOLD, answer_of
from bot.search.lexical import LexicalQuery
from bot.search.query import UTC, Query, understand
from bot.search.retrieve import CANDIDATES, Gathered, Proposed, Ranked, depths
from bot.search.weighing import Weighing, weigh
from bot.services.conversations import Conversations
from bot.services.happenings import Happenings
from bot.services.history import with_history
from bot.services.judging import Judging
from bot.services.leading import leading_on, verdicts, with_row
from bot.services.newest import newest
from bot.services.sensitive import tells_of_casualties
from bot.store.base import Store
from bot.text.matters import matter_in
from bot.text.questions import Asks

if TYPE_CHECKING:  # it brings numpy, for which a start without vectors must not wait
    from bot.search.dense import FloatArray

PAGE = 3  # passages shown at once
_NEWEST = 40  # changes among which an example is looked for
_EXAMPLE_CHARS = range(60, 320)
_EXAMPLE_TITLE_CHARS = 80
_FEWEST = 2  # different figures that are worth a table beside the quotes
_COUNTED = {  # the families of a question's words, as claims count them
    "killed": ClaimKind.KILLED,
    "wounded": ClaimKind.WOUNDED,
    "displaced": ClaimKind.DISPLACED,
    "captured": ClaimKind.DETAINED,
    "missing": ClaimKind.MISSING,
}
_BOTH = frozenset({"killed", "wounded"})
_KINDS_OF_BOTH = frozenset({ClaimKind.KILLED_OR_WOUNDED})


class Index(Protocol):
    """What answering asks of the search index."""

    async def search(self, query: LexicalQuery, limit: int) -> list[Hit]:
        """Return the best paragraphs, best first."""
        ...

    async def frequencies(self, stems: Sequence[str]) -> tuple[int, dict[str, int]]:
        """Return how many paragraphs are indexed, and how many hold each of the stems."""
        ...


class Semantic(Protocol):
    """What answering asks of the index by meaning; empty answers where it cannot serve."""

    async def question(self, text: str) -> FloatArray | None:
        """Return a question as a vector, None where no embedder is available."""
        ...

    async def search(self, vector: FloatArray, limit: int) -> list[Hit]:
        """Return the paragraphs nearest in meaning, best first."""
        ...

    async def scores(self, vector: FloatArray, ids: Sequence[int]) -> dict[int, float]:
        """Return the cosines of those of the named paragraphs that are embedded."""
        ...


class Answering:
    """Answers questions from the archive, verbatim, or says that it cannot."""

    def __init__(
        self,
        store: Store,
        index: Index,
        clock: Clock,
        semantic: Semantic | None = None,
        *,
        judging: Judging | None = None,
        threshold: float = THRESHOLD,
        max_chars: int = 500,
    ) -> None:
        self._store = store
        self._index = index
        self._clock = clock
        self._semantic = semantic
        self._judging = judging
        self._threshold = threshold
        self._max_chars = max_chars
        self._conversations = Conversations(clock)
        self._happenings = Happenings(store)

    async def answer(
        self, text: str, *, limit: int = PAGE, skip: int = 0, zone: str = "UTC"
    ) -> Answer:
        """Answer a question of any length and content with up to ``limit`` passages.

        ``skip`` leaves out so many of the first; days («أمس») are those of ``zone``. A question
        longer than ``max_chars`` is cut and the answer says so. Raises only SearchIndexError and
        StoreError.
        """
        with QUESTION_S.time():
            answer, query = await self._found(text, slice(skip, skip + limit), ZoneInfo(zone))
        QUESTIONS.labels("yes" if answer.found else "no").inc()
        if answer.found and query.asks is Asks.HOW_MANY:
            return await self._with_figures(answer, query)
        return answer

    async def warm_up(self, text: str) -> None:
        """Read what the first question would wait for; nobody asked, so none is counted."""
        await self._found(text, slice(0, PAGE), UTC)

    async def _found(self, text: str, page: slice, zone: ZoneInfo) -> tuple[Answer, Query]:
        query = await self._understood(text, zone)
        answer = await self._newest(query, page) or await self._searched(query, page)
        if query.browsing and query.period and not answer.found:
            answer = replace(answer, nearest=await self._latest(query) or answer.nearest)
        return replace(answer, passages=await with_history(self._store, answer.passages)), query

    async def _understood(self, text: str, zone: ZoneInfo = UTC) -> Query:
        today = local_date(self._clock.now(), zone)
        return await asyncio.to_thread(understand, text, self._max_chars, today, zone)

    async def _newest(self, query: Query, page: slice) -> Answer | None:
        """Return the newest reports where nothing else is asked for; None where there are none."""
        if query.browsing is None:
            return None
        found = await newest(
            self._store, query, query.browsing.matters, self._clock.now(), page=page
        )
        if found is None:
            return None
        return Answer(
            question=query.text,
            found=True,
            newest_at=await self._store.newest_at(),
            passages=found.passages,
            shortened=query.shortened,
            more=found.more,
            outlets=found.outlets,
        )

    async def _latest(self, query: Query) -> tuple[Article, ...]:
        """Return the newest of what is asked about, where the time named has brought nothing."""
        anytime = replace(query, period=None)
        found = await self._newest(anytime, slice(0, NEAREST))
        return tuple(one.article for one in found.passages) if found else ()

    async def _searched(self, query: Query, page: slice) -> Answer:
        gathered = await self._gathered(query)
        return answer_of(
            query,
            await asyncio.to_thread(gathered.ranked),
            newest_at=await self._store.newest_at(),
            threshold=self._threshold,
            limit=page.stop - page.start,
            skip=page.start,
        )

    async def _with_figures(self, answer: Answer, query: Query) -> Answer:
        """Return the answer with what each speaker says of the event that its first quote tells.

        Nothing is added where only one figure is known: the quote says it.
        """
        kinds = _KINDS_OF_BOTH if query.counted & _BOTH else frozenset()
        kinds |= {kind for name, kind in _COUNTED.items() if name in query.counted}
        if not kinds or not answer.passages:
            return answer
        stored = await self._store.articles([answer.passages[0].article.id])
        period = await self._happenings.of(list(stored.values()), at=self._clock.now())
        told = [one for one in period.happenings if one.state is not None]
        figures = [f for one in told if one.state for f in shown_figures(one.state)]
        wanted = tuple(figure for figure in figures if figure.kind in kinds)
        if len({(f.claim.minimum, f.claim.maximum, f.claim.negated) for f in wanted}) < _FEWEST:
            return answer
        named = {figure.article_id for figure in wanted}
        cited = tuple(a for one in told for a in one.articles if a.id in named)
        return replace(answer, figures=wanted, cited=cited)

    async def reply(self, text: str, chat: Chat) -> list[Reply]:
        """Answer a question asked in a chat, as messages in its language and time zone.

        A question that goes on from the chat's last one («وكم جريحاً؟») inherits its matter.
        """
        asked = self._conversations.understood(text, chat.id)
        answer = await self.answer(asked.text, zone=chat.timezone)
        if self._judging is not None:
            asked = replace(
                asked,
                question_id=await self._judging.note(chat.id, asked.text, found=answer.found),
                paragraph_ids=tuple(one.paragraph.id for one in answer.passages),
            )
        key = self._conversations.remember(asked)
        answer = replace(answer, follows=asked.inherited)
        replies = self._rendered(answer, chat, f"q|{key}|{PAGE}", f"q|{key}|s")
        matter = matter_in(asked.text)
        if matter is not None:
            replies = with_row(replies, leading_on(matter, chat, told=answer.found))
        if self._judging and answer.found:
            replies = with_row(replies, verdicts(key))
        return [*replies[:-1], replace(replies[-1], about=matter)] if answer.found else replies

    async def judge(self, key: str, chat_id: int, verdict: Verdict) -> bool:
        """Keep what a reader thought of an answer; False when the question is forgotten."""
        asked = self._conversations.recall(key, chat_id)
        if asked is None or self._judging is None:
            return False
        return await self._judging.judge(
            asked.question_id, verdict, text=asked.text, paragraph_ids=asked.paragraph_ids
        )

    def forget(self, chat_id: int) -> None:
        """Forget what a chat asked of late."""
        self._conversations.forget(chat_id)

    async def more(self, key: str, skip: int, chat: Chat) -> list[Reply] | None:
        """Return the next page of an answer, None when the question is no longer remembered."""
        asked = self._conversations.recall(key, chat.id)
        if asked is None:
            return None
        answer = await self.answer(asked.text, skip=skip, zone=chat.timezone)
        return self._rendered(answer, chat, f"q|{key}|{skip + PAGE}")

    async def sources(self, key: str, chat: Chat) -> list[Reply] | None:
        """Return the outlets of an answer; None when the question is no longer remembered."""
        asked = self._conversations.recall(key, chat.id)
        if asked is None:
            return None
        answer = await self.answer(asked.text, zone=chat.timezone)
        return render_sources(answer, zone=chat.timezone, language=chat.language, look=chat.look)

    async def example(self, chat: Chat) -> Reply | None:
        """Return a quote of one of the newest articles, to show what answers look like.

        A paragraph of middle length that tells of no casualties; None where there is none.
        """
        changes = await self._store.changes(await self._store.last_seq() - _NEWEST, _NEWEST)
        articles = await self._store.articles([change.article_id for change in changes])
        newest = sorted(articles.values(), key=lambda one: one.article.dated_at, reverse=True)
        for stored in newest:
            if len(stored.article.title) > _EXAMPLE_TITLE_CHARS:
                continue
            for paragraph in stored.paragraphs:
                gentle = not tells_of_casualties(paragraph.text)
                if gentle and len(paragraph.text) in _EXAMPLE_CHARS:
                    passage = Passage(article=stored.article, paragraph=paragraph, score=1.0)
                    return self.quoted(passage, chat)
        return None

    def quoted(self, passage: Passage, chat: Chat) -> Reply:
        """Return one passage as a message, as a chat reads it."""
        return render_passage(
            passage,
            zone=chat.timezone,
            language=chat.language,
            look=chat.look,
            sensitive=tells_of_casualties,
        )

    def _rendered(
        self, answer: Answer, chat: Chat, following: str, sources: str = ""
    ) -> list[Reply]:
        return render_answer(
            answer,
            zone=chat.timezone,
            language=chat.language,
            more=following if answer.more else "",
            sources=sources,
            look=chat.look,
            sensitive=tells_of_casualties,
        )

    async def consider(self, text: str) -> tuple[Query, list[Ranked]]:
        """Return the question as understood and every candidate, best first."""
        gathered = await self.gather(text)
        return gathered.query, await asyncio.to_thread(gathered.ranked)

    async def gather(self, text: str) -> Gathered:
        """Return the question as understood with all that is needed to rank what was found."""
        return await self._gathered(await self._understood(text))

    async def _gathered(self, query: Query) -> Gathered:
        now = self._clock.now()
        if not query.wanted:
            return Gathered(query=query, now=now)
        paragraphs, counts = await self._index.frequencies(query.stems())
        weighing = weigh(query, paragraphs, counts)
        # The question is embedded while the index is asked and what it finds is read.
        vector, (hits, articles) = await asyncio.gather(
            self._embedded(query), self._by_words(query, weighing)
        )
        by_words, by_meaning = depths(query, embedded=vector is not None)
        hits, near = hits[:by_words], await self._nearest(vector, by_meaning)
        unread = [one for one in _articles_of((*hits, *near)) if one not in articles]
        articles |= await self._store.articles(unread) if unread else {}
        ids = [one.id for stored in articles.values() for one in stored.paragraphs]
        proposed = Proposed(
            by_words=hits, by_meaning=near, cosines=await self._cosines(vector, ids)
        )
        return Gathered(
            query=query, now=now, weighing=weighing, proposed=proposed, articles=articles
        )

    async def _embedded(self, query: Query) -> FloatArray | None:
        return await self._semantic.question(query.text) if self._semantic else None

    async def _by_words(
        self, query: Query, weighing: Weighing
    ) -> tuple[list[Hit], dict[int, StoredArticle]]:
        """Return the best paragraphs by words, and the articles of those surely judged."""
        hits = await self._index.search(query.lexical(weighing.unknown), CANDIDATES)
        surely, _ = depths(query, embedded=self._semantic is not None)
        return hits, await self._store.articles(_articles_of(hits[:surely]))

    async def _nearest(self, vector: FloatArray | None, limit: int) -> list[Hit]:
        if self._semantic is None or vector is None:
            return []
        return await self._semantic.search(vector, limit)

    async def _cosines(self, vector: FloatArray | None, ids: Sequence[int]) -> dict[int, float]:
        if self._semantic is None or vector is None:
            return {}
        return await self._semantic.scores(vector, ids)


def _articles_of(hits: Sequence[Hit]) -> list[int]:
    """Return the ids of the hits' articles, each once."""
    return list(dict.fromkeys(hit.article_id for hit in hits))
