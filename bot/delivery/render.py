"""How an answer and a digest look on the reader's screen.

Pure: values in, messages out. Quotes stay letter for letter as stored; everything around them
comes from the catalogues. A message is broken only between passages or articles; a paragraph is
cut only when it cannot fit into one message at all, and then says so. Who chose text alone gets a
digest of headlines in one message.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from bot.delivery.figures import change_line, figure_lines
from bot.delivery.fragments import MESSAGE_UNITS, Fragment, bold, join, split, text
from bot.delivery.page import Page, Sensitive, never_sensitive
from bot.models import Answer, Article, Button, Digest, DigestItem, Look, Passage, Reply
from bot.text.markup import isolate, one_line, shorten

_NUMBER_UNITS = 24  # room kept for «(2/3)»
_OTHER_OUTLETS = 3
_NEAREST = 5
_OUTLETS = 12
_OUTLET_TITLE_UNITS = 120
_FOLLOWED_UNITS = 200
_NEW = "● "
_CHANGED = "▲ "
_MAYBE_SEEN = "○ "
_BETWEEN = "\n\n"

_Block = tuple[Fragment, int]  # what is shown, and of which article
_Head = Callable[[int, int], Fragment]  # of part n of m


def render_answer(
    answer: Answer,
    *,
    zone: str,
    language: str,
    more: str = "",
    sources: str = "",
    look: Look | None = None,
    sensitive: Sensitive = never_sensitive,
) -> list[Reply]:
    """Return an answer, or the honest lack of one, in as few messages as it needs.

    ``more`` and ``sources`` are the callback data of the buttons for further passages and for the
    list of outlets, which is offered where several tell of it; ``sensitive`` tells which paragraphs
    are hidden from a reader who chose so.
    """
    page = Page(zone, language, look, sensitive)
    notes = [page.say("answer.shortened")] if answer.shortened else []
    if answer.follows:
        words = one_line(answer.follows)
        notes.append(page.say("answer.follows", words=shorten(words, _FOLLOWED_UNITS)))
    if answer.figures:
        figures = figure_lines(answer.figures, answer.cited, page)
        notes = [join("\n", (page.say("answer.figures"), figures)), *notes]
    note = join("\n", notes) if notes else Fragment()
    if not answer.found or not answer.passages:
        return [_reply(join("\n", (_not_found(answer, page), note)))]
    room = MESSAGE_UNITS - _NUMBER_UNITS - note.units

    def head(part: int, parts: int) -> Fragment:
        return page.line(text(_number(page, part, parts)))

    blocks = [(_passage(passage, page, room), passage.article.id) for passage in answer.passages]
    replies = _messages(blocks, head, note, room)
    row = []
    if more:
        row.append(Button(page.texts("answer.more"), more))
    if sources and len(answer.outlets) > 1:
        row.append(Button(page.texts("answer.sources"), sources))
    if row:
        replies[-1] = replace(replies[-1], buttons=(tuple(row),))
    return replies


def render_sources(
    answer: Answer, *, zone: str, language: str, look: Look | None = None
) -> list[Reply]:
    """Return the outlets of an answer, each with its article's title, time and address."""
    page = Page(zone, language, look)
    shown, rest = answer.outlets[:_OUTLETS], len(answer.outlets) - _OUTLETS
    lines = [page.line(bold(page.texts("answer.sources_of", words=_asked(answer))))]
    for article in shown:
        title = shorten(page.title(article), _OUTLET_TITLE_UNITS)
        pieces = (page.source(article), text(" · "), page.dated(article))
        lines.append(page.line(text("– "), *pieces, text(f" · {title}")))
    if rest > 0:
        lines.append(page.count("digest.more_outlets", rest))
    return [_reply(join("\n", lines), tuple(article.id for article in shown))]


def _asked(answer: Answer) -> str:
    return shorten(one_line(answer.question), _FOLLOWED_UNITS)


