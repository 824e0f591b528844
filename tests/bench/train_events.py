"""Learns ``bot/events/pairs.json``: how surely two reports tell of one event, or of one storyline.

    python -m tests.bench.train_events --articles FILE --labels FILE [--write]

Learns from all pairs of reports of one window, those of ``event_labels.tsv`` (spans that we
grouped) with those of the label file: a logistic sum (ridge). The honest figures hold out one
window of the label file after the other: weights are learned from all other windows, and from
which mean probability on reports join is chosen on them as well. They are printed for the
production path, in order of publication. ``--write`` learns from every window.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

import bot.events.pairs
from bot.events.cluster import Clusterer
from bot.events.gist import Gist, cosine, gist_of
from bot.events.pairs import FEATURE_NAMES, Level, features, level_from
from bot.models import Report
from tests.bench.claims import read_lines
from tests.bench.events import in_order, judge, report_of

USED = {
    "event": ("words", "title", "gap", "same_outlet", "head_families", "families", "features",
              "quotes", "kinds_shared", "figures_lacking", "diplomacy_lacking", "first_shared",
              "first_same", "spots_shared", "spots_apart", "towns_apart", "lands_apart"),
    "storyline": ("words", "whole", "title", "gap", "same_outlet", "spots_shared", "spots_apart",
                  "areas_shared", "areas_apart", "lands_apart", "parties_shared", "parties_apart"),
}  # fmt: skip
_RIDGE = 0.03
_JOINS = [n / 100 for n in range(10, 65, 6)]
_PAIRS = 0.5  # what the pairs' F1 counts beside B-cubed in choosing from where on reports join
# Two strikes on one day in two towns stay apart, whatever the few labelled windows hold of it: of
# their 169 pairs of one event two begin with different towns.
_AT_MOST = {"event": {"towns_apart": -6.0}, "storyline": {"lands_apart": -4.0}}
_HELD: dict[int, Report] = {}  # by identity, and kept: an identity is not given twice
_OURS = Path(__file__).with_name("event_labels.tsv")


@dataclass(frozen=True, slots=True)
class Window:
    """The reports of a span in order of publication, and the group of each at both levels."""

    reports: tuple[Report, ...]
    groups: Mapping[str, tuple[str, ...]]


def ours() -> list[dict[str, str]]:
    """Return our labels in the form of the label file; a report without a group stands alone."""
    found = []
    for at, line in enumerate(_OURS.read_text(encoding="utf-8").splitlines()):
        if not line.startswith("#"):
            window, article, event, storyline = line.split("\t")
            alone = f"alone-{at}"
            found.append({"window": window, "article_id": article,
                          "event": alone if event == "-" else event,
                          "storyline": alone if storyline == "-" else storyline})  # fmt: skip
    return found


def windows(
    labels: Sequence[dict[str, Any]], articles: Mapping[str, dict[str, Any]]
) -> dict[str, Window]:
    """Return the windows by name with their reports read."""
    by_name: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in labels:
        by_name[one["window"]].append(one)
    made = {}
    for name, own in sorted(by_name.items()):
        label = {one["article_id"]: one for one in own}
        ordered = in_order([articles[one["article_id"]] for one in own])
        made[name] = Window(
            tuple(report_of(article, at) for at, article in enumerate(ordered, start=1)),
            {
                level: tuple(f"{name} {label[article['id']][level]}" for article in ordered)
                for level in USED
            },
        )
    return made


def pairs(window: Window) -> Iterator[tuple[tuple[float, ...], int, int]]:
    """Yield the features of every pair of a window and which two reports they are."""
    gists = [_condensed(report) for report in window.reports]
    for a, b in combinations(range(len(gists)), 2):
        yield features(gists[a], gists[b], cosine(gists[a].words, gists[b].words)), a, b


def learn(level: str, some: Sequence[Window], seen: Mapping[int, Any]) -> Level:
    """Return the logistic sum for a level, learned from windows; from ½ on reports join."""
    used = [FEATURE_NAMES.index(name) for name in USED[level]]
    rows, same = [], []
    for window in some:
        group = window.groups[level]
        for values, a, b in seen[id(window)]:
            rows.append([values[at] for at in used])
            same.append(group[a] == group[b])
    scaler = StandardScaler().fit(np.array(rows))
    model = LogisticRegression(C=_RIDGE, max_iter=1000)
    model.fit(scaler.transform(np.array(rows)), np.array(same))
    weights = model.coef_[0] / scaler.scale_
    base = float(model.intercept_[0] - weights @ scaler.mean_)
    stored = {
        name: round(min(float(w), _AT_MOST[level].get(name, float("inf"))), 4)
        for name, w in zip(USED[level], weights, strict=True)
    }
    return level_from({"base": round(base, 4), "weights": stored, "joins": 0.5})


@cache
def _condensed_once(at: int) -> Gist:
    return gist_of(_HELD[at])


def _condensed(report: Report) -> Gist:
    """Return the gist of a report, made once for all trials."""
    _HELD[id(report)] = report
    return _condensed_once(id(report))


def grouped(window: Window, event: Level, storyline: Level) -> dict[str, list[str]]:
    """Return the group of every report at both levels, as the bot forms them."""
    clusterer = Clusterer(levels=(event, storyline), read=_condensed)
    for report in window.reports:
        clusterer.add(report)
    of = {key: one for one in clusterer.events() for key in one.article_ids}
    found = [of[report.article_id] for report in window.reports]
    return {"event": [str(one.id) for one in found],
            "storyline": [str(one.storyline_id) for one in found]}  # fmt: skip


def judged(level: str, each: Mapping[str, Window], found: Mapping[str, Any]) -> dict[str, float]:
    """Return the figures of a level over windows."""
    gold, ours = {}, {}
    for name, groups in found.items():
        for at, group in enumerate(groups[level]):
            gold[f"{name} {at}"] = each[name].groups[level][at]
            ours[f"{name} {at}"] = f"{name} {group}"
    return judge(gold, ours)


def _worth(figures: Mapping[str, float]) -> float:
    return figures["bcubed_f1"] + _PAIRS * figures["pair_f1"]


def choose(each: Mapping[str, Window], models: Mapping[str, tuple[Level, Level]]) -> list[float]:
    """Return from where on reports join, events first: best over windows unseen by their models."""
    joins = [0.5, 0.5]
    for at, level in enumerate(("event", "storyline")):
        best = (-1.0, 0.5)
        for limit in _JOINS:
            tried = [*joins]
            tried[at] = limit
            found = {name: grouped(window, *_at(models[name], tried))
                     for name, window in each.items()}  # fmt: skip
            best = max(best, (_worth(judged(level, each, found)), limit))
        joins[at] = best[1]
    return joins


def _at(models: tuple[Level, Level], joins: Sequence[float]) -> tuple[Level, Level]:
    return replace(models[0], joins=joins[0]), replace(models[1], joins=joins[1])


def honest(each: Mapping[str, Window], held: Sequence[str], seen: Mapping[int, Any]) -> None:
    """Print the figures of the held-out windows."""
    found = {}
    for name in held:
        rest = {other: window for other, window in each.items() if other != name}
        inner = {
            other: _both([w for key, w in rest.items() if key != other], seen) for other in rest
        }
        joins = choose(rest, inner)
        found[name] = grouped(each[name], *_at(_both(list(rest.values()), seen), joins))
        print(f"  window {name} held out, joins {joins}", flush=True)
    for level in USED:
        print(f"  {level:<10} {judged(level, each, found)}", flush=True)


def _both(some: Sequence[Window], seen: Mapping[int, Any]) -> tuple[Level, Level]:
    return learn("event", some, seen), learn("storyline", some, seen)


def written(models: tuple[Level, Level]) -> str:
    """Return the models as the file holds them."""
    parts = {}
    for name, model in zip(USED, models, strict=True):
        weights = {one: w for one, w in zip(FEATURE_NAMES, model.weights, strict=True) if w}
        parts[name] = {"base": model.base, "joins": model.joins, "weights": weights}
    return json.dumps(parts, indent=1) + "\n"


def main() -> None:
    """Learn, print the honest figures, and replace the file with ``--write``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=Path, required=True)
    parser.add_argument("--labels", type=Path, required=True)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    gold = read_lines(given.labels)
    labels = [*gold, *ours()]
    wanted = {one["article_id"] for one in labels}
    articles = {one["id"]: one for one in read_lines(given.articles) if one["id"] in wanted}
    each = windows(labels, articles)
    seen = {id(window): list(pairs(window)) for window in each.values()}
    print(f"{len(each)} windows, {sum(len(one.reports) for one in each.values())} reports")
    honest(each, sorted({one["window"] for one in gold}), seen)
    if given.write:
        folds = {name: _both([w for key, w in each.items() if key != name], seen) for name in each}
        models = _at(_both(list(each.values()), seen), choose(each, folds))
        path = Path(str(bot.events.pairs.__file__)).with_name("pairs.json")
        path.write_text(written(models), encoding="utf-8")


if __name__ == "__main__":
    main()
