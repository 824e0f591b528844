"""Learns ``bot/events/relevance.json`` and prints what it reaches on articles it has not seen.

    python -m tests.bench.train_relevance --gold FILE --articles FILE [--write]

Beside the gold articles it learns from ``relevance_labels.tsv`` (ids of articles of that corpus,
labelled by us). Two honest figures are printed for the gold articles: learned from our labels
alone, and by folds with the other gold articles added. ``--write`` learns from everything.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import GradientBoostingClassifier

import bot.events.relevance
from bot.events.relevance import features
from tests.bench.claims import read_lines
from tests.bench.relevance import figures

FOLDS = 8
SEEDS = (0, 1, 2)
_LEAST = 6  # articles that have a feature
_LANDS = ("other land", "town at war")  # beside "land at war" and each "land xx"
_NOWHERE = 0.1
_LABELS = Path(__file__).with_name("relevance_labels.tsv")
Array = NDArray[np.float64]


def labelled(articles: Path) -> list[dict[str, Any]]:
    """Return our labelled articles with headline and lead."""
    known = {one["id"]: one for one in read_lines(articles)}
    found = []
    for line in _LABELS.read_text(encoding="utf-8").splitlines():
        name, _, label = line.partition("\t")
        article = None if line.startswith("#") else known.get(name)
        if article is not None:
            lead = article["summary"] or (article["body"] or [""])[0]
            found.append({"title": article["title"], "lead": lead, "conflict": label == "1"})
    return found


def table(items: Sequence[dict[str, Any]]) -> list[dict[str, float]]:
    """Return the features of articles."""
    return [features(item["title"], [item.get("lead") or ""]) for item in items]


def matrix(rows: Sequence[dict[str, float]], names: Sequence[str]) -> Array:
    """Return the features as rows of numbers."""
    return np.array([[row.get(name, 0.0) for name in names] for row in rows], dtype=np.float64)


def learn(values: Array, yes: Array, names: Sequence[str], seed: int) -> GradientBoostingClassifier:
    """Return the trees for articles and whether each is a conflict update.

    Every article counts a second time, for a tenth, as if it named no land: what a text says must
    suffice where it does not say where.
    """
    model = GradientBoostingClassifier(
        n_estimators=150, max_depth=4, learning_rate=0.04, subsample=0.6,
        max_features=0.4, min_samples_leaf=4, random_state=seed,
    )  # fmt: skip
    nowhere = values * np.array([name not in _LANDS and name[:5] != "land " for name in names])
    weights = np.repeat([1.0, _NOWHERE], len(yes))
    return model.fit(np.vstack([values, nowhere]), np.r_[yes, yes], sample_weight=weights)


def stored(model: GradientBoostingClassifier, names: Sequence[str]) -> str:
    """Return the model as the file holds it: one line a tree."""
    prior = model.init_.class_prior_
    lines = []
    for (one,) in model.estimators_:
        tree = one.tree_
        leaf = tree.children_left < 0
        lines.append(json.dumps({
            "feature": ["" if end else names[at]
                        for at, end in zip(tree.feature, leaf, strict=True)],
            "limit": [0 if end else round(float(x), 4)
                      for x, end in zip(tree.threshold, leaf, strict=True)],
            "left": [0 if end else int(x) for x, end in zip(tree.children_left, leaf, strict=True)],
            "right": [0 if end else int(x)
                      for x, end in zip(tree.children_right, leaf, strict=True)],
            "value": [round(float(x) * model.learning_rate, 5) if end else 0
                      for x, end in zip(tree.value[:, 0, 0], leaf, strict=True)],
        }))  # fmt: skip
    base = round(float(np.log(prior[1] / prior[0])), 5)
    return f'{{"base": {base}, "trees": [\n' + ",\n".join(lines) + "\n]}\n"


def by_folds(
    values: Array, yes: Array, more: Array, more_yes: Array, names: Sequence[str], seed: int
) -> Array:
    """Return the scores of the gold articles by trees that have not seen them."""
    folds = np.random.default_rng(seed).permutation(len(yes)) % FOLDS
    scores = np.zeros(len(yes))
    for fold in range(FOLDS):
        seen = folds != fold
        model = learn(np.vstack([values[seen], more]), np.r_[yes[seen], more_yes], names, seed)
        scores[~seen] = model.predict_proba(values[~seen])[:, 1]
    return scores


def main() -> None:
    """Learn, print the honest figures, and replace the file with ``--write``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gold", type=Path, required=True)
    parser.add_argument("--articles", type=Path, required=True)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    gold, ours = read_lines(given.gold), labelled(given.articles)
    rows, more = table(gold), table(ours)
    names = sorted({name for row in more + rows for name in row})
    names = [n for n in names if sum(bool(row.get(n)) for row in more + rows) >= _LEAST]
    values, others = matrix(rows, names), matrix(more, names)
    yes = np.array([float(item["conflict"]) for item in gold])
    others_yes = np.array([float(item["conflict"]) for item in ours])
    print(f"{len(gold)} gold articles, {len(ours)} of ours, {len(names)} features")
    for name in ("our labels alone", f"{FOLDS} folds"):
        found = []
        for seed in SEEDS:
            scores = (
                by_folds(values, yes, others, others_yes, names, seed) if name.endswith("folds")
                else learn(others, others_yes, names, seed).predict_proba(values)[:, 1]
            )  # fmt: skip
            found.append(figures(gold, [float(score) for score in scores]))
        means = {key: round(statistics.mean(one[key] for one in found), 4)
                 for key in ("precision", "recall", "f1", "f1_without_doubtful")}  # fmt: skip
        print(f"  {name}: {means}, F1 by seed {[one['f1'] for one in found]}")
    if given.write:
        model = learn(np.vstack([values, others]), np.r_[yes, others_yes], names, SEEDS[0])
        path = Path(str(bot.events.relevance.__file__)).with_name("relevance.json")
        path.write_text(stored(model, names), encoding="utf-8")


if __name__ == "__main__":
    main()
