"""Which articles hold a shingle, in a tenth of the room that a dictionary takes.

A week of news has hundreds of thousands of shingles. They stand sorted in drawers, each two arrays
beside each other, in which a place is found and made quickly.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Collection
from itertools import compress

_DRAWERS = 1024
_BITS = 32  # by which shingles are told apart within a drawer
_GONE = 64  # texts that are taken out of the drawers at a time: each time all are gone through


class Shingles:
    """Distinct shingles of articles, given as hashes.

    Of a hash 42 bits are looked at: where a million shingles are held, one in four million is taken
    for another, which no share that two texts have in common is moved by.
    """

    def __init__(self) -> None:
        self._held = [array("I") for _ in range(_DRAWERS)]
        self._texts = [array("I") for _ in range(_DRAWERS)]  # that hold them, beside them
        # Texts are numbered as they come, so that the new text of an article does not wait for
        # the old one to be taken out: editing one would go through all the drawers each time.
        self._number_of: dict[int, int] = {}
        self._article_of: dict[int, int] = {}
        self._next = 0
        self._gone: set[int] = set()  # texts that are still in the drawers

    def __len__(self) -> int:
        return sum(map(len, self._held))

    def add(self, article: int, shingles: Collection[int]) -> None:
        """Hold the shingles of an article that is not held."""
        text, self._next = self._next, self._next + 1
        self._number_of[article], self._article_of[text] = text, article
        for one in shingles:
            drawer, mark = _place(one)
            at = bisect_right(self._held[drawer], mark)
            self._held[drawer].insert(at, mark)
            self._texts[drawer].insert(at, text)

    def forget(self, article: int) -> None:
        """Drop an article that is held."""
        text = self._number_of.pop(article)
        del self._article_of[text]
        self._gone.add(text)
        if len(self._gone) >= _GONE:
            self._take_out()

    def shared(self, shingles: Collection[int], most: int) -> Counter[int]:
        """Return how many of some shingles each article holds.

        A shingle that more than ``most`` articles hold does not count.
        """
        met: list[int] = []
        for one in shingles:
            drawer, mark = _place(one)
            held = self._held[drawer]
            first = bisect_left(held, mark)
            if first == len(held) or held[first] != mark:
                continue
            last = bisect_right(held, mark, first)
            if last - first > most + len(self._gone):
                continue
            texts = self._texts[drawer][first:last]
            there = [one for one in texts if one not in self._gone]
            if len(there) <= most:
                met.extend(there)
        return Counter({self._article_of[one]: count for one, count in Counter(met).items()})

    def _take_out(self) -> None:
        for drawer, (held, texts) in enumerate(zip(self._held, self._texts, strict=True)):
            stay = [one not in self._gone for one in texts]
            if not all(stay):
                self._held[drawer] = array(held.typecode, compress(held, stay))
                self._texts[drawer] = array(texts.typecode, compress(texts, stay))
        self._gone.clear()


def _place(shingle: int) -> tuple[int, int]:
    """Return the drawer of a shingle, and by what it is known there."""
    return shingle % _DRAWERS, (shingle // _DRAWERS) % (1 << _BITS)
