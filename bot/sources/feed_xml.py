"""RSS, RDF and Atom into articles, by feedparser after our own decoding. Runs in the worker.

feedparser is given clean UTF-8 without prolog and document type: it guesses encodings wrongly,
and a document type can only do harm. It is not trusted with times and HTML either.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import feedparser

from bot.errors import FeedError
from bot.models import NewArticle
from bot.sources.base import ParsedFeed
from bot.sources.links import absolute_link
from bot.sources.moments import published_moment
from bot.text.html import html_line, html_paragraphs
from bot.text.paragraphs import clean, split_body, title_from

MOST_ARTICLES = 2000  # of one feed; whole archives are not for polling
_PROLOG = re.compile(r"<\?xml\b[^>]{0,500}\?>", re.IGNORECASE)
_TAG = re.compile(r"<[A-Za-z/!]")
_PAGE = re.compile(r"\s*(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html)\b", re.I | re.S)
_ROOT = re.compile(r"<(?:rss|feed|[\w-]+:(?:rdf|feed|rss)|rdf|channel)\b", re.IGNORECASE)
# «&#55296;» and the like name no character; feedparser gives up the whole feed over one.
_REFERENCE = re.compile(r"&#(?:[xX]([0-9a-fA-F]+)|([0-9]+));?")


def read_xml(text: str, *, address: str, now: datetime) -> ParsedFeed:
    """Return the feed in ``text``; relative links count from ``address``. Raises FeedError."""
    if _PAGE.match(text[:5000]):
        raise FeedError(key="error.feed.page")
    root = _ROOT.search(text)
    if root is None:
        raise FeedError(key="error.feed.unreadable")
    # What stands before the root is prolog, document type, junk and comments; namespaces of
    # the root itself are kept.
    body = _REFERENCE.sub(_kept_reference, clean(_PROLOG.sub("", text[root.start() :])))
    parsed = feedparser.parse(
        io.BytesIO(b'<?xml version="1.0" encoding="utf-8"?>' + body.encode("utf-8")),
        response_headers={"content-type": "application/xml; charset=utf-8"},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    if not parsed.version and not parsed.entries:
        raise FeedError(key="error.feed.unreadable")
    members = parsed.entries[:MOST_ARTICLES]
    base = absolute_link(str(parsed.feed.get("link", "")), address) or address
    guids, links = _counted(members, "id"), Counter(_link(one, base) for one in members)
    articles = [_article(one, base, guids, links, now) for one in members]
    found = tuple(article for article in articles if article is not None)
    return ParsedFeed(
        title=html_line(str(parsed.feed.get("title", "")))[:200],
        articles=found,
        left_out=len(parsed.entries) - len(found),
    )


def _kept_reference(found: re.Match[str]) -> str:
    digits = (found[1] or found[2]).lstrip("0")
    code = int(digits, 16 if found[1] else 10) if 0 < len(digits) < 8 else 0
    usable = code in (9, 10, 13) or 0x20 <= code < 0xD800 or 0xE000 <= code < 0x110000
    return found[0] if usable else ""


def _article(
    member: Mapping[str, Any],
    base: str,
    guids: Counter[str],
    links: Counter[str],
    now: datetime,
) -> NewArticle | None:
    paragraphs = _paragraphs(member)
    title = html_line(str(member.get("title", ""))) or (
        title_from(paragraphs[0]) if paragraphs else ""
    )
    if not title:
        return None
    guid, url = str(member.get("id", "")).strip(), _link(member, base)
    if guids[guid] != 1:
        guid = ""
    return NewArticle(
        title=title,
        paragraphs=paragraphs or (title,),  # a flash is its headline
        url=url,
        guid=guid or known_by_title(title, links[url]),
        published_at=published_moment(_written_time(member), now),
        language=str(member.get("language", ""))[:2].lower(),
    )


def known_by_title(title: str, same_link: int) -> str:
    """Return a guid made of the title when the link is shared within the feed, else ""."""
    return f"title:{title}" if same_link > 1 else ""


def _paragraphs(member: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the longest text that the feed has of the article, in paragraphs."""
    texts = [*member.get("content", ()), member.get("summary_detail") or {}]
    read = [_detail_paragraphs(text) for text in texts]
    return max(read, key=lambda paragraphs: sum(map(len, paragraphs)), default=())


def _detail_paragraphs(detail: Mapping[str, Any]) -> tuple[str, ...]:
    value = str(detail.get("value", ""))
    if detail.get("type") == "text/plain" and not _TAG.search(value):
        return tuple(html_line(paragraph) for paragraph in split_body(value))
    return html_paragraphs(value)


def _link(member: Mapping[str, Any], base: str) -> str:
    """Return the article's own address, else that of its first enclosure."""
    others = (str(link.get("href", "")) for link in member.get("links", ()))
    candidates = (
        absolute_link(link, base) for link in [str(member.get("link", "")), *others] if link
    )
    return next(filter(None, candidates), "")


def _written_time(member: Mapping[str, Any]) -> str:
    """Return the time as written: of publication, else of the last change."""
    for name in ("published", "updated", "created"):
        if name in member:
            return str(member[name])
    return ""


def _counted(members: Iterable[Mapping[str, Any]], name: str) -> Counter[str]:
    return Counter(str(member.get(name, "")).strip() for member in members if member.get(name))
