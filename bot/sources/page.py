"""One web page into its article: text by trafilatura, the rest by ourselves. Runs in the worker.

Trafilatura finds the body; in its fast form it is as right on Arabic pages and five times as
quick. Its dates are not used: it writes 1 January where it reads only the year. The publisher's
own lead is put before the body where the body lost it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import trafilatura
from lxml import etree
from lxml import html as lxml_html

from bot.errors import FeedError
from bot.models import NewArticle
from bot.sources.base import ParsedFeed
from bot.sources.links import absolute_link
from bot.sources.page_times import json_ld, page_moment
from bot.sources.written_dates import written_date
from bot.text.analysis import terms
from bot.text.html import html_line, html_paragraphs
from bot.text.normalize import fold
from bot.text.paragraphs import clean, split_body

_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json")
_FEED_WORDS = ("/rss", "/feed", "rss.xml", "atom.xml", "feed.xml", ".rss")
_MOST_FEEDS = 10
_LEAD_CHARS = (40, 1000)  # what is shorter says nothing, what is longer is no lead
_DATE_LINE = 90  # characters; a longer paragraph with a date in it is news
_CUT = ("...", "…", "[...]", "[…]")


def read_page(text: str, *, address: str, now: datetime) -> ParsedFeed:
    """Return the article of a page and the feeds that it names.

    Raises FeedError when there is neither.
    """
    root = _parsed(text)
    metas = _metas(root)
    canonical = absolute_link(_attribute(root, "link", "rel", "canonical", "href"), address)
    title = _title(root, metas)
    lines = html_paragraphs(text)
    body = _verbatim(_body(text, root, title), lines)
    paragraphs = (*_lost_lead(metas, title, body), *body)
    feeds = _feeds(root, address)
    name = html_line(metas.get("og:site_name", "")) or _host(address)
    if not paragraphs or not title:
        if not feeds:
            raise FeedError(key="error.page.no_article")
        return ParsedFeed(title=name, articles=(), feeds=feeds)
    article = NewArticle(
        title=title,
        paragraphs=paragraphs,
        url=canonical if _host(canonical) == _host(address) else absolute_link(address),
        published_at=page_moment(
            root, metas, lines, title=title, lead=body[0] if body else "", now=now
        ),
        language=(root.get("lang") or metas.get("og:locale", ""))[:2].lower(),
    )
    return ParsedFeed(title=name, articles=(article,), feeds=feeds)


def _parsed(text: str) -> Any:
    try:
        parser = lxml_html.HTMLParser(encoding="utf-8", recover=True, no_network=True)
        root = lxml_html.document_fromstring(clean(text).encode("utf-8"), parser=parser)
    except (etree.LxmlError, ValueError) as error:
        raise FeedError(key="error.page.no_article") from error
    return root


def _metas(root: Any) -> dict[str, str]:
    """Return the first content of each meta by name or property, in lower case."""
    metas: dict[str, str] = {}
    for meta in root.iter("meta"):
        content = (meta.get("content") or "").strip()
        for attribute in ("property", "name", "itemprop"):
            if content and (name := (meta.get(attribute) or "").strip().lower()):
                metas.setdefault(name, content)
    return metas


def _attribute(root: Any, tag: str, name: str, value: str, wanted: str) -> str:
    for element in root.iter(tag):
        if (element.get(name) or "").strip().lower() == value:
            return str(element.get(wanted) or "").strip()
    return ""


def _title(root: Any, metas: dict[str, str]) -> str:
    """Return the headline: the only h1, JSON-LD's, og:title, else the window's title."""
    headings = [html_line("".join(h1.itertext())) for h1 in root.iter("h1")]
    headings = [heading for heading in headings if len(heading) > 8]
    window = html_line(" ".join(root.xpath("//head/title//text()")[:1]))
    told = html_line(metas.get("og:title", "")) or window
    site = fold(html_line(metas.get("og:site_name", "")))
    for heading in headings:
        if fold(heading) in fold(told) or fold(heading) in fold(window):
            return heading  # the same without the outlet's name behind it
    for value in json_ld(root):
        if isinstance(value.get("headline"), str) and (line := html_line(value["headline"])):
            return line
    for separator in (" | ", " - ", " – ", " — ", " :: "):
        head, found, tail = told.rpartition(separator)
        if found and len(head) > 15 and (fold(tail) in site or len(tail) <= 25):
            return head.strip()
    return told or (headings[0] if headings else "")


def _body(text: str, root: Any, title: str) -> tuple[str, ...]:
    extracted = trafilatura.extract(
        text, fast=True, include_comments=False, include_tables=False, deduplicate=False
    )
    members = [line.strip() for line in (extracted or "").split("\n")]
    if not any(members):
        told = (value.get("articleBody") for value in json_ld(root))
        written = next((body for body in told if isinstance(body, str) and body.strip()), "")
        members = list(html_paragraphs(written)) if "<" in written else list(split_body(written))
    return tuple(member for member in members if _is_text(member, title))


def _verbatim(body: Sequence[str], lines: Sequence[str]) -> tuple[str, ...]:
    """Return the paragraphs as the page writes them: trafilatura drops joiners inside words."""
    written = {_bare(line): line for line in reversed(lines)}
    return tuple(written.get(_bare(member), member) for member in body)


def _bare(line: str) -> str:
    return "".join(character for character in line if character.isprintable()).replace(" ", "")


def _is_text(member: str, title: str) -> bool:
    """Tell whether a line belongs to the body: not the title again, a date line, or ornament."""
    if not any(character.isalpha() for character in member):
        return False
    if " ".join(fold(member).split()) == " ".join(fold(title).split()):
        return False
    return not (len(member) <= _DATE_LINE and written_date(member) and len(terms(member)) <= 11)


def _lost_lead(metas: dict[str, str], title: str, body: Sequence[str]) -> tuple[str, ...]:
    """Return the publisher's description when it is a lead that the body lacks.

    It must be whole and speak of the same things: many outlets describe themselves there.
    """
    lead = html_line(metas.get("og:description", "") or metas.get("description", ""))
    if not _LEAD_CHARS[0] <= len(lead) <= _LEAD_CHARS[1] or lead.endswith(_CUT):
        return ()
    words = _words(lead)
    if words[:8] == _words(title)[:8]:
        return ()
    start = " ".join(words[:6])
    if start in " ".join(_words(" ".join(body))):
        return ()
    stems = {term.stems[0] for term in terms(lead)}
    known = {stem for term in terms(" ".join((title, *body))) for stem in term.stems}
    return (lead,) if len(stems) >= 5 and len(stems & known) >= 0.5 * len(stems) else ()


def _words(text: str) -> list[str]:
    return [word for word in fold(text).split() if any(map(str.isalnum, word))]


def _feeds(root: Any, address: str) -> tuple[str, ...]:
    """Return the feeds that a page names, declared ones before links that look like feeds."""
    declared, linked = [], []
    for link in root.iter("link"):
        kind = (link.get("type") or "").split(";")[0].strip().lower()
        if "alternate" in (link.get("rel") or "").lower() and kind in _FEED_TYPES:
            declared.append(absolute_link(link.get("href") or "", address))
    for anchor in root.iter("a"):
        path = _path(anchor.get("href") or "")
        if any(word in path for word in _FEED_WORDS):
            linked.append(absolute_link(anchor.get("href") or "", address))
    return tuple(filter(None, dict.fromkeys([*declared, *linked])))[:_MOST_FEEDS]


def _path(address: str) -> str:
    """Return the path of an address in lower case, empty for a malformed one."""
    try:
        return urlsplit(address).path.lower()
    except ValueError:
        return ""


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
