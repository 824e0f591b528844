"""Channels through their public page: text, time, link, who said it first, edits."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.errors import FeedError
from bot.models import Source, SourceKind
from bot.sources.channel import channel_page, read_channel
from bot.sources.identity import identity_of
from tests.unit.sources.channel_page import FORWARDED, page, post

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ADDRESS = "https://t.me/s/furat_sample"
TEXT = "فتح الجسر<br/><br/>فُتح الجسر أمام السيارات صباح اليوم.<br/>ويعبره ألف شخص."


def test_a_post_becomes_an_article_with_its_link_and_time() -> None:
    feed = read_channel(page(post(7, TEXT)), address=ADDRESS, now=NOW)

    (article,) = feed.articles
    assert feed.title == "أخبار الفرات"
    assert article.title == "فتح الجسر"
    assert article.paragraphs == ("فُتح الجسر أمام السيارات صباح اليوم.", "ويعبره ألف شخص.")
    assert article.url == "https://t.me/furat_sample/7"
    assert article.published_at == datetime(2026, 11, 22, 10, tzinfo=UTC)
    assert article.origin == ""


def test_a_forwarded_post_keeps_who_said_it_first() -> None:
    text = page(post(8, TEXT, inside=FORWARDED))

    (article,) = read_channel(text, address=ADDRESS, now=NOW).articles

    assert article.origin == "الدفاع المدني https://t.me/civil_sample/55"


def test_a_post_without_text_is_left_out_and_counted() -> None:
    feed = read_channel(page(post(1, ""), post(2, TEXT), post(3, "👍")), address=ADDRESS, now=NOW)

    assert [one.url[-2:] for one in feed.articles] == ["/2"]
    assert feed.left_out == 2


def test_the_quotation_of_an_answered_post_is_not_its_text() -> None:
    text = page(post(9, "نص الجواب نفسه.", reply="نص آخر قيل أمس."))

    (article,) = read_channel(text, address=ADDRESS, now=NOW).articles

    assert article.paragraphs == ("نص الجواب نفسه.",)


def test_links_bold_and_emoji_inside_a_post_are_words_of_it() -> None:
    link, emoji = '<a href="https://x.example">هنا</a>', '<i class="emoji"><b>🔴</b></i>'
    marked = f"قال <b>المجلس</b> {link} {emoji} إنه فُتح."

    (article,) = read_channel(page(post(4, marked)), address=ADDRESS, now=NOW).articles

    assert article.paragraphs == ("قال المجلس هنا 🔴 إنه فُتح.",)


def test_an_edited_post_keeps_its_identity_with_another_text() -> None:
    source = Source(id=1, kind=SourceKind.CHANNEL, name="أخبار الفرات", address=ADDRESS)
    (old,) = read_channel(page(post(7, "قتل 12.")), address=ADDRESS, now=NOW).articles
    (new,) = read_channel(page(post(7, "قتل 9.", edited=True)), address=ADDRESS, now=NOW).articles

    assert identity_of(source, old) == identity_of(source, new)
    assert old.paragraphs != new.paragraphs


@pytest.mark.parametrize("text", ["", "<html>", page(), "<div class='tgme_page_title'>س</div>"])
def test_a_channel_that_shows_no_posts_is_refused_in_its_own_words(text: str) -> None:
    with pytest.raises(FeedError) as caught:
        read_channel(text, address=ADDRESS, now=NOW)

    assert caught.value.key == "error.channel.no_preview"


@pytest.mark.parametrize(
    ("written", "page_address"),
    [
        ("@furat_sample", ADDRESS),
        ("t.me/furat_sample", ADDRESS),
        ("https://t.me/s/furat_sample?before=9", ADDRESS),
        ("https://t.me/joinchat", ""),
        ("https://t.me/+AbCdEf", ""),
        ("https://evil.example/t.me/furat_sample", ""),
        ("furat_sample", ""),
        ("@no", ""),
    ],
)
def test_a_channel_is_known_by_its_name_in_any_form(written: str, page_address: str) -> None:
    assert channel_page(written) == page_address
