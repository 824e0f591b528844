"""A chart as PNG: reports a day, and what each source says of each kind of victims over time.

Drawn by matplotlib's Agg on its own light ground, which reads alike in light and dark chats.
Since 3.11 matplotlib joins Arabic letters and orders them itself (libraqm), in DejaVu Sans; who
shaped them beforehand would turn them round. A figure is a dot, or a bar from the least to the most
that its speaker gives; nothing is summed. About half a second of a processor, and as much for
matplotlib itself: import and call it in a thread, once something is drawn.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from textwrap import fill
from threading import Lock

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.dates import AutoDateLocator, DateFormatter
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import FuncFormatter, MaxNLocator

from bot.digest.picture import Chart, Panel, Said

_INK, _GROUND, _BARS, _GRID = "#1c1c1e", "#fbfaf7", "#9db4c8", "#e4e1d8"
_COLOURS = ("#b3261e", "#1f5f99", "#2e7d32", "#8e4ec6", "#b26a00", "#00737f")
_SHAPES = ("o", "s", "^", "D", "v", "P")  # told apart without colours too
_INCHES, _DPI = (6.4, 3.3), 140  # of each part
_FAR_APART = 200  # times the least figure: then each step of the axis is ten times the one before
_MOST_NUMBERS = 14  # written beside their figures
_LONGEST_NUMBER = 10**7
_TITLE_LETTERS = 44  # in a line
_SHORT = timedelta(days=3)  # figures within it are drawn by the hour
_ISOLATES = re.compile("[\u2066-\u2069\u200e\u200f]")
_DRAWING = Lock()  # matplotlib's fonts are not made for two threads


def draw(chart: Chart) -> bytes:
    """Return the chart as PNG."""
    with _DRAWING:
        rows = 1 + len(chart.panels)
        size = (_INCHES[0], _INCHES[1] * rows)
        canvas = Canvas(figsize=size, dpi=_DPI, facecolor=_GROUND, layout="constrained")
        canvas.suptitle(fill(_plain(chart.title), _TITLE_LETTERS), fontsize=16, color=_INK)
        marks = _marks(chart.panels)
        for row, panel in enumerate(chart.panels, start=1):
            _said(canvas.add_subplot(rows, 1, row), panel, marks[row - 1])
        _days(canvas.add_subplot(rows, 1, rows), chart)
        drawn = io.BytesIO()
        FigureCanvasAgg(canvas).print_png(drawn)  # type: ignore[no-untyped-call]
        return drawn.getvalue()


def _plain(text: str) -> str:
    """Return a text without direction isolates, and with "$" as itself, no formula."""
    return _ISOLATES.sub("", text).replace("$", r"\$")


def _frame(axes, title: str) -> None:  # type: ignore[no-untyped-def]  # it has no types of use
    axes.set_facecolor(_GROUND)
    axes.set_title(_plain(title), fontsize=14, color=_INK, loc="right")
    axes.tick_params(labelsize=12, colors=_INK)
    axes.grid(axis="y", color=_GRID, linewidth=1)
    axes.set_axisbelow(True)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _days(axes, chart: Chart) -> None:  # type: ignore[no-untyped-def]
    axes.bar([day for day, _ in chart.days], [n for _, n in chart.days], color=_BARS, width=0.8)
    axes.xaxis.set_major_formatter(DateFormatter("%-d/%-m"))  # type: ignore[no-untyped-call]
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    _frame(axes, chart.days_title)


def _said(axes, panel: Panel, marks: Mapping[str, int]) -> None:  # type: ignore[no-untyped-def]
    for who in _sources(panel.said):
        colour, shape = _COLOURS[marks[who]], _SHAPES[marks[who]]
        own = sorted((one for one in panel.said if one.who == who), key=lambda one: one.at)
        times = [one.at for one in own]
        axes.vlines(times, [one.low for one in own], [one.high for one in own], colors=colour,
                    linewidth=6, alpha=0.45)  # fmt: skip
        axes.plot(times, [one.high for one in own], color=colour, marker=shape, markersize=9,
                  linewidth=1.6, label=_plain(who))  # fmt: skip
        if len(panel.said) <= _MOST_NUMBERS:
            _numbers(axes, own, colour)
    least = min((one.low for one in panel.said if one.low > 0), default=1)
    most = max(one.high for one in panel.said)
    if most > _FAR_APART * least:
        axes.set_yscale("symlog", linthresh=10)
        axes.set_ylim(bottom=0, top=10 * float(most) ** 1.5)
        axes.yaxis.get_major_locator().set_params(numticks=7)
    else:
        lines = -(-len(_sources(panel.said)) // 2)  # of the legend, which needs room
        axes.set_ylim(bottom=0, top=max(most, 1) * (1.25 + 0.18 * lines))
        axes.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    _frame(axes, panel.title)
    _times(axes, [one.at for one in panel.said])
    axes.legend(fontsize=11, frameon=False, loc="upper left", ncols=2)


def _numbers(axes, own: Sequence[Said], colour: str) -> None:  # type: ignore[no-untyped-def]
    """Write figures beside their marks, each once as long as it stands."""
    before = None
    for one in own:
        if (one.low, one.high) == before:
            continue
        before = one.low, one.high
        if one.high > _LONGEST_NUMBER:
            continue  # the words under the picture say it
        number = f"{one.high:,}" if one.low == one.high else f"{one.low:,}–{one.high:,}"
        axes.annotate(number, (one.at, one.high), xytext=(0, 8), textcoords="offset points",
                      ha="center", fontsize=12, color=colour, fontweight="bold")  # fmt: skip


def _times(axes, times: Sequence[datetime]) -> None:  # type: ignore[no-untyped-def]
    """Let the figures' time fill the width, with room at its ends."""
    first, last = min(times), max(times)
    room = max((last - first) * 0.12, timedelta(hours=2))
    axes.set_xlim(first - room, last + room)
    axes.xaxis.set_major_locator(AutoDateLocator(minticks=3, maxticks=6))  # type: ignore[no-untyped-call]
    shown = "%-d/%-m\n%H:%M" if last - first < _SHORT else "%-d/%-m"
    axes.xaxis.set_major_formatter(DateFormatter(shown))  # type: ignore[no-untyped-call]


def _marks(panels: Sequence[Panel]) -> list[dict[str, int]]:
    """Return the number of each source's colour and shape in each panel.

    It is the same in all, unless there are more sources than colours.
    """
    own = [_numbered(_sources(panel.said)) for panel in panels]
    every = _numbered(who for shown in own for who in shown)
    return [every] * len(panels) if len(every) <= len(_COLOURS) else own


def _numbered(sources: Iterable[str]) -> dict[str, int]:
    return {who: at for at, who in enumerate(dict.fromkeys(sources))}


def _sources(said: Sequence[Said]) -> list[str]:
    """Return the sources that say most, as many as there are colours."""
    counts: dict[str, int] = {}
    for one in said:
        counts[one.who] = counts.get(one.who, 0) + 1
    return sorted(counts, key=lambda who: -counts[who])[: len(_COLOURS)]
