"""Pages of our own writing, in the shapes of real ones: body, lead, title, time, feeds."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import pytest

from bot.errors import FeedError
from bot.models import NewArticle
from bot.sources.page import read_page

utc = partial(datetime, tzinfo=UTC)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ADDRESS = "https://www.outlet.example/news/7?utm_source=x"
TITLE = "عودة الأهالي إلى بلدة السفيرة بعد فتح الطريق"
LEAD = (
    "عاد مئات الأهالي إلى بلدة السفيرة صباح الثلاثاء بعد فتح الطريق الذي أغلقته السيول شهرا كاملا."
)
BODY = (
    "وقال رئيس المجلس المحلي إن فرق الصيانة أصلحت الجسر وأزالت الطين من الشوارع خلال عشرة أيام.",
    "وأضاف أن المدارس ستفتح أبوابها الأحد المقبل وأن المياه عادت إلى معظم أحياء بلدة السفيرة.",
    "وكانت السيول قد جرفت الجسر في الشهر الماضي وعزلت البلدة عن الطريق العام وعن قرى الجوار.",
)
MENU = (
    "<nav><ul>"
    + "".join(f"<li><a href='/s/{n}'>قسم {n}</a></li>" for n in range(9))
    + "</ul></nav>"
)


def page(
    *, head: str = "", before: str = "", body: tuple[str, ...] = BODY, title: str = TITLE
) -> str:
    paragraphs = "".join(f"<p>{text}</p>" for text in body)
    return (
        f"<!doctype html><html lang='ar'><head><title>{title} | موقع النموذج</title>{head}</head>"
        f"<body>{MENU}<article><h1>{title}</h1>{before}{paragraphs}</article>"
        "<aside><h3>اقرأ أيضا</h3><a href='/x'>خبر آخر لا صلة له</a></aside>"
        "<footer>جميع الحقوق محفوظة</footer></body></html>"
    )


def read(text: str) -> NewArticle:
    (article,) = read_page(text, address=ADDRESS, now=NOW).articles
    return article


def test_the_body_comes_out_word_for_word_without_what_stands_around_it() -> None:
    article = read(page())

    assert article.title == TITLE
    assert article.paragraphs == BODY
    assert article.language == "ar"


def test_joiners_inside_words_are_kept() -> None:
    text = (
        "می\u200cدانند که خانه\u200cها خالی است و مردم شهر هنوز"
        " به خانه\u200cهای خود بازنگشته\u200cاند."
    )

    assert text in read(page(body=(*BODY, text))).paragraphs


def test_a_lead_that_the_body_lost_is_put_before_it() -> None:
    head = f'<meta property="og:description" content="{LEAD}">'

    assert read(page(head=head)).paragraphs == (LEAD, *BODY)


@pytest.mark.parametrize(
    "description",
    [
        BODY[0],
        TITLE,
        LEAD[:60] + "...",
        "موقع النموذج شبكة إخبارية مستقلة تغطي الاقتصاد والرياضة والفنون والسياحة في العالم كله",
        "خبر",
    ],
    ids=["in the body", "the title", "cut", "about the outlet", "too short"],
)
def test_a_description_that_is_no_lost_lead_is_left_out(description: str) -> None:
    head = f'<meta property="og:description" content="{description}">'

    assert read(page(head=head)).paragraphs == BODY


JSON_LD = '<script type="application/ld+json">{"@graph":[{"@type":"NewsArticle",%s}]}</script>'


@pytest.mark.parametrize(
    ("head", "before", "published_at"),
    [
        (JSON_LD % '"datePublished":"2026-03-05T10:00:00+03:00"', "", utc(2026, 3, 5, 7)),
        ('<script type="application/ld+json">{? "datePublished": "2026-03-05T07:00:00Z"</script>',
         "", utc(2026, 3, 5, 7)),
        ('<meta property="article:published_time" content="2026-03-05T07:00:00Z">', "",
         utc(2026, 3, 5, 7)),
        ("", '<time datetime="2026-03-05T07:00:00Z">أمس</time>', utc(2026, 3, 5, 7)),
        ("", "<span>الخميس، 05 آذار/مارس 2026، آخر تحديث 10:00 (GMT+0300)</span>",
         utc(2026, 3, 5, 7)),
        ("", "<div>نشر في ٥ شباط ٢٠٢٦ - ١٠:٠٠ صباحا</div>", utc(2026, 2, 5, 7)),
        ('<meta name="date" content="2026-03-05">', "<p>5 مارس 2026 10:00 م</p>",
         utc(2026, 3, 5, 19)),
        ('<meta name="date" content="2026-03-05">', "", utc(2026, 3, 5)),
        ('<meta name="date" content="2026-01-01">', "<div>5 آذار 2026</div>", utc(2026, 3, 5)),
        ('<meta name="date" content="2026-01-01">', "", None),
        ('<meta name="date" content="2026">', "", None),
        ("", "<div>آذار 2026</div>", None),
        ('<meta property="article:published_time" content="2099-03-05T07:00:00Z">', "", None),
        ("", "", None),
    ],
)  # fmt: skip
def test_the_time_is_what_the_page_says_and_never_guessed(
    head: str, before: str, published_at: datetime | None
) -> None:
    assert read(page(head=head, before=before)).published_at == published_at


def test_dates_of_other_news_and_of_the_day_itself_are_not_taken() -> None:
    text = page().replace("<nav>", "<div>الأحد، 22 تشرين الثاني 2026</div><nav>" + "<i>س</i>" * 9)
    text = text.replace("خبر آخر", "5 آذار 2020 خبر آخر")

    assert read(text.replace("<li>", "<li><br>")).published_at is None


def test_a_canonical_address_counts_only_on_the_same_host() -> None:
    own = read(page(head='<link rel="canonical" href="/news/7">'))
    foreign = read(page(head='<link rel="canonical" href="https://evil.example/">'))

    assert own.url == "https://www.outlet.example/news/7"
    assert foreign.url == ADDRESS


def test_the_feeds_that_a_page_names_are_found_declared_ones_first() -> None:
    head = '<link rel="alternate" type="application/rss+xml" href="/main.xml">'
    text = page(head=head).replace("قسم 1", "قسم</a><a href='/ar/rss'>خلاصات")

    found = read_page(text, address=ADDRESS, now=NOW).feeds

    assert found == ("https://www.outlet.example/main.xml", "https://www.outlet.example/ar/rss")


@pytest.mark.parametrize("text", ["", "<html></html>", "plain words", "<p></p>"])
def test_a_page_without_an_article_is_refused(text: str) -> None:
    with pytest.raises(FeedError) as caught:
        read_page(text, address=ADDRESS, now=NOW)

    assert caught.value.key == "error.page.no_article"
