"""One article has one identity, however often and in whatever dress it comes."""

from __future__ import annotations

import pytest

from bot.models import NewArticle, Source, SourceKind
from bot.sources.identity import arrival_of, canonical_url, identity_of
from bot.sources.links import absolute_link

FEED = Source(id=1, kind=SourceKind.FEED, name="أول", address="https://one.example/rss")
OTHER = Source(id=2, kind=SourceKind.FEED, name="ثان", address="https://two.example/rss")


def _article(title: str = "عودة الأهالي", url: str = "", guid: str = "") -> NewArticle:
    return NewArticle(title=title, paragraphs=("عاد الأهالي.",), url=url, guid=guid)


@pytest.mark.parametrize(
    "address",
    [
        "https://news.example/a/1",
        "http://news.example/a/1/",
        "https://www.news.example:443/a/1?utm_source=x&utm_medium=y#part",
        "HTTPS://NEWS.example/a/1?fbclid=abc&gclid=1",
        "https://news.example/a/%31?at_medium=RSS",
    ],
)
def test_an_address_in_other_dress_is_the_same_page(address: str) -> None:
    assert canonical_url(address) == "news.example/a/1"


def test_what_names_the_page_stays_in_its_address() -> None:
    assert canonical_url("http://n.example/?p=2&a=1&utm_id=3") == "n.example?a=1&p=2"
    assert canonical_url("http://n.example/?p=2") != canonical_url("http://n.example/?p=3")
    assert canonical_url("http://n.example:8080/") != canonical_url("http://n.example/")
    assert canonical_url("https://n.example/خبر") == canonical_url(
        "https://n.example/%D8%AE%D8%A8%D8%B1"
    )


def test_a_guid_means_something_within_its_source_only() -> None:
    assert identity_of(FEED, _article(guid="7")) == identity_of(FEED, _article("آخر", guid="7"))
    assert identity_of(FEED, _article(guid="7")) != identity_of(OTHER, _article(guid="7"))


def test_an_article_in_two_feeds_of_one_outlet_is_one() -> None:
    address = "https://news.example/a/1"

    first = identity_of(FEED, _article(guid=address, url=f"{address}?utm_source=rss"))

    assert first == identity_of(OTHER, _article(guid=f"{address}?utm_source=x"))
    assert first == identity_of(OTHER, _article(url=address))


def test_two_posts_of_a_live_page_are_two_and_are_still_found_by_its_address() -> None:
    page = "https://news.example/live/1"
    first, second = (arrival_of(FEED, _article(guid=f"{page}#{n}", url=page)) for n in (1, 2))

    assert first.identity != second.identity
    assert first.others == second.others == (identity_of(FEED, _article(url=page)),)


def test_without_guid_and_address_the_words_count_and_their_spelling_does_not() -> None:
    first = identity_of(FEED, _article("عودة الأهالي"))

    assert first == identity_of(OTHER, _article("عَودة  الاهالى!"))
    assert first != identity_of(FEED, _article("عودة 3 من الأهالي"))


def test_an_article_goes_under_its_address_and_its_words_beside_its_guid() -> None:
    words = ("عاد الأهالي إلى بيوتهم بعد انتهاء القصف. " * 6,)
    long = NewArticle(title="عودة", paragraphs=words, url="https://n.example/1", guid="7")
    new_guid = NewArticle(title="عادوا", paragraphs=words, url="https://n.example/2", guid="8")
    short = _article(guid="7")

    assert len(set(arrival_of(FEED, long).others)) == 2
    assert len(set(arrival_of(FEED, long).others) & set(arrival_of(FEED, new_guid).others)) == 1
    assert not set(arrival_of(FEED, long).others) & set(arrival_of(OTHER, new_guid).others), (
        "the words of another outlet are a copy, not the same article"
    )
    assert arrival_of(FEED, short).others == (), "a formula may be said again and be news"
    assert arrival_of(FEED, long).identity not in arrival_of(FEED, long).others


@pytest.mark.parametrize(
    ("link", "base", "absolute"),
    [
        ("/a/1", "https://news.example/rss", "https://news.example/a/1"),
        (" https://news.example/\n1 ", "", "https://news.example/1"),
        ("//news.example/1", "https://other.example/", "https://news.example/1"),
        ("/a/1", "", ""),
        ("javascript:alert(1)", "https://news.example/", ""),
        ("https://user:pw@news.example/", "", ""),
        ("http://[broken", "", ""),
        ("http:///1", "", ""),
        ("https://news.example/" + "x" * 3000, "", ""),
    ],
)
def test_links_are_absolute_and_of_the_web_or_nothing(link: str, base: str, absolute: str) -> None:
    assert absolute_link(link, base) == absolute
