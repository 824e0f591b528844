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
        for line in _around(members, groups, near, joins)
        if line != home
    }
    if not at:
        return
    own = near.linkage(_STORYLINE, members, groups.members_of(home, besides=event))
    best = max(at, key=lambda line: (at[line], -line), default=None)
    if best is None or at[best] < max(joins, own + _MARGIN):
        return
    groups.enter(event, best)
    _merge(best, groups, near, joins)


def _around(members: dict[int, None], groups: Groups, near: Neighbours, joins: float) -> list[int]:
    """Return the storylines near these reports that they may belong to.

    A mean is no greater than its greatest pair: without one that joins there is nothing to join.
    """
    return sorted(
        {
            groups.storyline_of(one)
            for key in members
            for one, pair in near.of(key).items()
            if pair.imag >= joins
        }
    )


def _merge(line: int, groups: Groups, near: Neighbours, joins: float) -> None:
    """Merge a storyline with its surest neighbour, the later into the earlier."""
    members = groups.members_of(line)
    at = {
        other: near.linkage(_STORYLINE, members, groups.members_of(other))
        for other in _around(dict.fromkeys(members), groups, near, joins)
        if other != line
    }
    best = max(at, key=lambda other: (at[other], -other), default=None)
    if best is not None and at[best] >= joins:
        for one in groups.events_of(max(line, best)):
            groups.enter(one, min(line, best))
