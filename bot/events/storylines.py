"""Storylines are made of whole events: by the mean probability over all pairs of their reports."""

from __future__ import annotations

from bot.events.groups import Groups
from bot.events.neighbours import STORYLINE, Neighbours

_MARGIN = 0.08  # by how much surer another storyline must be for an event to go over


def follow(event: int, groups: Groups, near: Neighbours, joins: float) -> None:
    """Put an event into the storyline that it belongs to, and merge storylines that meet."""
    home = groups.by_id[event].storyline
    members = groups.members(event)
    around = _around(members, home, groups, near, joins)
    at = near.means(STORYLINE, members, {line: groups.members_of(line) for line in around})
    at = {line: linkage for line, linkage in at.items() if linkage >= joins}
    best = max(at, key=lambda line: (at[line], -line), default=None)
    if best is None:
        return
    own = near.linkage(STORYLINE, members, groups.members_of(home, besides=event))
    if at[best] < own + _MARGIN:
        return
    groups.enter(event, best)
    _merge(best, [line for line in at if line != best], groups, near, joins)


def _around(
    members: dict[int, None], home: int, groups: Groups, near: Neighbours, joins: float
) -> list[int]:
    """Return the storylines near these reports that they may belong to, but for their own.

    A mean is no greater than its greatest pair: without one that joins there is nothing to join.
    """
    lines = groups.lines_of(near.of(STORYLINE, key).surely(joins) for key in members)
    return sorted(lines - {home})


def _merge(line: int, others: list[int], groups: Groups, near: Neighbours, joins: float) -> None:
    """Merge a storyline with its surest neighbour, the later into the earlier.

    ``others`` are the storylines that the event which has just come into this one may belong to as
    well. Two that did not meet before meet now by this event or not at all.
    """
    members = groups.members_of(line)
    at = near.means(STORYLINE, members, {one: groups.members_of(one) for one in others})
    best = max(at, key=lambda other: (at[other], -other), default=None)
    if best is not None and at[best] >= joins:
        for one in groups.events_of(max(line, best)):
            groups.enter(one, min(line, best))
