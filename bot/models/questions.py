"""Questions as they are kept: without who asked, and for a while only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Verdict(StrEnum):
    """What a reader thought of an answer."""

    NONE = ""
    GOOD = "good"
    BAD = "bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedQuestion:
    """One question; ``asker`` and ``hashed`` are keyed hashes of the chat and of the words.

    Only a judged one has its ``text`` and the paragraphs that were shown, for evaluation.
    """

    id: int
    asker: str
    hashed: str
    found: bool
    asked_at: datetime
    verdict: Verdict = Verdict.NONE
    text: str = ""
    paragraph_ids: tuple[int, ...] = ()
