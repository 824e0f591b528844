"""Which event of a digest is drawn, and a chart as text: how it waits in the outbox.

A chart is drawn where it is sent, once for all who get the same: what waits is what it says.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime

from bot.models import DigestItem, EventChangeKind

_MOVED = frozenset({EventChangeKind.FIGURE, EventChangeKind.CORRECTION, EventChangeKind.DENIAL})
_FEWEST = 2  # figures that are worth a drawing


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one source says at one time, in local wall time; equal bounds for an exact figure."""

    who: str
    at: datetime
    low: int
    high: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """What is said of one kind of victims."""

    title: str
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """What is drawn, in the reader's words."""

    title: str
    days_title: str
    days: tuple[tuple[date, int], ...]
    panels: tuple[Panel, ...] = ()


def charted(items: Iterable[DigestItem]) -> DigestItem | None:
    """Return the event to draw: the first whose figures moved, else the first with several.

    None where nothing is worth a drawing; an event whose delivery was in doubt is none.
    """
    known = [one for one in items if one.state is not None and not one.repeated]
    with_figures = [one for one in known if one.figures]
    moved = (one for one in with_figures if any(c.kind in _MOVED for c in one.changes))
    several = (one for one in with_figures if len(one.figures) >= _FEWEST)
    return next(moved, None) or next(several, None)


def packed(chart: Chart) -> str:
    """Return a chart as text."""
    return json.dumps(asdict(chart), ensure_ascii=False, default=str, separators=(",", ":"))


def unpacked(held: str) -> Chart:
    """Return the chart that a text stands for; ValueError or KeyError where it is none."""
    found = json.loads(held)
    return Chart(
        title=found["title"],
        days_title=found["days_title"],
        days=tuple((date.fromisoformat(day), number) for day, number in found["days"]),
        panels=tuple(
            Panel(
                title=panel["title"],
                said=tuple(
                    Said(**{**one, "at": datetime.fromisoformat(one["at"])})
                    for one in panel["said"]
                ),
            )
            for panel in found["panels"]
        ),
    )
