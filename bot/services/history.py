"""What else is known of the reports that are quoted: who repeats them, what was changed in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.models import Passage
from bot.store.base import Store


async def with_history(store: Store, passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """Return passages with the other outlets of their text and the last edit of it."""
    copies = await store.copies([one.article.id for one in passages])
    told = []
    for passage in passages:
        article = passage.article
        known = (*passage.also_in, *copies.get(article.id, ()))
        others = {one.source: one for one in reversed(known) if one.source != article.source}
        edits = []
        if article.revision > 1:
            edits = await store.edits(article_id=article.id, limit=1)
        told.append(
            replace(
                passage,
                also_in=tuple(reversed(others.values())),
                edit=edits[0] if edits else None,
            )
        )
    return tuple(told)
