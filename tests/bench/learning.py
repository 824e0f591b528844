"""How the ranker is learned: one weighted sum of features, and the line that calibrates it.

The sum raises, for each question, the share of a softmax over its candidates that falls on right
ones, and a little the log-likelihood of each candidate by itself, which makes scores of different
questions comparable. What can only speak for a paragraph never gets a weight below zero, and what
can only speak against it never one above: with so few questions, a sign that chance turned round
would please the questions learned from and fail the next ones. Needs numpy, SciPy and scikit-learn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

Array = NDArray[np.float64]

# A question in Latin letters meets Arabic words through names and lists alone: there the shares
# weigh otherwise, so these may have either sign. Causes are rarely given in the first paragraph.
PRODUCTS = (
    *(f"{name}*latin" for name in (
        "covered", "lexical", "dense", "dense_gap", "lead", "in_title", "same_number", "missing",
        "absent",
    )),
    "position*why",
)  # fmt: skip
SPEAKS_FOR = frozenset({
    "covered", "in_title", "in_context", "matter", "lexical", "together", "in_order", "counts",
    "any_number", "same_number", "weekday", "dated", "reason", "fits", "in_period",
    "new_places", "fresh", "dense", "dense_article", "dense_gap", "lead", "in_siblings", "detail",
    "echoed", "position*why",
})  # fmt: skip
SPEAKS_AGAINST = frozenset({"missing", "position", "age", "absent", "behind", "unknown", "nowhere"})
_CALM, _ALONE, _STEPS = 0.005, 0.02, 300


@dataclass(frozen=True, slots=True)
class Sample:
    """Candidates of many questions: features, right or not, question number, weight."""

    values: Array
    right: Array
    question: NDArray[np.int64]  # ascending
    weight: Array  # the same for all candidates of a question


@dataclass(frozen=True, slots=True)
class Learned:
    """A ranker as it is learned."""

    names: tuple[str, ...]
    columns: tuple[str, ...]  # names and products
    weights: Array
    base: float

    def scores(self, values: Array) -> Array:
        """Return the scores of candidates."""
        if not len(values):
            return np.zeros(0)
        summed = expanded(values, self.names, self.columns) @ self.weights + self.base
        return np.asarray(summed, dtype=np.float64)


def expanded(values: Array, names: tuple[str, ...], columns: tuple[str, ...]) -> Array:
    """Return the features and products that ``columns`` name."""
    parts = [np.prod([values[:, names.index(n)] for n in c.split("*")], axis=0) for c in columns]
    return np.stack(parts, axis=1)


def learn(
    sample: Sample,
    names: tuple[str, ...],
    left_out: frozenset[str],
    products: tuple[str, ...] = PRODUCTS,
) -> Learned:
    """Learn a ranker that does not look at the features ``left_out``."""
    columns = tuple(
        column for column in (*names, *products) if not left_out & set(column.split("*"))
    )
    values = expanded(sample.values, names, columns)
    mean, spread = values.mean(axis=0), values.std(axis=0) + 1e-6
    loss = _Loss(sample, (values - mean) / spread)
    found = minimize(
        loss.of,
        np.append(np.zeros(len(columns)), -3.0),
        jac=True,
        method="L-BFGS-B",
        bounds=[*(_bounds(column) for column in columns), (None, None)],
        options={"maxiter": _STEPS},
    )
    weights = found.x[:-1] / spread
    return Learned(names, columns, weights, float(found.x[-1] - weights @ mean))


def _bounds(column: str) -> tuple[float | None, float | None]:
    """Return between what the weight of a column must lie."""
    return (0.0 if column in SPEAKS_FOR else None, 0.0 if column in SPEAKS_AGAINST else None)


class _Loss:
    """What is made small, with its slope; the last value is the base of the sum."""

    def __init__(self, sample: Sample, standard: Array) -> None:
        self._standard, self._question, self._right = standard, sample.question, sample.right
        count = int(sample.question.max()) + 1
        self._start = np.searchsorted(sample.question, np.arange(count))
        self._answered = np.add.reduceat(sample.right, self._start) > 0
        by_question = sample.weight[self._start]
        self._share = by_question / by_question.sum()
        self._weight = self._share[sample.question]

    def of(self, values: Array) -> tuple[float, Array]:
        """Return the loss of weights (and base), and its slope."""
        scores = self._standard @ values[:-1] + values[-1]
        best = np.maximum.reduceat(scores, self._start)
        raised = np.exp(scores - best[self._question])
        whole = np.add.reduceat(raised, self._start)
        right = raised * self._right
        hit = np.maximum(np.add.reduceat(right, self._start), 1e-300)
        lost = np.where(self._answered, np.log(whole) - np.log(hit), 0.0)
        miss = raised / whole[self._question] - right / hit[self._question]
        within = self._weight * np.where(self._answered[self._question], miss, 0.0)
        doubt = _ALONE * self._weight * (np.logaddexp(0, scores) - self._right * scores)
        alone = _ALONE * self._weight * (1 / (1 + np.exp(-scores)) - self._right)
        loss = self._share @ lost + doubt.sum() + _CALM / 2 * (values[:-1] ** 2).sum()
        slope = self._standard.T @ (within + alone) + _CALM * values[:-1]
        return float(loss), np.append(slope, alone.sum())


def calibrate(tops: Array, answerable: Array, sure: Array, held: float) -> tuple[Array, float]:
    """Return weights and base of the evidence, from the best candidates' scores and features.

    The base is set so that evidence ½ is reached by the share ``held`` of the questions ``sure``.
    """
    mean, spread = tops.mean(axis=0), tops.std(axis=0) + 1e-6
    model = LogisticRegression(C=0.5).fit((tops - mean) / spread, answerable)
    weights = model.coef_[0] / spread
    return weights, -float(np.quantile((tops @ weights)[sure > 0], 1 - held))


def stored(learned: Learned, evidence: dict[str, float]) -> dict[str, Any]:
    """Return a ranker in the form of ``ranker.json``."""
    return {
        "base": round(learned.base, 4),
        "weights": {
            column: round(float(weight), 4)
            for column, weight in zip(learned.columns, learned.weights, strict=True)
            if abs(weight) >= 5e-5
        },
        "evidence": {name: round(value, 4) for name, value in evidence.items()},
        "trees": [],
    }
