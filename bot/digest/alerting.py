"""What is worth an alert, and when it may come. Pure.

An event is told when it is new or when a figure of it moved, was denied or corrected; further
outlets and places wait for the digest. An hour holds so many alert messages; what comes after them,
or in quiet hours, is held and told together once it may be.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from bot.digest.happenings import CONFLICT_FROM, Happening
from bot.models import (
    ClaimKind,
    ClaimScope,
    EventChange,
    EventChangeKind,
    EventSnapshot,
    Figure,
    FollowKind,
)

MOST_AN_HOUR = 4  # alert messages to one chat and topic
OLDEST_NEWS = timedelta(hours=24)  # a report dated before is no news, whenever it arrives
MASS_CASUALTIES = 20  # killed, as one speaker says: told at any hour
BREAKING_OUTLETS = 5
_WORTH = frozenset(
    {
        EventChangeKind.NEW_EVENT,
        EventChangeKind.FIGURE,
        EventChangeKind.DENIAL,
        EventChangeKind.CORRECTION,
    }
)


def worth_telling(changes: Iterable[EventChange]) -> tuple[EventChange, ...]:
    """Return the changes that are told at once."""
    return tuple(change for change in changes if change.kind in _WORTH)


def is_mass_casualty(state: EventSnapshot, changes: Iterable[EventChange]) -> bool:
    """Tell whether the changes bring at least so many killed in one event, by one speaker.

    Running totals and denials are none.
    """
    found = tuple(changes)
    new = any(change.kind is EventChangeKind.NEW_EVENT for change in found)
    brought = state.figures if new else tuple(one.after for one in found if one.after)
    return any(_mass(figure) for figure in brought)


def _mass(figure: Figure) -> bool:
    claim = figure.claim
    return (
        claim.kind is ClaimKind.KILLED
        and claim.scope is ClaimScope.INCIDENT
        and not claim.negated
        and (claim.minimum or 0) >= MASS_CASUALTIES
    )


def is_breaking(happening: Happening) -> bool:
    """Tell whether an event is grave or certain enough to be posted between digests.

    Either one speaker counts :data:`MASS_CASUALTIES` killed, or :data:`BREAKING_OUTLETS` outlets
    report the same conflict event.
    """
    state = happening.state
    if state is None or happening.relevance < CONFLICT_FROM:
        return False
    return len(state.outlets) >= BREAKING_OUTLETS or any(_mass(one) for one in state.figures)


def may_tell(*, quiet: bool, told_in_hour: int, most: int, mass: bool) -> bool:
    """Tell whether an alert may go out now; ``mass``: of mass casualties in a followed place."""
    return mass or (not quiet and told_in_hour < most)


def seen_before(happening: Happening) -> EventSnapshot | None:
    """Return how an event stood without its new reports, None where it had no others.

    That is what a reader knows who began to follow when the event was under way: it is not new to
    the archive, and only what its new reports change is told.
    """
    state = happening.state
    new = {one.article.id for one in happening.new}
    if state is None:
        return None
    older = tuple(one for one in state.article_ids if one not in new)
    if not older:
        return None
    figures = tuple(one for one in state.figures if one.article_id not in new)
    return replace(state, article_ids=older, figures=figures)


def is_told_of(happening: Happening, kind: FollowKind, value: str) -> bool:
    """Tell whether an event is one that a follow wants: at a place or in it, of a party, itself.

    What is no conflict update is told only to whoever follows that very event; words are compared
    by the caller, who has the texts.
    """
    state = happening.state
    if state is None:
        return False
    if kind is FollowKind.EVENT:
        return value == str(state.event_id)
    if kind is FollowKind.PLACE:
        return happening.relevance >= CONFLICT_FROM and value in happening.areas
    return happening.relevance >= CONFLICT_FROM and value in state.parties
