"""Which paragraphs a reader may want hidden until touched: those that tell of killed and wounded.

Wider than the claims: a death without a figure is one too. Pure, by the words of happening that
``bot.events.triggers`` knows.
"""

from __future__ import annotations

from functools import lru_cache

from bot.events.sentences import sentences
from bot.events.triggers import triggers
from bot.models import ClaimKind

_CASUALTIES = frozenset({ClaimKind.KILLED, ClaimKind.WOUNDED, ClaimKind.KILLED_OR_WOUNDED})


@lru_cache(maxsize=2048)
def tells_of_casualties(paragraph: str) -> bool:
    """Tell whether a paragraph says that people were killed or wounded."""
    return any(
        trigger.kind in _CASUALTIES
        for sentence in sentences(paragraph)
        for trigger in triggers(sentence)
    )
