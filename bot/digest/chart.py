"""A chart of one place as PNG: reports a day, and what each source says of the killed over time.

Drawn by matplotlib's Agg on its own light ground, which reads alike in light and dark chats.
Since 3.11 matplotlib joins Arabic letters and orders them itself (libraqm), in DejaVu Sans; who
shaped them beforehand would turn them round. A figure is a range from the least to the most that
its speaker gives; nothing is summed. About half a second of a processor: call it in a thread.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from threading import Lock

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.dates import DateFormatter
from matplotlib.figure import Figure as Canvas

_INK, _GROUND, _BARS = "#1c1c1e", "#fbfaf7", "#9db4c8"
_COLOURS = ("#b3261e", "#1f5f99", "#2e7d32", "#8e4ec6", "#b26a00", "#00737f")
_INCHES, _DPI = (6.4, 7.2), 140
_LEAST_RANGE = 0.35  # drawn of an exact figure, so that it can be seen
_ISOLATES = re.compile("[\u2066-\u2069\u200e\u200f]")
_DRAWING = Lock()  # matplotlib's fonts are not made for two threads


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one source says at one time, in local wall time; equal bounds for an exact figure."""

    who: str
    at: datetime
    low: int
    high: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """What is drawn, in the reader's words."""

    title: str
    days_title: str
    said_title: str
    days: tuple[tuple[date, int], ...]
    said: tuple[Said, ...]


def draw(chart: Chart) -> bytes:
    """Return the chart as PNG."""
    with _DRAWING:
        canvas = Canvas(figsize=_INCHES, dpi=_DPI, facecolor=_GROUND, layout="constrained")
        canvas.suptitle(_plain(chart.title), fontsize=17, color=_INK)
        rows = 2 if chart.said else 1
        above = canvas.add_subplot(rows, 1, 1)
        _days(above, chart)
        if chart.said:
            _said(canvas.add_subplot(rows, 1, 2, sharex=above), chart)
        drawn = io.BytesIO()
        FigureCanvasAgg(canvas).print_png(drawn)  # type: ignore[no-untyped-call]
        return drawn.getvalue()


def _plain(text: str) -> str:
    """Return a text without direction isolates, and with "$" as itself, no formula."""
    return _ISOLATES.sub("", text).replace("$", r"\$")


def _frame(axes, title: str) -> None:  # type: ignore[no-untyped-def]  # it has no types of use
    axes.set_facecolor(_GROUND)
    axes.set_title(_plain(title), fontsize=13, color=_INK, loc="right")
    axes.tick_params(labelsize=11, colors=_INK)
    axes.xaxis.set_major_formatter(DateFormatter("%-d/%-m"))  # type: ignore[no-untyped-call]
    axes.yaxis.get_major_locator().set_params(integer=True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _days(axes, chart: Chart) -> None:  # type: ignore[no-untyped-def]
    axes.bar([day for day, _ in chart.days], [n for _, n in chart.days], color=_BARS, width=0.8)
    _frame(axes, chart.days_title)


def _said(axes, chart: Chart) -> None:  # type: ignore[no-untyped-def]
    for colour, who in zip(_COLOURS, _sources(chart.said), strict=False):
        own = [one for one in chart.said if one.who == who]
        axes.vlines(
            [one.at for one in own],
            [one.low - _LEAST_RANGE for one in own],
            [one.high + _LEAST_RANGE for one in own],
            colors=colour,
            linewidth=7,
            label=_plain(who),
        )
    axes.set_ylim(bottom=0)
    _frame(axes, chart.said_title)
    axes.legend(fontsize=11, frameon=False, loc="upper left")


def _sources(said: Sequence[Said]) -> list[str]:
    """Return the sources that say most, as many as there are colours."""
    counts: dict[str, int] = {}
    for one in said:
        counts[one.who] = counts.get(one.who, 0) + 1
    return sorted(counts, key=lambda who: -counts[who])[: len(_COLOURS)]
