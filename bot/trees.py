"""Small regression trees as readable values: what a learned model adds for named features.

In a file a tree is five lists of one length, a place in them for each node: the name of the feature
that is asked ("" for a leaf), the limit, the nodes to go on with, and what a leaf adds. Read, names
have become places in a sequence of values. The idea of adding many small trees is J. Friedman's,
"Greedy Function Approximation: A Gradient Boosting Machine", 2001.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_LEAF = -1


@dataclass(frozen=True, slots=True)
class Tree:
    """A tree as parallel lists: node 0 is the root; ``feature`` -1 marks a leaf."""

    feature: tuple[int, ...]
    limit: tuple[float, ...]  # at most: go left
    left: tuple[int, ...]
    right: tuple[int, ...]
    value: tuple[float, ...]

    def of(self, values: Sequence[float]) -> float:
        """Return what the tree adds for these features."""
        node = 0
        while self.feature[node] != _LEAF:
            below = values[self.feature[node]] <= self.limit[node]
            node = self.left[node] if below else self.right[node]
        return self.value[node]


def tree_from(stored: Mapping[str, Sequence[Any]], places: Mapping[str, int]) -> Tree:
    """Return the tree that a file describes; ``places`` say where each feature's value stands.

    Raises KeyError for a feature without a place.
    """
    return Tree(
        tuple(places[name] if name else _LEAF for name in stored["feature"]),
        *(tuple(stored[part]) for part in ("limit", "left", "right", "value")),
    )