def render_passage(
    passage: Passage,
    *,
    zone: str,
    language: str,
    look: Look | None = None,
    sensitive: Sensitive = never_sensitive,
) -> Reply:
    """Return one quote with its heading and source, as it stands in an answer."""
    page = Page(zone, language, look, sensitive)
    return _reply(_passage(passage, page, MESSAGE_UNITS), (passage.article.id,))


def render_digest(
    digest: Digest,
    *,
    zone: str,
    language: str,
    look: Look | None = None,
    sensitive: Sensitive = never_sensitive,
) -> list[Reply]:
    """Return a digest as numbered messages; a quiet day is one line under the heading."""
    page = Page(zone, language, look, sensitive)
    key = "digest.title_weekly" if digest.weekly else "digest.title"
    title = bold(page.texts(key, date=page.date(digest.until_at)))
    if not digest.items and not digest.left_out:
        lines = (page.line(title), _quiet(digest, page), _told(digest, page))
        return [_reply(join("\n", lines))]
    if not page.look.text_only:
        return _digest_messages(digest, page, title)
    most = len(digest.items)
    while len(replies := _digest_messages(_only(digest, most), page, title)) > 1 and most > 1:
        most -= 1
    return replies


def render_alerts(
    items: Sequence[DigestItem],
    followed: Sequence[str],
    *,
    zone: str,
    language: str,
    now: datetime,
    look: Look | None = None,
    sensitive: Sensitive = never_sensitive,
    buttons: tuple[tuple[Button, ...], ...] = (),
) -> list[Reply]:
    """Return alerts, one or several held ones, under what is followed; under nothing: breaking."""
    page = Page(zone, language, look, sensitive)
    names = shorten("، ".join(map(one_line, followed)), _FOLLOWED_UNITS)
    said = page.texts("alert.of", names=names) if names else page.texts("alert.breaking")
    title = page.line(text("🔔 " if names else "⚡ "), text(said))
    room = MESSAGE_UNITS - _NUMBER_UNITS - title.units - 8

    def head(part: int, parts: int) -> Fragment:
        number = _number(page, part, parts)
        return title + text(f" {number}" if number else "")

    blocks = [(_item(item, page, room, now), item.article.id) for item in items]
    *before, last = _messages(blocks, head, Fragment(), room)
    return [*before, replace(last, buttons=buttons)]


def _only(digest: Digest, most: int) -> Digest:
    """Return the digest with its first items, without their quotes; the others are counted."""
    items = tuple(replace(item, paragraph=None, also_in=()) for item in digest.items[:most])
    return replace(digest, items=items, left_out=digest.left_out + len(digest.items) - most)


def _digest_messages(digest: Digest, page: Page, title: Fragment) -> list[Reply]:
    facts = _facts(digest, page)
    note = page.count("digest.left_out", digest.left_out) if digest.left_out else Fragment()
    room = MESSAGE_UNITS - _NUMBER_UNITS - title.units - facts.units - note.units - 8

    def head(part: int, parts: int) -> Fragment:
        number = _number(page, part, parts)
        heading = page.line(title, text(f" {number}" if number else ""))
        return join("\n", (heading, facts)) if part == 1 else heading

    now = digest.until_at
    blocks = [(_item(item, page, room, now), item.article.id) for item in digest.items]
    return _messages(blocks, head, note, room)


def _messages(blocks: Sequence[_Block], head: _Head, note: Fragment, room: int) -> list[Reply]:
    """Return the blocks as messages under their heads, the note at the end of the last."""
    parts = split([shown for shown, _ in blocks], room, _BETWEEN) or [[]]
    replies = []
    for part, places in enumerate(parts, start=1):
        shown = [head(part, len(parts)), *(blocks[place][0] for place in places)]
        if part == len(parts):
            shown.append(note)
        replies.append(_reply(join(_BETWEEN, shown), tuple(blocks[place][1] for place in places)))
    return replies


def _reply(message: Fragment, article_ids: tuple[int, ...] = ()) -> Reply:
    return Reply(html=message.html, plain=message.plain, article_ids=article_ids)


def _number(page: Page, part: int, parts: int) -> str:
    return page.texts("part.number", part=part, parts=parts) if parts > 1 else ""


