"""A month of articles through everything that is pure: reading, clustering, snapshots, changes.

    python -m tests.bench.pipeline --articles FILE [--count 3000] [--json OUT]

The first ``--count`` articles of the file in order of publication are cut into paragraphs, read
(relevance, places, parties, claims), placed among the events held, and the event of each is
compared with how it stood before, as after every arrival. No embeddings, no store, one thread.
Beside the seconds stand processor seconds (what other programs on the machine do not lengthen) and,
for scale, those of merely cutting the same texts into words.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from bot.events.changes import changes, snapshot
from bot.events.cluster import Clusterer
from bot.models import Event, EventSnapshot, Report
from bot.text.tokens import tokenize
from tests.bench.claims import read_lines
from tests.bench.events import in_order, report_of

SEED = 0  # nothing here is random
_T = TypeVar("_T")
_P = ParamSpec("_P")


class Stages:
    """Seconds by stage, elapsed and of the processor."""

    def __init__(self) -> None:
        self.elapsed: defaultdict[str, float] = defaultdict(float)
        self.processor: defaultdict[str, float] = defaultdict(float)

    def run(self, name: str, work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """Do some work and count its time."""
        wall, cpu = time.perf_counter(), time.process_time()
        done = work(*args, **kwargs)
        self.elapsed[name] += time.perf_counter() - wall
        self.processor[name] += time.process_time() - cpu
        return done


def run(articles: list[dict[str, Any]]) -> dict[str, Any]:
    """Return every figure of the benchmark."""
    stages, clusterer = Stages(), Clusterer()
    reports: dict[int, Report] = {}
    shown: dict[int, EventSnapshot] = {}
    counts: Counter[str] = Counter()
    for key, article in enumerate(articles, start=1):
        report = stages.run("reading", report_of, article, key)
        reports[key] = report
        placed = stages.run("clustering", clusterer.add, report)

        event = clusterer.event(placed.event_id)
        counts["changes"] += stages.run("changes", _compare, event, reports, shown)
        counts["claims"] += len(report.claims)
        counts["events"] += placed.new_event
        counts["copies"] += placed.copy_of is not None
        counts["conflict"] += report.relevance >= 0.5
    for article in articles:
        stages.run("words alone", _words, article)
    own = [name for name in stages.elapsed if name != "words alone"]
    return {
        "articles": len(articles),
        "seconds": round(sum(stages.elapsed[name] for name in own), 2),
        "processor_seconds": round(sum(stages.processor[name] for name in own), 2),
        "stages": {name: round(value, 2) for name, value in stages.processor.items()},
        **counts,
        "rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def _compare(event: Event, reports: Mapping[int, Report], shown: dict[int, EventSnapshot]) -> int:
    """Return how many changes an event has since it was compared last."""
    held = [reports[one] for one in event.article_ids]
    after = snapshot(event, held, max(one.dated_at for one in held))
    found = changes(shown.get(event.id), after)
    shown[event.id] = after
    return len(found)


def _words(article: dict[str, Any]) -> int:
    return sum(len(tokenize(text)) for text in (article["title"], *article["body"]))


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=Path, required=True)
    parser.add_argument("--count", type=int, default=3000)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    articles = in_order(read_lines(given.articles))[: given.count]
    result = run(articles)
    print(f"pipeline · {articles[0]['published'][:10]} to {articles[-1]['published'][:10]}")
    for name, value in result.items():
        print(f"  {name:<20}{value}")
    if given.json:
        given.json.write_text(json.dumps(result, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
