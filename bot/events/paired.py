"""The pairs of one report, in an eighth of the room that a dictionary takes.

There are hundreds of thousands of them in a week of news, and they are added, gone through from
the first to the last, and hardly ever looked up or taken away.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator


class Paired:
    """The reports that form a pair with one, each once, with a probability.

    A probability is rounded to four bytes, which is far more than a learned model knows.
    """

    __slots__ = ("_keys", "_values")

    def __init__(self) -> None:
        self._keys = array("I")
        self._values = array("f")

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[int]:
        return iter(self._keys)

    def add(self, key: int, probability: float) -> None:
        """Add a report that is not there yet."""
        try:
            self._keys.append(key)
        except OverflowError:  # beyond four billion articles
            self._keys = array("Q", [*self._keys, key])
        self._values.append(probability)

    def discard(self, key: int) -> None:
        """Take a report away, if it is there."""
        try:
            at = self._keys.index(key)
        except ValueError:
            return
        del self._keys[at], self._values[at]

    def items(self) -> Iterator[tuple[int, float]]:
        """Go through the reports, each with its probability, in the order of their coming."""
        return zip(self._keys, self._values, strict=True)
