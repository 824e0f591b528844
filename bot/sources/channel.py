"""The public preview page of a Telegram channel (``t.me/s/NAME``) into articles. In the worker.

Each post with text is an article whose address is the post's own, so that an edited post becomes a
revision, and the same post forwarded by an admin is known. Of a forwarded post the page tells who
said it first. Posts without text (pictures, polls) are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from bot.errors import FeedError, TextRefusedError
from bot.models import NewArticle
from bot.sources.base import ParsedFeed
from bot.sources.links import absolute_link
from bot.sources.moments import published_moment
from bot.text.html import html_line
from bot.text.paragraphs import clean, split_post

_ADDRESS = re.compile(
    r"(?:@|(?:https?://)?(?:www\.)?(?:t\.me|telegram\.me|telegram\.dog)/(?:s/)?)"
    r"(?P<name>[A-Za-z][A-Za-z0-9_]{3,31})/?(?:\?.*)?",
    re.IGNORECASE,
)
_NOT_CHANNELS = frozenset({"joinchat", "addstickers", "proxy", "share", "contact", "addlist"})
_POST = re.compile(r"[A-Za-z][A-Za-z0-9_]{3,31}/\d{1,12}")
_MOST_POSTS = 200


def channel_page(address: str) -> str:
    """Return the preview page of the channel that is meant by ``address``, else "".

    Understood are ``@name``, ``t.me/name`` and ``https://t.me/s/name``.
    """
    found = _ADDRESS.fullmatch(address.strip())
    if found is None or found["name"].lower() in _NOT_CHANNELS:
        return ""
    return f"https://t.me/s/{found['name']}"


def read_channel(text: str, *, address: str, now: datetime) -> ParsedFeed:
    """Return the posts of a channel's page, oldest first; raises FeedError when it shows none."""
    try:
        root = lxml_html.document_fromstring(clean(text))
    except (etree.LxmlError, ValueError) as error:
        raise FeedError(key="error.channel.no_preview") from error
    posts = list(_with_class(root, "tgme_widget_message"))[-_MOST_POSTS:]
    if not posts:
        raise FeedError(key="error.channel.no_preview")
    articles = [_article(post, now) for post in posts]
    found = tuple(article for article in articles if article is not None)
    titles = [
        *_with_class(root, "tgme_channel_info_header_title"),
        *_with_class(root, "tgme_page_title"),
    ]
    name = html_line("".join(titles[0].itertext())) if titles else ""
    return ParsedFeed(
        title=name or address.rstrip("/").rpartition("/")[2],
        articles=found,
        left_out=len(posts) - len(found),
    )


def _article(post: Any, now: datetime) -> NewArticle | None:
    number = post.get("data-post") or ""
    texts = [
        one for one in _with_class(post, "tgme_widget_message_text") if not _is_reply(one, post)
    ]
    if not _POST.fullmatch(number) or not texts:
        return None
    try:
        article = split_post("\n".join(map(_plain, texts)))
    except TextRefusedError:
        return None
    return NewArticle(
        title=article.title,
        paragraphs=article.paragraphs,
        url=f"https://t.me/{number}",
        published_at=_time(post, now),
        origin=_origin(post),
    )


def _time(post: Any, now: datetime) -> datetime | None:
    """Return the time beside the post's own link; times inside quoted posts are others'."""
    for link in _with_class(post, "tgme_widget_message_date"):
        for element in link.iter("time"):
            return published_moment(element.get("datetime") or "", now)
    return None


def _origin(post: Any) -> str:
    """Return who said a forwarded post first: the name, with the link of a public post."""
    for element in _with_class(post, "tgme_widget_message_forwarded_from_name"):
        name = html_line("".join(element.itertext()))
        link = absolute_link(element.get("href") or "")
        return f"{name} {link}".strip()[:300]
    return ""


def _is_reply(element: Any, post: Any) -> bool:
    """Tell whether a text stands in the quotation of the post that is answered."""
    while element is not None and element is not post:
        classes = (element.get("class") or "").split()
        if "tgme_widget_message_reply" in classes or "js-message_reply_text" in classes:
            return True
        element = element.getparent()
    return False


def _plain(element: Any) -> str:
    """Return the text of a post with its line breaks."""
    pieces: list[str] = []
    for event, inner in etree.iterwalk(element, events=("start", "end", "comment", "pi")):
        if event == "start":
            pieces.append("\n" if inner.tag == "br" else "")
            pieces.append(inner.text or "")
        elif event != "start" and inner is not element:
            pieces.append(inner.tail or "")
    return "".join(pieces)


def _with_class(root: Any, name: str) -> Iterator[Any]:
    for element in root.iter(etree.Element):
        if name in (element.get("class") or "").split():
            yield element
