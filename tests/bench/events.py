"""Events and storylines of labelled articles, through the production path.

    python -m tests.bench.events --articles FILE --labels FILE [--json OUT]

Articles are fed in order of publication, each window into a clusterer of its own, as they would
arrive live; what is judged is how they stand at the end of the window. B-cubed (A. Bagga,
B. Baldwin, "Entity-based cross-document coreferencing using the vector space model", 1998) and
pairwise precision and recall are those of all windows together. ``seconds_per_1000`` is clustering
with all that it compares; ``reading_seconds_per_1000`` is places, parties, claims and relevance,
which every article is read for anyway. Word lists and gazetteer are read before the clock starts.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import combinations
from pathlib import Path
from typing import Any

from bot.events.cluster import Clusterer
from bot.events.reports import read_report
from bot.models import Report
from tests.bench.claims import ratio, read_lines

SEED = 0  # nothing here is random
Grouping = Mapping[str, str]  # article → group


def report_of(article: dict[str, Any], key: int) -> Report:
    """Return an article of the set as the bot reads it, the summary first where it is not there."""
    summary, body = article.get("summary") or "", list(article["body"])
    if summary and not any(summary[:60] in text for text in body[:1]):
        body.insert(0, summary)
    return read_report(
        article_id=key,
        outlet=article["source"],
        title=article["title"],
        paragraphs=body,
        dated_at=datetime.fromisoformat(article["published"]),
    )


def in_order(articles: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return articles in order of publication."""
    return sorted(articles, key=lambda one: (datetime.fromisoformat(one["published"]), one["id"]))


def cluster(articles: Sequence[dict[str, Any]]) -> tuple[Grouping, Grouping, float, float]:
    """Return events and storylines of articles, and the seconds of reading and of clustering."""
    clusterer, reading, clustering = Clusterer(), 0.0, 0.0
    for key, article in enumerate(in_order(articles), start=1):
        began = time.perf_counter()
        report = report_of(article, key)
        read = time.perf_counter()
        clusterer.add(report)
        reading, clustering = reading + read - began, clustering + time.perf_counter() - read
    names = [article["id"] for article in in_order(articles)]
    events, storylines = {}, {}
    for event in clusterer.events():
        for key in event.article_ids:
            events[names[key - 1]] = str(event.id)
            storylines[names[key - 1]] = str(event.storyline_id)
    return events, storylines, reading, clustering


def judge(gold: Grouping, found: Grouping) -> dict[str, float]:
    """Return B-cubed and pairwise figures; groups of two windows bear different names."""
    ours, theirs = _groups(found), _groups(gold)
    precision = recall = 0.0
    for name in gold:
        mine, true = ours[found[name]], theirs[gold[name]]
        both = len(mine & true)
        precision += both / len(mine) / len(gold)
        recall += both / len(true) / len(gold)
    said = {pair for group in ours.values() for pair in combinations(sorted(group), 2)}
    real = {pair for group in theirs.values() for pair in combinations(sorted(group), 2)}
    return {
        "bcubed_p": round(precision, 4),
        "bcubed_r": round(recall, 4),
        "bcubed_f1": round(2 * precision * recall / (precision + recall), 4) if gold else 0.0,
        "pair_p": ratio(len(said & real), len(said)),
        "pair_r": ratio(len(said & real), len(real)),
        "pair_f1": ratio(2 * len(said & real), len(said) + len(real)),
    }


def _groups(grouping: Grouping) -> dict[str, set[str]]:
    groups: defaultdict[str, set[str]] = defaultdict(set)
    for name, group in grouping.items():
        groups[group].add(name)
    return groups


def figures(
    articles: Mapping[str, dict[str, Any]], labels: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """Return every figure of the benchmark."""
    windows: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for label in labels:
        windows[label["window"]].append(label)
    gold: dict[str, dict[str, str]] = {"event": {}, "storyline": {}}
    found: dict[str, dict[str, str]] = {"event": {}, "storyline": {}}
    Clusterer().add(report_of(next(iter(articles.values())), 1))  # word lists are read once
    reading = clustering = 0.0
    each: dict[str, Any] = {}
    for window, own in sorted(windows.items()):
        events, storylines, read_s, placed_s = cluster([articles[one["article_id"]] for one in own])
        reading, clustering = reading + read_s, clustering + placed_s
        each[window] = {"n": len(own)}
        for name, groups in (("event", events), ("storyline", storylines)):
            here = {one["article_id"]: f"{window} {one[name]}" for one in own}
            ours = {article: f"{window} {group}" for article, group in groups.items()}
            gold[name].update(here)
            found[name].update(ours)
            each[window][name] = judge(here, ours)
    return {
        "event": judge(gold["event"], found["event"]),
        "storyline": judge(gold["storyline"], found["storyline"]),
        "seconds_per_1000": round(1000 * clustering / max(len(labels), 1), 3),
        "reading_seconds_per_1000": round(1000 * reading / max(len(labels), 1), 3),
        "n": len(labels),
        "windows": each,
    }


def show(result: dict[str, Any]) -> None:
    """Print the figures for people."""
    print(f"events · {result['n']} articles · seed {SEED}")
    rows = [("all", result), *((f"window {name}", one) for name, one in result["windows"].items())]
    for name, row in rows:
        for kind in ("event", "storyline"):
            one = row[kind]
            print(
                f"  {name:<10}{kind:<10} B-cubed P {one['bcubed_p']:.3f} R {one['bcubed_r']:.3f} "
                f"F1 {one['bcubed_f1']:.3f}   pairs P {one['pair_p']:.3f} R {one['pair_r']:.3f} "
                f"F1 {one['pair_f1']:.3f}"
            )
    print(f"  clustering {result['seconds_per_1000']} s per 1,000 articles, "
          f"reading {result['reading_seconds_per_1000']}")  # fmt: skip


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=Path, required=True)
    parser.add_argument("--labels", type=Path, required=True)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    labels = read_lines(given.labels)
    wanted = {one["article_id"] for one in labels}
    articles = {one["id"]: one for one in read_lines(given.articles) if one["id"] in wanted}
    result = figures(articles, labels)
    show(result)
    if given.json:
        given.json.write_text(json.dumps(result, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
