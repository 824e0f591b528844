"""How a timeline and the newest reports look: one verbatim line a step, source and time under it.

Pure: values in, one message out. Where long addresses would not fit into the message, further
outlets are named without their links.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.delivery.fragments import MESSAGE_UNITS, Fragment, bold, join, text
from bot.delivery.page import Page
from bot.models import Article, Button, FollowKind, Look, Matter, Order, Reply, Step, Timeline
from bot.text.markup import isolate, one_line, shorten
from bot.text.matters import LETTERS, whole_name

TIMELINE_PAGE = 7  # steps in one message
LATEST_PAGE = 6
_LINE_UNITS = 300
_NAMED = 2  # further outlets by name
_IN_ROW = 7


def render_steps(page: Timeline, *, zone: str, language: str, look: Look | None = None) -> Reply:
    """Return a page as one message with buttons for older and newer steps and for each event."""
    frame = Page(zone, language, look)
    message = Fragment()
    for named in (_NAMED, 0):
        message = join("\n\n", (_head(page, frame), *_steps(page, frame, named)))
        if message.fits(MESSAGE_UNITS):
            break
    else:
        message = join("\n\n", (_head(page, frame), *_steps(page, frame, 0, linked=False)))
    return Reply(
        html=message.html,
        plain=message.plain,
        buttons=_buttons(page, frame),
        article_ids=tuple(step.article.id for step in page.steps),
        about=page.matter if page.steps else None,
    )


def steps_data(
    order: Order, matter: Matter, days: int = 0, until_at: datetime | None = None, skip: int = 0
) -> str:
    """Return the callback data of a page: ``l|t|p|<id>|<days>|<until>|<skip>``.

    ``until`` is in minutes since 1970, 0 for now; ``days`` 0 for the usual period.
    """
    minutes = int(until_at.timestamp() // 60) if until_at else 0
    return f"l|{order.value[0]}|{LETTERS[matter.kind]}|{matter.value}|{days}|{minutes}|{skip}"


def _head(page: Timeline, frame: Page) -> Fragment:
    name = whole_name(page.matter, frame.texts.code)
    title = frame.line(bold(frame.texts(f"timeline.title.{page.order.value}", name=name)))
    if not page.steps:
        return join("\n", (title, *_nothing(page, frame, name)))
    count = frame.texts.count("timeline.count", page.total)
    if page.order is Order.LATEST:
        return title
    since, until = frame.moment(page.since_at), frame.moment(page.until_at)
    period = frame.say("timeline.period", since=since, until=until)
    return join("\n", (title, period, frame.line(text(count))))


def _nothing(page: Timeline, frame: Page, name: str) -> list[Fragment]:
    """Return the honest lack of reports, with the newest that is held."""
    if page.nearest is not None:
        pieces = (text(f"– {frame.title(page.nearest)} · "), frame.source(page.nearest))
        return [
            frame.say("timeline.none_since", name=name, since=frame.moment(page.since_at)),
            frame.say("timeline.nearest"),
            frame.line(*pieces, text(" · "), frame.dated(page.nearest)),
        ]
    newest = page.newest_at
    held = frame.say("answer.newest", at=frame.moment(newest)) if newest else None
    return [frame.say("timeline.none", name=name), held or frame.say("answer.archive_empty")]


def _steps(page: Timeline, frame: Page, named: int, linked: bool = True) -> list[Fragment]:
    numbered = _numbers(page)
    return [
        _step(step, frame, named, linked, numbered.get(place))
        for place, step in enumerate(page.steps)
    ]


def _step(step: Step, frame: Page, named: int, linked: bool, number: int | None) -> Fragment:
    mark = frame.texts.digits(f"{number}. ") if number else "• "
    line = shorten(one_line(step.line), _LINE_UNITS)
    heading = (
        frame.line(text(mark), bold(line))
        if line and not step.article.title.strip()
        else frame.headline(step.article, mark)
    )
    outlets = [_outlet(step.article, frame, linked)]
    outlets += [_outlet(one, frame, linked) for one in step.also_in[:named]]
    footing = [frame.dated(step.article), text(" · "), join("، ", outlets)]
    more = len(step.also_in) - named
    if more > 0:
        footing.append(text(" " + frame.texts.count("digest.more_outlets", more)))
    if step.reports > 1:
        footing.append(text(" · " + frame.texts.count("timeline.reports", step.reports)))
    return join("\n", (heading, frame.line(*footing)))


def _outlet(article: Article, frame: Page, linked: bool) -> Fragment:
    return frame.source(article) if linked else text(isolate(one_line(article.source)))


def _numbers(page: Timeline) -> dict[int, int]:
    """Return the number of each step that has more to tell, by its place on the page."""
    several = [at for at, step in enumerate(page.steps) if step.event_id and step.reports > 1]
    return {at: number for number, at in enumerate(several, start=1)}


def _buttons(page: Timeline, frame: Page) -> tuple[tuple[Button, ...], ...]:
    rows: list[Sequence[Button]] = []
    events = []
    for place, number in _numbers(page).items():
        event = Matter(FollowKind.EVENT, str(page.steps[place].event_id))
        label = frame.texts("timeline.event_number", number=number)
        events.append(Button(label, steps_data(Order.TIMELINE, event)))
    rows += [events[first : first + _IN_ROW] for first in range(0, len(events), _IN_ROW)]
    size = TIMELINE_PAGE if page.order is Order.TIMELINE else LATEST_PAGE
    days = max(round((page.until_at - page.since_at).total_seconds() / 86400), 1)
    days = days if page.order is Order.TIMELINE else 0

    def at(skip: int) -> str:
        return steps_data(page.order, page.matter, days, page.until_at, skip)

    turning = []
    if page.skip + len(page.steps) < page.total:
        turning.append(Button(frame.texts("timeline.older"), at(page.skip + size)))
    if page.skip:
        turning.append(Button(frame.texts("timeline.newer"), at(max(page.skip - size, 0))))
    if page.order is Order.TIMELINE and not page.steps and page.nearest is not None:
        turning.append(
            Button(frame.texts("timeline.latest"), steps_data(Order.LATEST, page.matter))
        )
    return tuple(tuple(row) for row in (*rows, turning) if row)
