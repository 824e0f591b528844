"""Is an article an update on an armed conflict or on political violence?

A logistic sum over the stems of headline and lead, learned from labelled articles and kept as a
readable file beside this one (``relevance.json``; ``python -m tests.bench.train_relevance``).
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files

from bot.text.analysis import terms

THRESHOLD = 0.5  # from here on an article is a conflict update
_LEAD_CHARS = 600


def relevance(title: str, paragraphs: Sequence[str]) -> float:
    """Return how surely an article is a conflict update, 0…1; from ½ on it is taken for one."""
    base, weights = _model()
    total = base + sum(weights.get(one, 0.0) for one in features(title, paragraphs))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def features(title: str, paragraphs: Sequence[str]) -> set[str]:
    """Return the features of an article: stems of headline and lead."""
    lead = " ".join(paragraphs)[:_LEAD_CHARS]
    head = set(_stems(title[:_LEAD_CHARS]))
    return {f"title {stem}" for stem in head} | head | set(_stems(lead))


def _stems(text: str) -> Iterator[str]:
    for term in terms(text):
        if not term.token.number:
            yield from term.stems


@cache
def _model() -> tuple[float, dict[str, float]]:
    stored = json.loads((files("bot.events") / "relevance.json").read_text(encoding="utf-8"))
    return float(stored["base"]), {name: float(w) for name, w in stored["weights"].items()}
