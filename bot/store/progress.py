"""What a replica must be and hold to be read: pure, told by whoever looks at both servers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Identity(NamedTuple):
    """Which database it is; a streaming replica has that of its primary."""

    system: int  # drawn when the server's files were made, and copied with them
    name: str


@dataclass(frozen=True, slots=True)
class Position:
    """How far a primary's log had come, and when; the clock is our own, the position in bytes."""

    at: float
    written: int


class Progress:
    """What a replica must have: the primary's history up to a point, and the newest change seen."""

    def __init__(self, most_behind_s: float) -> None:
        self.most_behind_s = most_behind_s
        self.identity: Identity | None = None  # of the primary, None until it was asked
        self.timeline = 0  # of the primary; a promotion begins a new one
        self.seq = 0  # the newest change that was seen, wherever it was read
        self._written: list[Position] = []  # oldest first
        self._lacked: Position | None = None  # what the replica has lacked longest

    def see(self, seq: int) -> None:
        """Note that a change was seen or made here: no later read may lack it."""
        self.seq = max(self.seq, seq)

    def note(self, position: Position, identity: Identity, timeline: int) -> None:
        """Note how far the primary had come, and drop what is not needed any more."""
        if timeline != self.timeline:  # another primary now, whose log may be shorter
            self._written, self._lacked = [], None
        self.identity, self.timeline = identity, timeline
        old = [one for one in self._written if one.at <= position.at - self.most_behind_s]
        self._written = [*old[-1:], *self._written[len(old) :], position]

    def needed(self, at: float) -> int:
        """Return how far a replica must have come at this time to be read."""
        old = [one for one in self._written if one.at <= at - self.most_behind_s]
        needed = old[-1:] or self._written[:1]
        return needed[0].written if needed else 0

    def behind_s(self, at: float, replayed: int) -> float:
        """Return how long a replica has lacked something, as far as was noted."""
        if self._lacked is None or self._lacked.written <= replayed:
            self._lacked = next((one for one in self._written if one.written > replayed), None)
        return at - self._lacked.at if self._lacked else 0.0
