"""Relevance of labelled articles, through the production path.

    python -m tests.bench.relevance --gold FILE [--json OUT]

An article counts as a conflict update from ½ on. ``f1_without_doubtful`` leaves out the articles
that the annotator marked as such that another careful reader might turn them.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot.events.relevance import THRESHOLD, relevance
from tests.bench.claims import ratio, read_lines

SEED = 0  # nothing here is random


def prf(gold: Sequence[bool], said: Sequence[bool]) -> dict[str, float]:
    """Return precision, recall and F1 of yes."""
    right = sum(a and b for a, b in zip(gold, said, strict=True))
    return {
        "precision": ratio(right, sum(said)),
        "recall": ratio(right, sum(gold)),
        "f1": ratio(2 * right, sum(said) + sum(gold)),
    }


def figures(items: Sequence[dict[str, Any]], scores: Sequence[float]) -> dict[str, Any]:
    """Return every figure of the benchmark for articles with their scores."""
    said = [score >= THRESHOLD for score in scores]
    gold = [bool(item["conflict"]) for item in items]
    sure = [at for at, item in enumerate(items) if not item.get("doubtful")]
    return {
        **prf(gold, said),
        "f1_without_doubtful": prf([gold[at] for at in sure], [said[at] for at in sure])["f1"],
        "n": len(items),
    }


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gold", type=Path, required=True)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    items = read_lines(given.gold)
    began = time.perf_counter()
    scores = [relevance(item["title"], [item.get("lead") or ""]) for item in items]
    seconds = time.perf_counter() - began
    result = figures(items, scores) | {"ms_per_article": round(1000 * seconds / len(items), 3)}
    print(f"relevance · seed {SEED}")
    for name, value in result.items():
        print(f"  {name:<22}{value}")
    if given.json:
        given.json.write_text(json.dumps(result, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
