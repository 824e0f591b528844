"""Which report is in which event, and which event in which storyline: the books of clustering."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Group:
    """An event that is held: its reports, copies apart, and its storyline."""

    storyline: int
    members: dict[int, None] = field(default_factory=dict)
    copies: dict[int, None] = field(default_factory=dict)
    # None of its reports is dated before or after these, in hours since the epoch; the one that was
    # the first or the last may have left since.
    first_h: float = float("inf")
    last_h: float = float("-inf")
    retired: bool = False  # stands by its snapshot


class Groups:
    """Events and storylines by id; ids are given in order and never twice."""

    def __init__(self, next_event_id: int, next_storyline_id: int) -> None:
        self.next_event_id = next_event_id
        self.next_storyline_id = next_storyline_id
        self.by_id: dict[int, Group] = {}
        self.event_of: dict[int, int] = {}  # article → event
        self.copy_of: dict[int, int] = {}  # article → the article whose text it repeats
        self._lines: defaultdict[int, dict[int, None]] = defaultdict(dict)  # storyline → events

    def open(self, event: int, storyline: int) -> None:
        """Begin an event, unless it is there."""
        if event not in self.by_id:
            self.by_id[event] = Group(storyline)
            self._lines[storyline][event] = None

    def put(self, key: int, event: int | None, at_h: float) -> int:
        """Put a report into an event and return this; None begins a new one in a new storyline."""
        if event is None:
            event = self.next_event_id
            self.next_event_id += 1
        if event not in self.by_id:
            self.open(event, self.next_storyline_id)
            self.next_storyline_id += 1
        group = self.by_id[event]
        (group.copies if key in self.copy_of else group.members)[key] = None
        group.first_h = min(group.first_h, at_h)
        group.last_h = max(group.last_h, at_h)
        group.retired = False
        self.event_of[key] = event
        return event

    def leave(self, key: int) -> None:
        """Take a report out of its event, which ends when nothing is left."""
        event = self.event_of.pop(key)
        group = self.by_id[event]
        group.members.pop(key, None)
        group.copies.pop(key, None)
        if not group.members and not group.copies:
            del self.by_id[event]
            self._part(event, group.storyline)

    def with_copies(self, key: int) -> list[int]:
        """Return a report and the copies of it in its event."""
        copies = self.by_id[self.event_of[key]].copies
        return [key, *(one for one in copies if self.copy_of[one] == key)]

    def members(self, event: int) -> dict[int, None]:
        """Return the reports of an event, copies apart."""
        return self.by_id[event].members

    def lines_of(self, keys: Iterable[Iterable[int]]) -> set[int]:
        """Return the storylines of some reports."""
        events = set[int]()
        for some in keys:
            events.update(map(self.event_of.__getitem__, some))
        return {self.by_id[one].storyline for one in events}

    def events_of(self, line: int) -> list[int]:
        """Return the events of a storyline."""
        return list(self._lines.get(line, ()))

    def members_of(self, line: int, besides: int | None = None) -> list[int]:
        """Return the reports of a storyline, those of one event left out."""
        return [key for one in self.events_of(line) if one != besides for key in self.members(one)]

    def enter(self, event: int, line: int) -> None:
        """Let an event go over to another storyline."""
        group = self.by_id[event]
        self._part(event, group.storyline)
        group.storyline = line
        self._lines[line][event] = None

    def _part(self, event: int, line: int) -> None:
        """Take an event out of its storyline, which ends when nothing is left."""
        events = self._lines[line]
        events.pop(event, None)
        if not events:
            del self._lines[line]


def most_often(named: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """Return what the reports of an event name, most often first, then by first mention."""
    counts: Counter[str] = Counter()
    for names in named:
        counts.update(dict.fromkeys(names, 1))
    return tuple(name for name, _ in counts.most_common())
