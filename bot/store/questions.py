"""Questions without their askers, and everything of one chat found and deleted.

What belongs to a chat is read off the schema: every row of every table that names the chat. A table
that is added later is covered without a word here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, func, insert, select, update

from bot.models import AskedQuestion, Verdict
from bot.store.base import QuestionStore
from bot.store.engine import Database, to_the_end
from bot.store.schema import chats, metadata, questions


class SqlQuestions(QuestionStore):
    """The questions of one database."""

    def __init__(self, database: Database) -> None:
        self._db = database

    @to_the_end
    async def note_question(self, asker: str, hashed: str, *, found: bool, now: datetime) -> int:
        """Keep that a question was asked; return its id."""
        row = {
            "asker": asker,
            "hashed": hashed,
            "found": found,
            "asked_at": now,
            "verdict": Verdict.NONE,
            "text": "",
            "paragraph_ids": [],
        }
        async with self._db.writing() as connection:
            written = await connection.execute(insert(questions).values(row))
            (question_id,) = written.inserted_primary_key or (0,)
            return int(question_id)

    @to_the_end
    async def judge_question(
        self, question_id: int, verdict: Verdict, *, text: str, paragraph_ids: tuple[int, ...]
    ) -> bool:
        """Keep what a reader thought of an answer; False when the question is gone."""
        judged = {"verdict": verdict, "text": text, "paragraph_ids": list(paragraph_ids)}
        here = questions.c.id == question_id
        async with self._db.writing() as connection:
            changed = await connection.execute(update(questions).where(here).values(judged))
            return changed.rowcount > 0

    @to_the_end
    async def judged_questions(self) -> list[AskedQuestion]:
        """Return the questions whose answers were judged, oldest first."""
        query = select(questions).where(questions.c.verdict != Verdict.NONE)
        async with self._db.reading() as connection:
            rows = await connection.execute(query.order_by(questions.c.id))
            return [
                AskedQuestion(
                    id=row.id,
                    asker=row.asker,
                    hashed=row.hashed,
                    found=row.found,
                    asked_at=row.asked_at,
                    verdict=Verdict(row.verdict),
                    text=row.text,
                    paragraph_ids=tuple(row.paragraph_ids),
                )
                for row in rows
            ]

    @to_the_end
    async def questions_since(self, since: datetime) -> tuple[int, int]:
        """Return how many questions were asked since then, and how many found something."""
        count = select(func.count()).select_from(questions).where(questions.c.asked_at >= since)
        async with self._db.reading() as connection:
            asked = await connection.scalar(count) or 0
            found = await connection.scalar(count.where(questions.c.found)) or 0
            return asked, found

    @to_the_end
    async def expire_questions(self, before: datetime) -> int:
        """Delete the questions asked before then; return how many."""
        async with self._db.writing() as connection:
            old = delete(questions).where(questions.c.asked_at < before)
            return (await connection.execute(old)).rowcount

    @to_the_end
    async def personal(self, chat_id: int, asker: str) -> dict[str, list[dict[str, Any]]]:
        """Return every row that belongs to a chat, by table."""
        found: dict[str, list[dict[str, Any]]] = {}
        async with self._db.reading() as connection:
            for table, belongs in _belonging(chat_id, asker):
                rows = await connection.execute(select(table).where(belongs))
                found[table.name] = [dict(row) for row in rows.mappings()]
        return {name: rows for name, rows in found.items() if rows}

    @to_the_end
    async def forget_chat(self, chat_id: int, asker: str) -> int:
        """Delete every row that belongs to a chat, in one transaction; return how many."""
        gone = 0
        async with self._db.writing() as connection:
            for table, belongs in _belonging(chat_id, asker):
                gone += (await connection.execute(delete(table).where(belongs))).rowcount
            added = update(chats).where(chats.c.added_by == chat_id).values(added_by=None)
            await connection.execute(added)
        await self._db.tidy()
        return gone


def _belonging(chat_id: int, asker: str) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    """Yield each table with what makes its rows a chat's own, children before their parents."""
    for table in reversed(metadata.sorted_tables):
        if "chat_id" in table.c:
            yield table, table.c.chat_id == chat_id
        elif table is questions:
            yield table, table.c.asker == asker
        elif table is chats:
            yield table, table.c.id == chat_id
