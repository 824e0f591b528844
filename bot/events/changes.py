"""What is new about an event: its state now beside the state that a reader was shown.

Pure comparison of snapshots. A figure is one speaker's, or where nobody is named one outlet's; it
moved when the same speaker gives another one of the same kind. Figures of different speakers stand
side by side: they are never summed, averaged or taken for one another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from bot.models import (
    Claim,
    ClaimKind,
    Event,
    EventChange,
    EventChangeKind,
    EventSnapshot,
    Figure,
    Report,
)
from bot.text.tokens import tokenize

_Key = tuple[str, str, bool, str]  # kind, scope, negated, who says it
_Bounds = tuple[int | None, int | None]


def snapshot(event: Event, reports: Iterable[Report], at: datetime) -> EventSnapshot:
    """Return an event as it stands at ``at`` by those of its reports that are given.

    Of each kind, scope and speaker it holds the newest figure; of one report the first, which
    stands nearest to its headline. A copy brings its outlet, not its figures again.
    """
    own = set(event.article_ids)
    held = sorted(
        (one for one in reports if one.article_id in own),
        key=lambda one: (one.dated_at, one.article_id),
    )
    newest: dict[_Key, Figure] = {}
    for report in held:
        if report.copy_of in own:
            continue
        newest.update(_figures_of(report))
    return EventSnapshot(
        event_id=event.id,
        storyline_id=event.storyline_id,
        at=at,
        article_ids=tuple(one.article_id for one in held),
        outlets=tuple(dict.fromkeys(one.outlet for one in held)),
        places=event.places,
        parties=event.parties,
        figures=tuple(sorted(newest.values(), key=_order)),
    )


def _figures_of(report: Report) -> dict[_Key, Figure]:
    """Return the first figure of each kind, scope and speaker in a report."""
    found: dict[_Key, Figure] = {}
    for claim in report.claims:
        figure = Figure(
            claim=claim, article_id=report.article_id, outlet=report.outlet, at=report.dated_at
        )
        found.setdefault(_key(figure), figure)
    return found


def _key(figure: Figure) -> _Key:
    claim = figure.claim
    said = " ".join(token.word.removeprefix("ال") for token in tokenize(claim.speaker))
    who = f"speaker {said}" if said else f"outlet {figure.outlet}"
    return claim.kind.value, claim.scope.value, claim.negated, who


def _order(figure: Figure) -> tuple[str, datetime, int, int]:
    return figure.kind.value, figure.at, figure.article_id, figure.claim.start


def _bounds(claim: Claim) -> _Bounds:
    return claim.minimum, claim.maximum


def _number(claim: Claim) -> int | None:
    """Return the number by which two speakers agree, «13 على الأقل» with «13»."""
    return claim.maximum if claim.minimum is None else claim.minimum


def changes(before: EventSnapshot | None, after: EventSnapshot) -> tuple[EventChange, ...]:
    """Return what is new in ``after`` beside what was shown, the weightiest first; () for nothing.

    ``before`` is None where the event was never shown. An event that took another one over is
    compared with what was shown of either: hand in the snapshot of the one that was shown last.
    """
    if before is None:
        return (EventChange(kind=EventChangeKind.NEW_EVENT, event_id=after.event_id),)
    found = [*_figures_changed(before, after), *_named_anew(before, after)]
    return tuple(sorted(found, key=_weight))


def _weight(change: EventChange) -> tuple[int, bool, int]:
    """Return what orders changes: their kind, moved figures before first ones, the killed first."""
    figure = change.after or change.before
    counted = _KINDS.index(figure.kind) if figure else 0
    return _WEIGHT.index(change.kind), change.before is None, counted


_KINDS = list(ClaimKind)
_WEIGHT = (
    EventChangeKind.CORRECTION,
    EventChangeKind.DENIAL,
    EventChangeKind.FIGURE,
    EventChangeKind.PLACE,
    EventChangeKind.OUTLET,
    EventChangeKind.REPORT,
)


def _figures_changed(before: EventSnapshot, after: EventSnapshot) -> Iterator[EventChange]:
    """Yield corrections, denials and moved or new figures."""
    shown = {_key(figure): figure for figure in before.figures}
    standing = {_key(figure): figure for figure in after.figures}
    known = {(*key[:3], _number(figure.claim)) for key, figure in shown.items()}
    for key, figure in standing.items():
        old = shown.get(key)
        said = (*key[:3], _number(figure.claim))
        if old is not None and _bounds(old.claim) == _bounds(figure.claim):
            continue
        if old is None and said in known:
            continue  # another speaker agrees with a figure that was shown
        known.add(said)
        corrected = old is not None and old.article_id == figure.article_id
        if corrected:
            kind = EventChangeKind.CORRECTION
        elif figure.claim.negated:
            kind = EventChangeKind.DENIAL
        elif figure.claim.minimum is None and figure.claim.maximum is None:
            continue  # victims without a number say nothing new where figures stand
        else:
            kind = EventChangeKind.FIGURE
        yield EventChange(kind=kind, event_id=after.event_id, before=old, after=figure,
                          article_id=figure.article_id)  # fmt: skip
    there = set(after.article_ids)
    for key, figure in shown.items():
        if key not in standing and figure.article_id in there:
            yield EventChange(kind=EventChangeKind.CORRECTION, event_id=after.event_id,
                              before=figure, article_id=figure.article_id)  # fmt: skip


def _named_anew(before: EventSnapshot, after: EventSnapshot) -> Iterator[EventChange]:
    """Yield new places, outlets and reports."""
    for kind, old, new in (
        (EventChangeKind.PLACE, before.places, after.places),
        (EventChangeKind.OUTLET, before.outlets, after.outlets),
    ):
        for value in new:
            if value not in old:
                yield EventChange(kind=kind, event_id=after.event_id, value=value)
    for article_id in after.article_ids:
        if article_id not in before.article_ids:
            yield EventChange(kind=EventChangeKind.REPORT, event_id=after.event_id,
                              article_id=article_id)  # fmt: skip
