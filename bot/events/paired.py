"""The pairs of one report, in a twelfth of the room that a dictionary takes.

There are hundreds of thousands of them in a week of news, and they are added, gone through from
the first to the last, and hardly ever looked up or taken away. Reports are compared with those of
the same days, whose ids are near one another: held is by how much each id differs from the one
before it, mostly a byte.
"""

from __future__ import annotations

from array import array
from collections.abc import Container, Iterator, Mapping
from itertools import accumulate, compress

_WIDER = {"b": "h", "h": "i", "i": "q"}  # how an array goes on whose numbers have grown too large


class Paired:
    """The reports that form a pair with one, each once, with a probability.

    A probability is rounded to four bytes. Two are too few: where hundreds of reports are nearly
    alike, some went to another event.
    """

    __slots__ = ("_first", "_gaps", "_last", "_values")

    def __init__(self) -> None:
        self._first = self._last = 0
        self._gaps = array("b")  # from each report to the next
        self._values = array("f")

    def __len__(self) -> int:
        return len(self._values)

    def __iter__(self) -> Iterator[int]:
        return accumulate(self._gaps, initial=self._first) if self._values else iter(())

    def add(self, key: int, probability: float) -> None:
        """Add a report that is not there yet; in the order of ids they take the least room."""
        self._values.append(probability)
        if len(self._values) == 1:
            self._first = key
        else:
            self._put(len(self._gaps), key - self._last)
        self._last = key

    def discard(self, key: int) -> None:
        """Take a report away, if it is there."""
        keys = list(self)
        try:
            at = keys.index(key)
        except ValueError:
            return
        del keys[at], self._values[at]
        if keys:
            del self._gaps[max(at - 1, 0)]
            if 0 < at < len(keys):
                self._put(at - 1, keys[at] - keys[at - 1])
            self._first, self._last = keys[0], keys[-1]

    def items(self) -> Iterator[tuple[int, float]]:
        """Go through the reports, each with its probability, in the order of their coming."""
        return zip(self, self._values, strict=True)

    def surely(self, least: float) -> Iterator[int]:
        """Go through the reports whose probability is at least so much."""
        return compress(self, map(least.__le__, self._values))

    def among(self, others: Container[int]) -> float:
        """Return the sum of the probabilities of some reports."""
        return sum(compress(self._values, map(others.__contains__, self)))

    def count_into(self, sums: dict[int, float], event_of: Mapping[int, int]) -> None:
        """Add the probabilities to the sums of those events that are asked for."""
        for event, pair in zip(map(event_of.get, self), self._values, strict=True):
            if event in sums:
                sums[event] += pair

    def _put(self, at: int, gap: int) -> None:
        """Set one of the gaps, or append it."""
        try:
            if at == len(self._gaps):
                self._gaps.append(gap)
            else:
                self._gaps[at] = gap
        except OverflowError:
            self._gaps = array(_WIDER[self._gaps.typecode], self._gaps)
            self._put(at, gap)
