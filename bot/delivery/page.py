"""The parts that answers and digests share: a titled quote with its source, in one language.

Everything a source wrote passes through here on its way into a message: titles become one line,
Latin names are isolated, quotes stay letter for letter. What the reader chose of digits, months and
calendar is for what stands around quotes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.delivery.fragments import Fragment, bold, join, link, quote, right_to_left, text
from bot.models import Article, DaysNamed, Edit, Look, Paragraph
from bot.text.dates import (
    format_date,
    format_day,
    format_day_and_time,
    format_hijri,
    format_moment,
    format_time,
)
from bot.text.languages import texts
from bot.text.markup import isolate, one_line, shorten, utf16_length
from bot.text.zones import country_name

_TITLE_UNITS = 300
_NAME_UNITS = 80
_MOST_NUMBERS = 4  # of those that an edit changed
_ARABIC = re.compile(r"[\u0590-\u08ff\ufb1d-\ufefc]")


Sensitive = Callable[[str], bool]  # whether a paragraph tells of casualties


def never_sensitive(_paragraph: str) -> bool:
    """Hide nothing."""
    return False


class Page:
    """One reader's language, zone and look, and how lines are written for them."""

    def __init__(
        self,
        zone: str,
        language: str,
        look: Look | None = None,
        sensitive: Sensitive = never_sensitive,
    ) -> None:
        self.look = look or Look()
        self.texts = texts(language).in_digits(self.look.eastern_digits)
        self._zone = ZoneInfo(zone)
        self._sensitive = sensitive

    def date(self, at: datetime) -> str:
        """Return the local date in words, the Hijri one beside it where chosen."""
        shown = format_date(at, self._zone, self.texts.code, months=self.look.months)
        return self.texts.digits(shown + self._hijri(at))

    def moment(self, at: datetime) -> str:
        """Return the local date and time in words."""
        shown = format_moment(at, self._zone, self.texts.code, months=self.look.months)
        return self.texts.digits(shown)

    def days(self, named: DaysNamed) -> Fragment:
        """Return the days of a question, as they were understood."""
        since, until = (
            self.texts.digits(format_day(one, self._zone, self.texts.code, months=self.look.months))
            for one in named
        )
        if since == until:
            return self.say("answer.day", day=since)
        return self.say("answer.days", since=since, until=until)

    def when(self, at: datetime, now: datetime | None) -> str:
        """Return the local time of day, with day and month before it when that is another day."""
        if now and at.astimezone(self._zone).date() == now.astimezone(self._zone).date():
            return self.texts.digits(format_time(at, self._zone))
        months = self.look.months
        return self.texts.digits(
            format_day_and_time(at, self._zone, self.texts.code, months=months)
        )

    def _hijri(self, at: datetime) -> str:
        hijri = format_hijri(at, self._zone, self.texts.code) if self.look.hijri else ""
        return f" ({hijri})" if hijri else ""

    def say(self, key: str, **params: object) -> Fragment:
        """Return a line of the catalogue."""
        return self.line(text(self.texts(key, **params)))

    def count(self, key: str, n: int) -> Fragment:
        """Return a line of the catalogue in the plural form for ``n``."""
        return self.line(text(self.texts.count(key, n)))

    def line(self, *pieces: Fragment) -> Fragment:
        """Return one line that runs in the language's direction; empty stays empty."""
        line = sum(pieces, Fragment())
        return right_to_left(line) if line and self.texts.right_to_left else line

    def title(self, article: Article) -> str:
        """Return the title as one line; a wholly Latin one is isolated in an Arabic line."""
        title = shorten(one_line(article.title), _TITLE_UNITS)
        if not title:
            return self.texts("part.untitled")
        latin = self.texts.right_to_left and not _ARABIC.search(title)
        return isolate(title) if latin else title

    def source(self, article: Article) -> Fragment:
        """Return the outlet's name, leading to the article where that has an address."""
        name = shorten(one_line(article.source), _NAME_UNITS) or self.texts("part.untitled")
        return link(isolate(name), article.url)

    def labels(self, article: Article) -> Fragment:
        """Return what is known of who says it: kind, stance, country; and whom it repeats."""
        known = []
        if article.outlet and article.outlet != article.source:
            known.append(isolate(shorten(one_line(article.outlet), _NAME_UNITS)))
        if article.kind in ("channel", "forward"):
            known.append(self.texts(f"sources.kind.{article.kind}"))
        if article.stance:
            known.append(self.texts(f"stance.{article.stance}"))
        if article.country:
            known.append(country_name(article.country, self.texts.code))
        shown = text(f" ({self.texts('part.comma').join(known)})") if known else Fragment()
        if not article.origin:
            return shown
        origin = isolate(shorten(one_line(article.origin), _NAME_UNITS))
        return shown + text(" " + self.texts("part.origin", name=origin))

    def edited(self, edit: Edit | None) -> Fragment:
        """Return the line of what the outlet changed after it had published."""
        if edit is None or edit.seen_at is None:
            return Fragment()
        touched = "edited.title" if edit.old_title else "edited.text"
        told = [self.texts(touched, at=self.moment(edit.seen_at))]
        told += [
            self.texts("edited.number", what=one_line(what), before=before, after=after)
            for what, before, after in edit.numbers[:_MOST_NUMBERS]
        ]
        return self.line(text("✎ " + self.texts("part.semicolon").join(told)))

    def dated(self, article: Article) -> Fragment:
        """Return when the article was published or, marked as such, first seen."""
        at = article.dated_at
        moment = self.moment(at) + self.texts.digits(self._hijri(at))
        if article.published_at is not None:
            return text(moment)
        return text(self.texts("part.first_seen", at=moment))

    def quoted(
        self,
        heading: Fragment,
        paragraph: Paragraph | None,
        footing: Fragment,
        room: int,
        matches: tuple[tuple[int, int], ...] = (),
    ) -> Fragment:
        """Return a quote between its heading and footing, of at most ``room`` units.

        Only a paragraph that does not fit in the room at all is cut: at a word, with «…», and
        with a line that says so.
        """
        if paragraph is None or not paragraph.text.strip():
            return join("\n", (heading, footing))
        hidden = self.look.spoilers and self._sensitive(paragraph.text)
        left = room - heading.units - footing.units - 2
        if utf16_length(paragraph.text) <= left:
            return join("\n", (heading, quote(paragraph.text, matches, hidden=hidden), footing))
        notice = self.say("part.cut")
        kept = shorten(paragraph.text, left - notice.units - 1)
        visible = tuple((start, min(end, len(kept) - 1)) for start, end in matches)
        cut = quote(kept, visible, hidden=hidden)
        return join("\n", (heading, cut, notice, footing))

    def headline(self, article: Article, before: str = "", after: str = "") -> Fragment:
        """Return the line of the article's title, bold, between two short marks."""
        return self.line(text(before), bold(self.title(article)), text(after))