def _passage(passage: Passage, page: Page, room: int) -> Fragment:
    article = passage.article
    footing = page.line(
        text(page.texts("part.source") + " "),
        page.source(article),
        page.labels(article),
        text(" · "),
        page.dated(article),
    )
    heading = page.headline(article)
    further = (page.edited(passage.edit), _also_in(passage.also_in, page))
    lines = join("\n", (footing, *further))
    return page.quoted(heading, passage.paragraph, lines, room, passage.matches)


def _not_found(answer: Answer, page: Page) -> Fragment:
    newest = (
        page.say("answer.newest", at=page.moment(answer.newest_at))
        if answer.newest_at
        else page.say("answer.archive_empty")
    )
    named = [page.days(answer.named)] if answer.named else []
    lines = [page.say("answer.none"), *named, newest]
    if answer.nearest:
        lines += [Fragment(), page.say("answer.nearest")]
    for article in answer.nearest[:_NEAREST]:
        pieces = (page.source(article), text(" · "), page.dated(article))
        title = page.title(article)
        if not page.texts.right_to_left:  # or an Arabic title would turn the line that lists it
            title = isolate(title)
        lines.append(page.line(text(f"– {title} · "), *pieces))
    return join("\n", lines)


def _facts(digest: Digest, page: Page) -> Fragment:
    """Return what the digest covers and how much it holds."""
    period = Fragment()
    if digest.revised:
        return page.say("digest.revised", at=page.moment(digest.until_at))
    if digest.since_at is not None:
        since, until = page.moment(digest.since_at), page.moment(digest.until_at)
        period = page.say("digest.period", since=since, until=until)
    repeated = sum(item.repeated for item in digest.items)
    changed = sum(not item.repeated and not item.new for item in digest.items)
    new = page.count("digest.count", len(digest.items) - repeated - changed + digest.left_out)
    moved = page.count("digest.count_changed", changed) if changed else Fragment()
    again = page.count("digest.count_repeated", repeated) if repeated else Fragment()
    return join("\n", (period, new, moved, again, _told(digest, page)))


def _told(digest: Digest, page: Page) -> Fragment:
    """Return how many events are not here because the reader was told of them at once."""
    return page.count("digest.told", digest.told) if digest.told else Fragment()


def _quiet(digest: Digest, page: Page) -> Fragment:
    if digest.newest_at is None:
        return page.say("answer.archive_empty")
    newest = page.moment(digest.newest_at)
    if digest.since_at is None:
        return page.say("digest.quiet", newest=newest)
    return page.say("digest.quiet_since", since=page.moment(digest.since_at), newest=newest)


def _item(item: DigestItem, page: Page, room: int, now: datetime) -> Fragment:
    flag = f" ({page.texts('digest.repeated')})" if item.repeated else ""
    mark = _MAYBE_SEEN if item.repeated else _NEW if item.new else _CHANGED
    heading = page.headline(item.article, mark, flag)
    moved = Fragment() if item.repeated else change_line(item.changes, page)
    footing = page.line(
        text(page.texts("part.source") + " "),
        page.source(item.article),
        page.labels(item.article),
        text(" · "),
        page.dated(item.article),
    )
    key = "digest.also_in" if item.state is None else "digest.outlets"
    figures = figure_lines(item.figures, item.cited, page, now)
    lines = join("\n", (figures, footing, _also_in(item.also_in, page, key)))
    return page.quoted(join("\n", (heading, moved)), item.paragraph, lines, room)


def _also_in(articles: Sequence[Article], page: Page, key: str = "digest.also_in") -> Fragment:
    """Return the line of further outlets, the first few by name."""
    if not articles:
        return Fragment()
    shown = join(" · ", (page.source(article) for article in articles[:_OTHER_OUTLETS]))
    line = page.line(text(page.texts(key) + " "), shown)
    more = len(articles) - _OTHER_OUTLETS
    return line + text(" " + page.texts.count("digest.more_outlets", more)) if more > 0 else line
