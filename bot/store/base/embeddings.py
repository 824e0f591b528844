"""What may be asked of the store about vectors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.models import Embedding, TitledParagraph


class EmbeddingStore(Protocol):
    """Vectors of paragraphs, by the name of the model that made them."""

    async def paragraphs_without(
        self, model: str, limit: int, *, after_id: int = 0
    ) -> list[TitledParagraph]:
        """Return paragraphs of newest revisions that have no vector of ``model``, newest first.

        Only those with an id above ``after_id``; at most ``limit``.
        """
        ...

    async def count_without(self, model: str) -> int:
        """Return how many paragraphs of newest revisions have no vector of ``model``."""
        ...

    async def save_embeddings(self, model: str, rows: Sequence[Embedding]) -> int:
        """Keep vectors, in one transaction; return how many were new.

        A paragraph that has one of this model keeps it; one that is gone is passed over.
        """
        ...

    async def embeddings(self, model: str, after_id: int, limit: int) -> list[Embedding]:
        """Return up to ``limit`` vectors of paragraphs after ``after_id``, by paragraph id.

        Paragraphs of older revisions may be among them; ``articles_of`` tells.
        """
        ...

    async def articles_of(self, ids: Sequence[int]) -> dict[int, int]:
        """Return the article of those of the named paragraphs that its newest revision holds."""
        ...
