"""The words of a paragraph, cut once for all that read it on its way in."""

from __future__ import annotations

from functools import lru_cache

from bot.text.tokens import Token, tokenize

_RECENT = 512  # paragraphs: those of the articles that are being read and placed


@lru_cache(maxsize=_RECENT)
def tokens_of(text: str) -> tuple[Token, ...]:
    """Return the tokens of a text as :func:`bot.text.tokens.tokenize` does."""
    return tuple(tokenize(text))
