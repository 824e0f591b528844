"""What may be asked of the store about questions, and about all that belongs to one chat."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from bot.models import AskedQuestion, Verdict


class QuestionStore(Protocol):
    """Questions without their askers, and the right to be forgotten."""

    async def note_question(self, asker: str, hashed: str, *, found: bool, now: datetime) -> int:
        """Keep that a question was asked; return its id."""
        ...

    async def judge_question(
        self, question_id: int, verdict: Verdict, *, text: str, paragraph_ids: tuple[int, ...]
    ) -> bool:
        """Keep what a reader thought of an answer; False when the question is gone."""
        ...

    async def judged_questions(self) -> list[AskedQuestion]:
        """Return the questions whose answers were judged, oldest first."""
        ...

    async def questions_since(self, since: datetime) -> tuple[int, int]:
        """Return how many questions were asked since then, and how many of them found something."""
        ...

    async def expire_questions(self, before: datetime) -> int:
        """Delete the questions asked before then; return how many."""
        ...

    async def personal(self, chat_id: int, asker: str) -> dict[str, list[dict[str, Any]]]:
        """Return every row that belongs to a chat, by table, as it could be handed over."""
        ...

    async def forget_chat(self, chat_id: int, asker: str) -> int:
        """Delete every row that belongs to a chat, in one transaction; return how many.

        Nothing of them is left in the file of an SQLite database, nor in its write-ahead log.
        """
        ...
