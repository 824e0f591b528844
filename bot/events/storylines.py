"""Storylines are made of whole events: by the mean probability over all pairs of their reports."""

from __future__ import annotations

from bot.events.groups import Groups
from bot.events.neighbours import Neighbours

_STORYLINE = 1  # of the two probabilities of a pair
_MARGIN = 0.08  # by how much surer another storyline must be for an event to go over


def follow(event: int, groups: Groups, near: Neighbours, joins: float) -> None:
    """Put an event into the storyline that it belongs to, and merge storylines that meet."""
    home = groups.by_id[event].storyline
    members = groups.members(event)
    at = {
        line: near.linkage(_STORYLINE, members, groups.members_of(line, besides=event))
        for line in _around(members, groups, near)
    }
    own = at.pop(home, 0.0)
    best = max(at, key=lambda line: (at[line], -line), default=None)
    if best is None or at[best] < max(joins, own + _MARGIN):
        return
    groups.enter(event, best)
    _merge(best, groups, near, joins)


def _around(members: dict[int, None], groups: Groups, near: Neighbours) -> list[int]:
    """Return the storylines of the reports near these."""
    return sorted({groups.storyline_of(one) for key in members for one in near.of(key)})


def _merge(line: int, groups: Groups, near: Neighbours, joins: float) -> None:
    """Merge a storyline with its surest neighbour, the later into the earlier."""
    members = groups.members_of(line)
    at = {
        other: near.linkage(_STORYLINE, members, groups.members_of(other))
        for other in _around(dict.fromkeys(members), groups, near)
        if other != line
    }
    best = max(at, key=lambda other: (at[other], -other), default=None)
    if best is not None and at[best] >= joins:
        for one in groups.events_of(max(line, best)):
            groups.enter(one, min(line, best))
