"""Questions as readers ask them, over real conflict news, through the production path.

    python -m tests.bench.newsqa --paragraphs P --questions Q [--json OUT] [--lexical]

The as-of rule: the articles are stored, indexed and embedded in the order of their publication, and
each question is asked when exactly those published by the end of its day are there. Then every
question that names no relative time is asked again a year later, when the whole set is stored. A
hit is any of the gold paragraphs among the passages at that rank, near-copies counted once.
Off-topic questions are our own (``off_topic.txt``); near misses are the unanswerable ones of the
set. The ranker was learned from the development set: figures for unseen questions of that set are
those that ``tests.bench.train_ranker`` prints, from folds.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot.search.answer import THRESHOLD, best_evidence, distinct
from tests.bench import newsqa_runs
from tests.bench.asked import Asked, read_lines

SEED = 0  # nothing here is random


def shown(asked: Asked) -> list[bool]:
    """Return for each passage, near-copies left out, whether it is gold."""
    right = {one.paragraph_id for one, gold in zip(asked.ranked, asked.gold, strict=True) if gold}
    return [one.paragraph_id in right for one in distinct(asked.ranked)]


def plain(asked: Asked) -> list[bool]:
    """Return the same in the order of the plain hybrid: half the words' score, half the cosine."""
    features = [one.judged.features for one in asked.ranked]
    cosines = [one.dense for one in features]
    least, span = min(cosines, default=0.0), (max(cosines, default=1.0) - min(cosines, default=0.0))
    scores = [
        (one.dense - least) / (span or 1.0) + (0.0 if asked.query.latin else one.lexical)
        for one in features
    ]
    order = sorted(range(len(scores)), key=lambda at: -scores[at])
    return [asked.gold[at] for at in order]


def share(values: Sequence[bool]) -> float:
    """Return the share of true values, 0 of none."""
    return round(sum(values) / len(values), 4) if values else 0.0


def success(lists: Sequence[Sequence[bool]]) -> dict[str, float]:
    """Return success@1, @3 and @10."""
    return {f"success@{k}": share([any(own[:k]) for own in lists]) for k in (1, 3, 10)}


def auc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Return the probability that a positive has more evidence than a negative (ties count ½)."""
    wins = sum((p > n) + 0.5 * (p == n) for p in positive for n in negative)
    return round(wins / (len(positive) * len(negative)), 4) if positive and negative else 0.0


def by(wanted: Sequence[Asked], key: str) -> dict[str, dict[str, float]]:
    """Return success for each value of a field of the questions."""
    groups: dict[str, list[Asked]] = {}
    for one in wanted:
        groups.setdefault(one.question[key], []).append(one)
    return {
        name: success([shown(one) for one in group]) | {"n": len(group)}
        for name, group in sorted(groups.items())
    }


def report(asked: Sequence[Asked]) -> dict[str, Any]:
    """Return the figures."""
    now = [one for one in asked if one.kind == "now"]
    wanted = [one for one in now if one.question["answerable"]]
    near = [one for one in now if not one.question["answerable"]]
    strange = [one for one in asked if one.kind == "off"]
    later = [one for one in asked if one.kind == "later" and one.question["answerable"]]
    sure = [best_evidence(one.ranked) for one in wanted]
    took = sorted(one.took_s for one in asked)
    return {
        **success([shown(one) for one in wanted]),
        "auc": auc(sure, [best_evidence(one.ranked) for one in near]),
        "auc_off_topic": auc(sure, [best_evidence(one.ranked) for one in strange]),
        "off_topic_refused": share([best_evidence(one.ranked) < THRESHOLD for one in strange]),
        "near_miss_refused": share([best_evidence(one.ranked) < THRESHOLD for one in near]),
        "answered": share([one >= THRESHOLD for one in sure]),
        "a_year_later": success([shown(one) for one in later]),
        "by_style": by(wanted, "style"),
        "by_type": by(wanted, "type"),
        "baselines": {"plain_hybrid": success([plain(one) for one in wanted])},
        "latency_ms": {
            "p50": round(took[len(took) // 2] * 1000, 1),
            "p95": round(took[int(len(took) * 0.95)] * 1000, 1),
        },
        "n": len(wanted),
        "seed": SEED,
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark, print the figures, and write them with ``--json``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--paragraphs", type=Path, required=True)
    parser.add_argument("--questions", type=Path, required=True)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--lexical", action="store_true", help="without an embedder")
    given = parser.parse_args(arguments)
    sets = read_lines(given.paragraphs), read_lines(given.questions)
    with tempfile.TemporaryDirectory() as folder:
        asked = asyncio.run(newsqa_runs.ask_all(*sets, Path(folder), dense=not given.lexical))
    figures = report(asked)
    for key, value in figures.items():
        if isinstance(value, dict):
            print(f"{key}:")
            for name, inner in value.items():
                print(f"  {name:<16} {inner}")
        else:
            print(f"{key:<20} {value}")
    if given.json:
        given.json.write_text(json.dumps(figures, ensure_ascii=False, indent=1), "utf-8")


if __name__ == "__main__":
    main()
