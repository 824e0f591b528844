"""What was asked and what readers thought of the answers, without who they are.

Chats and words are kept as keyed hashes (BLAKE2b). The key is made of the bot's token, which is in
no database: whoever holds the database alone cannot find out who asked, even by trying every chat
id there is. Everything expires.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from bot.clock import Clock
from bot.models import AskedQuestion, Verdict
from bot.store.base import Store
from bot.text.normalize import fold

KEPT_FOR = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A judged question with the paragraphs that were its answer."""

    question: AskedQuestion
    paragraphs: tuple[str, ...]


class Judging:
    """Keeps questions and verdicts, and gives the judged ones out for evaluation."""

    def __init__(self, store: Store, clock: Clock, secret: str) -> None:
        self._store = store
        self._clock = clock
        self._key = hashlib.blake2b(secret.encode(), digest_size=32).digest()

    def hashed(self, of: str) -> str:
        """Return the keyed hash of a text, 32 letters."""
        return hashlib.blake2b(of.encode(), key=self._key, digest_size=16).hexdigest()

    def asker(self, chat_id: int) -> str:
        """Return what stands for a chat."""
        return self.hashed(str(chat_id))

    async def note(self, chat_id: int, text: str, *, found: bool) -> int:
        """Keep that a question was asked; return its id."""
        return await self._store.note_question(
            self.asker(chat_id), self.hashed(fold(text)), found=found, now=self._clock.now()
        )

    async def judge(
        self, question_id: int, verdict: Verdict, *, text: str, paragraph_ids: tuple[int, ...]
    ) -> bool:
        """Keep a verdict with the question's words; False when the question is gone."""
        return await self._store.judge_question(
            question_id, verdict, text=text, paragraph_ids=paragraph_ids
        )

    async def export(self) -> list[Judged]:
        """Return every judged question with its paragraphs, oldest first."""
        judged = await self._store.judged_questions()
        ids = [one for question in judged for one in question.paragraph_ids]
        paragraphs = await self._store.paragraphs(ids)
        return [
            Judged(
                question=question,
                paragraphs=tuple(
                    paragraphs[one].text for one in question.paragraph_ids if one in paragraphs
                ),
            )
            for question in judged
        ]

    async def expire(self) -> int:
        """Delete what is older than it may be; return how much."""
        return await self._store.expire_questions(self._clock.now() - KEPT_FOR)
