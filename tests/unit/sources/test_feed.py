"""Feeds of every kind and in every state of repair give true articles; bombs harm nobody."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import re
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.errors import FeedError
from bot.sources.base import ParsedFeed
from bot.sources.parser import ParserProcess
from bot.sources.worker import parse_feed
from tests.unit.sources.feed_texts import RSS, TEXT, TITLE, member, rss

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ADDRESS = "https://news.example/feeds/rss"


def _parse(feed: str | bytes, content_type: str = "") -> ParsedFeed:
    body = feed if isinstance(feed, bytes) else feed.encode()
    return parse_feed(body, content_type=content_type, address=ADDRESS, now=NOW)


def test_an_article_is_read_with_all_that_it_has() -> None:
    feed = _parse(rss(member(language="ar")))

    (article,) = feed.articles
    assert feed.title == "أخبار"
    assert (article.title, article.paragraphs) == (TITLE, (TEXT,))
    assert (article.url, article.guid) == ("https://news.example/a/1", "id-1")
    assert article.published_at == datetime(2018, 4, 14, 7, tzinfo=UTC)


STATES = {
    "windows-1256, declared": (
        RSS.replace('"1.0"?', '"1.0" encoding="windows-1256"?').encode("cp1256"), ""),
    "windows-1256, undeclared": (RSS.encode("cp1256"), ""),
    "windows-1256, declared as UTF-8": (
        RSS.replace('"1.0"?', '"1.0" encoding="utf-8"?').encode("cp1256"),
        "text/xml; charset=utf-8"),
    "UTF-16": (RSS.replace('"1.0"?', '"1.0" encoding="utf-16"?').encode("utf-16"), ""),
    "UTF-8, declared as windows-1256": (
        RSS.replace('"1.0"?', '"1.0" encoding="windows-1256"?').encode(), ""),
    "mark and junk before the prolog": (("\ufeff\n<!-- x -->\n" + RSS).encode(), ""),
    "no prolog": (RSS.split("?>")[1].encode(), ""),
    "broken prolog": (RSS.replace("?>", ">", 1).encode(), ""),
    "control characters": (RSS.replace("<title>", "\x0b<title>\x08").encode(), ""),
    "bare ampersands": (
        RSS.replace("<guid>", "<category>A & B &nbsp;</category><guid>").encode(), ""),
    "document type": (
        RSS.replace("<rss", "<!DOCTYPE rss PUBLIC '-//N//DTD RSS 0.91//EN' 'http://n/x.dtd'><rss")
        .encode(), ""),
    "references to no character": (
        RSS.replace("<title>", "<title>&#xD800;&#0;&#x110000;&#99999999999;"
        ).replace("<guid>", "<category>&#55296;</category><guid>").encode(), ""),
    "packed": (gzip.compress(RSS.encode()), ""),
    "cut short": (RSS[: RSS.index("</channel>")].encode(), ""),
}  # fmt: skip


@pytest.mark.parametrize(("body", "content_type"), STATES.values(), ids=STATES.keys())
def test_a_feed_in_any_state_gives_its_true_text(body: bytes, content_type: str) -> None:
    (article,) = _parse(body, content_type).articles

    assert (article.title, article.paragraphs) == (TITLE, (TEXT,))


def test_the_full_text_is_preferred_to_the_summary_and_keeps_its_paragraphs() -> None:
    full = f"<content:encoded><![CDATA[<p>{TEXT}</p><p>فقرة ثانية.</p>]]></content:encoded>"

    (article,) = _parse(rss(member().replace("</item>", f"{full}</item>"))).articles

    assert article.paragraphs == (TEXT, "فقرة ثانية.")


def test_atom_gives_articles_with_links_relative_to_its_base() -> None:
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://base.example/x/">'
        f'<title>أخبار</title><entry><title type="html">&lt;b&gt;{TITLE}&lt;/b&gt;</title>'
        f'<id>tag:1</id><link href="a/1"/><updated>2018-04-14T10:00:00Z</updated>'
        f'<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>{TEXT}</p></div>'
        "</content></entry></feed>"
    )

    (article,) = _parse(atom).articles

    assert (article.title, article.paragraphs) == (TITLE, (TEXT,))
    assert article.url == "https://base.example/x/a/1"
    assert article.published_at == datetime(2018, 4, 14, 10, tzinfo=UTC)


def test_a_json_feed_gives_articles_too() -> None:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "أخبار",
        "home_page_url": "https://news.example/",
        "items": [
            {"id": 7, "url": "/a/7", "title": TITLE, "content_html": f"<p>{TEXT}</p>",
             "date_published": "2018-04-14T10:00:00Z"},
            {"id": "8", "content_text": f"{TEXT}\n\nفقرة \ud800ثانية."},
            "not an article", {},
        ],
    }  # fmt: skip

    parsed = _parse(json.dumps(feed))

    assert [article.guid for article in parsed.articles] == ["7", "8"]
    assert parsed.articles[0].url == "https://news.example/a/7"
    assert parsed.articles[1].paragraphs == (TEXT, "فقرة ثانية.")
    assert parsed.articles[1].title == TEXT.rstrip(".")
    assert parsed.left_out == 2


def test_a_guid_counts_only_when_no_other_article_of_the_feed_has_it() -> None:
    feed = _parse(rss(member(1, guid="same"), member(2, guid="same"), member(3)))

    assert [article.guid for article in feed.articles] == ["", "", "id-3"]


def test_articles_that_share_one_link_are_known_by_their_headlines() -> None:
    home = "https://news.example/"
    first = member(guid="", link=home, title="خبر أول")

    feed = _parse(rss(first, member(guid="", link=home, title="خبر ثان")))

    assert [article.guid for article in feed.articles] == ["title:خبر أول", "title:خبر ثان"]
    assert {article.url for article in feed.articles} == {home}


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("/a/1", "https://news.example/a/1"),
        ("javascript:alert(1)", ""),
        ("file:///etc/passwd", ""),
        ("https://user:pw@news.example/", ""),
    ],
)
def test_links_are_absolute_and_of_the_web_or_left_out(link: str, expected: str) -> None:
    (article,) = _parse(rss(member(link=link))).articles

    assert article.url == expected


@pytest.mark.parametrize("written", ["Sat, 14 Apr 2099 10:00:00 GMT", "", "2018", "غير معروف"])
def test_a_time_that_cannot_be_right_is_left_out(written: str) -> None:
    (article,) = _parse(rss(member(pubDate=written))).articles

    assert article.published_at is None


def test_titles_are_plain_and_missing_ones_come_from_the_text() -> None:
    marked = member(1, title="<![CDATA[\u200f<b>عودة</b> الأهالي &amp; غيرهم]]>")

    feed = _parse(rss(marked, member(2, title="")))

    assert [article.title for article in feed.articles] == [
        "عودة الأهالي & غيرهم",
        TEXT.rstrip("."),
    ]


def test_a_flash_without_text_is_its_headline_and_nothing_at_all_is_left_out() -> None:
    feed = _parse(rss(member(1, description=""), member(2, title="", description="")))

    assert [article.paragraphs for article in feed.articles] == [(TITLE,)]
    assert feed.left_out == 1


@pytest.mark.parametrize(
    ("body", "key"),
    [
        (b"", "error.feed.empty"),
        (b" \n", "error.feed.empty"),
        (b"<!DOCTYPE html><html><head><title>x</title></head></html>", "error.feed.page"),
        (b"<!-- x --><html><rss></rss></html>", "error.feed.page"),
        (b"hello", "error.feed.unreadable"),
        (b"<note><to>x</to></note>", "error.feed.unreadable"),
        (b"{}", "error.feed.unreadable"),
        (b"[" * 200_000, "error.feed.unreadable"),
        (b"\x1f\x8bbroken", "error.feed.unreadable"),
        (gzip.compress(bytes(60_000_000)), "error.feed.unreadable"),
        (b"%PDF-1.7", "error.feed.unreadable"),
    ],
)
def test_what_is_no_feed_is_refused_with_the_reason(body: bytes, key: str) -> None:
    with pytest.raises(FeedError) as caught:
        _parse(body)

    assert caught.value.key == key


def test_a_valid_feed_without_articles_is_a_feed() -> None:
    assert _parse(rss()).articles == ()


def test_entities_of_a_document_type_are_neither_multiplied_nor_read_from_disk() -> None:
    secret = Path(__file__)
    declared = (
        f"<!DOCTYPE rss [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '{'&a;' * 10}'>"
        f"<!ENTITY f SYSTEM '{secret.as_uri()}'>]><rss"
    )

    (article,) = _parse(rss(member(title="خبر &b; &f;")).replace("<rss", declared, 1)).articles

    assert "aaaa" not in article.title
    assert "ParsedFeed" not in article.title


@pytest.fixture
async def worker() -> AsyncIterator[ParserProcess]:
    opened = ParserProcess(wall_s=5)
    yield opened
    await opened.close()


async def _read(worker: ParserProcess, body: bytes) -> ParsedFeed:
    return await worker.read(body, content_type="", address=ADDRESS, now=NOW)


async def test_the_worker_gives_back_what_parsing_gives(worker: ParserProcess) -> None:
    body = rss(*(member(n) for n in range(60))).encode()

    assert await _read(worker, body) == _parse(body)


async def test_a_refusal_comes_through_and_the_worker_goes_on(worker: ParserProcess) -> None:
    with pytest.raises(FeedError) as caught:
        await _read(worker, b"hello")

    assert caught.value.key == "error.feed.unreadable"
    assert len((await _read(worker, RSS.encode())).articles) == 1


BOMBS = {
    "attributes": rss("<item " + " ".join(f"a{n}='1'" for n in range(60_000)) + "></item>"),
    "open comments": rss(member(description="<![CDATA[" + "<!--" * 300_000 + "]]>")),
    "depth": rss("<a>" * 300_000),
    "open tags": "<rss><channel><item>" + "<a " * 400_000,
    "ampersands": rss(member(title="&" * 500_000)),
    "open sections": "<rss><channel>" + "<item><title><![CDATA[" * 100_000,
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS.keys())
async def test_a_bomb_ends_within_seconds_and_the_next_feed_is_read(
    worker: ParserProcess, bomb: str
) -> None:
    await _read(worker, RSS.encode())
    started, lag = time.monotonic(), asyncio.create_task(_worst_lag())

    try:
        await _read(worker, bomb.encode())
    except FeedError as error:
        assert error.key in ("error.feed.too_heavy", "error.feed.unreadable")
    took = time.monotonic() - started
    lag.cancel()

    assert took < 7
    assert await lag < 0.5, "the loop was blocked"
    assert len((await _read(worker, RSS.encode())).articles) == 1


async def _worst_lag() -> float:
    worst = 0.0
    try:
        while True:
            before = time.monotonic()
            await asyncio.sleep(0.01)
            worst = max(worst, time.monotonic() - before - 0.01)
    except asyncio.CancelledError:
        return worst


async def test_at_least_one_bomb_needs_the_limits() -> None:
    worker = ParserProcess(wall_s=0.3)

    with pytest.raises(FeedError) as caught:
        await _read(worker, BOMBS["attributes"].encode())
    await worker.close()

    assert caught.value.key == "error.feed.too_heavy"


async def test_a_cancelled_read_does_not_disturb_the_next(worker: ParserProcess) -> None:
    await _read(worker, RSS.encode())
    reading = asyncio.create_task(_read(worker, rss(*(member(n) for n in range(900))).encode()))
    await asyncio.sleep(0.01)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading

    assert len((await _read(worker, RSS.encode())).articles) == 1


FEEDS = Path(os.environ.get("MUJAZ_EVAL_DATA", "../shared/data"), "feeds")
FEED_FILES = [p for p in sorted(FEEDS.glob("*")) if p.suffix in (".xml", ".json", ".rss")]
MOJIBAKE = re.compile(r"[ÃØÙ][\x80-\xbf\u2018-\u203a]|[ظط][^\w\s]|\ufffd")


@pytest.mark.skipif(not FEED_FILES, reason="the evaluation data are not here")
async def test_real_and_broken_feeds_give_their_articles_without_wrong_letters(
    worker: ParserProcess,
) -> None:
    empty, wrong = [], []

    for path in FEED_FILES:
        feed = await _read(worker, path.read_bytes())
        text = " ".join(f"{one.title} {' '.join(one.paragraphs)}" for one in feed.articles)
        if not feed.articles or not all(one.url and one.paragraphs for one in feed.articles):
            empty.append(path.name)
        if len(MOJIBAKE.findall(text)) > len(text) / 1000:
            wrong.append(path.name)

    assert empty == []
    assert wrong == []
