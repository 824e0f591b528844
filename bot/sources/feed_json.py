"""JSON Feed into articles. Runs in the worker."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from bot.errors import FeedError
from bot.models import NewArticle
from bot.sources.base import ParsedFeed
from bot.sources.feed_xml import MOST_ARTICLES, known_by_title
from bot.sources.links import absolute_link
from bot.sources.moments import published_moment
from bot.text.html import html_line, html_paragraphs
from bot.text.paragraphs import split_body, title_from


def read_json(text: str, *, address: str, now: datetime) -> ParsedFeed:
    """Return the feed in ``text``; relative links count from ``address``. Raises FeedError."""
    try:
        feed = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FeedError(key="error.feed.unreadable") from error
    members = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(members, list):
        raise FeedError(key="error.feed.unreadable")
    usable = [member for member in members[:MOST_ARTICLES] if isinstance(member, dict)]
    base = absolute_link(_text(feed, "home_page_url"), address) or address
    guids = Counter(_text(member, "id") for member in usable)
    links = Counter(_link(member, base) for member in usable)
    articles = [_article(member, base, guids, links, now) for member in usable]
    found = tuple(article for article in articles if article is not None)
    title = html_line(_text(feed, "title"))[:200]
    return ParsedFeed(title=title, articles=found, left_out=len(members) - len(found))


def _article(
    member: Mapping[str, object],
    base: str,
    guids: Counter[str],
    links: Counter[str],
    now: datetime,
) -> NewArticle | None:
    paragraphs = (
        html_paragraphs(_text(member, "content_html"))
        or split_body(_text(member, "content_text"))
        or split_body(_text(member, "summary"))
    )
    title = html_line(_text(member, "title")) or (title_from(paragraphs[0]) if paragraphs else "")
    if not title:
        return None
    guid, url = _text(member, "id"), _link(member, base)
    if guids[guid] != 1:
        guid = ""
    written = _text(member, "date_published") or _text(member, "date_modified")
    return NewArticle(
        title=title,
        paragraphs=paragraphs or (title,),  # a flash is its headline
        url=url,
        guid=guid or known_by_title(title, links[url]),
        published_at=published_moment(written, now),
        language=_text(member, "language")[:2].lower(),
    )


def _link(member: Mapping[str, object], base: str) -> str:
    own = absolute_link(_text(member, "url"), base) if member.get("url") else ""
    return own or absolute_link(_text(member, "external_url"))


def _text(member: Mapping[str, object], name: str) -> str:
    """Return a member's text; numbers occur as ids and are written out."""
    value = member.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value.strip() if isinstance(value, str) else ""
