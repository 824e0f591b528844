"""What readers see: verbatim quotes, right-to-left lines, honest headings, whole messages."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

import pytest

from bot.delivery.fragments import sendable
from bot.delivery.render import render_answer, render_digest, render_sources
from bot.models import Answer, Digest, Reply
from bot.text.markup import utf16_length
from tests.unit.delivery.samples import (
    MORNING,
    SENTENCE,
    answer,
    article,
    digest,
    item,
    passage,
)

ZONE = "Asia/Damascus"


def answered(shown: Answer, language: str = "ar", zone: str = ZONE) -> list[Reply]:
    return render_answer(shown, zone=zone, language=language)


def digested(shown: Digest, language: str = "ar", zone: str = ZONE) -> list[Reply]:
    return render_digest(shown, zone=zone, language=language)


def long_text(words: int) -> str:
    return " ".join(f"كلمة{n}" for n in range(words))


def test_an_answer_quotes_the_paragraph_with_matched_words_bold_then_source_and_local_time() -> (
    None
):
    start = SENTENCE.index("القافلة")
    shown = passage(SENTENCE, [(start, start + len("القافلة"))])

    [reply] = answered(answer(shown))

    assert reply.html == (
        "<b>قافلة رقم 1 تصل إلى الجسر</b>\n"
        f"<blockquote>{SENTENCE.replace('القافلة', '<b>القافلة</b>')}</blockquote>\n"
        'المصدر: <a href="https://example.org/1?a=1&amp;b=2">\u2068Euphrates Post\u2069</a>'
        " · الثلاثاء 12 آذار 2019، 08:00"
    )
    assert reply.article_ids == (1,)


def test_time_is_told_in_the_zone_of_the_reader() -> None:
    [reply] = answered(answer(passage()), zone="America/New_York")

    assert "الثلاثاء 12 مارس 2019، 02:00" in reply.html


def test_an_article_without_a_date_is_marked_as_first_seen() -> None:
    [reply] = answered(answer(passage(published_at=None)))

    assert "رُصد أول مرة" in reply.html


def test_not_found_says_so_with_the_newest_date_and_the_nearest_headlines_marked() -> None:
    nearest = tuple(article(n) for n in range(1, 9))

    [reply] = answered(answer(nearest=nearest))

    lines = reply.html.split("\n")
    assert lines[0] == "لا أجد في الأرشيف ما يجيب عن هذا."
    assert "الثلاثاء 12 آذار 2019، 08:00" in lines[1]
    assert "وليست جوابًا" in reply.html
    assert reply.html.count("– قافلة رقم") == 5
    assert "<blockquote" not in reply.html


@pytest.mark.parametrize(
    ("until", "line"),
    [
        (date(2019, 3, 11), "فهمتُ أن السؤال عن \u2068الاثنين 11 آذار 2019\u2069."),
        (
            date(2019, 3, 17),
            "من \u2068الاثنين 11 آذار 2019\u2069 إلى \u2068الأحد 17 آذار 2019\u2069.",
        ),
    ],
)
def test_where_nothing_is_found_the_days_are_told_as_they_were_understood(
    until: date, line: str
) -> None:
    [reply] = answered(answer(named=(date(2019, 3, 11), until)))

    assert line in reply.html.split("\n")[1]


def test_an_empty_archive_is_called_empty() -> None:
    [reply] = answered(answer(newest_at=None))

    assert "الأرشيف خالٍ" in reply.html


def test_a_question_that_was_cut_is_said_to_be_cut() -> None:
    with_note = answered(answer(passage(), shortened=True))[-1].html
    without = answered(answer(passage()))[-1].html

    assert with_note.startswith(without)
    assert len(with_note) > len(without)


def test_matches_may_overlap_touch_or_lie_outside_and_the_quote_stays_the_same() -> None:
    wild = [(-5, 3), (2, 6), (7, 10), (60, 900), (500, 501), (20, 20), (30, 25)]

    [reply] = answered(answer(passage(SENTENCE, wild)))

    quote = reply.html.split("<blockquote>")[1].split("</blockquote>")[0]
    assert quote.replace("<b>", "").replace("</b>", "") == SENTENCE
    assert quote.count("<b>") == 3


def test_long_passages_become_numbered_messages_broken_between_passages() -> None:
    text = long_text(200)
    replies = answered(answer(*(passage(text, number=n) for n in (1, 2, 3))))

    assert len(replies) == 2
    assert [reply.article_ids for reply in replies] == [(1, 2), (3,)]
    for number, reply in enumerate(replies, start=1):
        assert f"({number}/2)" in reply.html
        assert text in reply.html


def test_a_paragraph_that_fits_into_no_message_is_cut_at_a_word_and_says_so() -> None:
    text = long_text(2000)

    [reply] = answered(answer(passage(text, [(0, 5), (9000, 9010)])))

    quote = reply.html.split("<blockquote expandable>")[1].split("</blockquote>")[0]
    shown = quote.replace("<b>", "").replace("</b>", "")
    assert shown.endswith("…")
    assert text.startswith(shown[:-1] + " ")
    assert "قُطعت الفقرة" in reply.html
    assert "example.org" in reply.html


def test_a_paragraph_that_just_fits_is_never_cut() -> None:
    text = "ا" * 3900

    [reply] = answered(answer(passage(text)))

    assert f">{text}<" in reply.html


def test_a_digest_says_its_date_its_period_and_how_much_is_new() -> None:
    [reply] = digested(digest(item(1), item(2), item(3)))

    heading, period, count, empty, first, *_ = reply.html.split("\n")
    assert heading == "<b>موجز \u2068الثلاثاء 12 آذار 2019\u2069</b>"
    assert "الاثنين 11 آذار 2019، 08:00" in period
    assert "الثلاثاء 12 آذار 2019، 08:00" in period
    assert count == "3 أخبار جديدة."
    assert empty == ""
    assert first == "● <b>قافلة رقم 1 تصل إلى الجسر</b>"
    assert reply.article_ids == (1, 2, 3)


@pytest.mark.parametrize(
    ("new", "words"),
    [
        (1, "خبر جديد واحد."),
        (2, "خبران جديدان."),
        (10, "10 أخبار جديدة."),
        (11, "11 خبرًا جديدًا."),
        (99, "99 خبرًا جديدًا."),
        (100, "100 خبر جديد."),
        (102, "102 خبر جديد."),
        (103, "103 أخبار جديدة."),
    ],
)
def test_arabic_counts_have_their_six_forms(new: int, words: str) -> None:
    [reply] = digested(digest(item(1), left_out=new - 1))

    assert words in reply.html.split("\n")


def test_what_is_left_out_is_counted_at_the_end() -> None:
    [reply] = digested(digest(item(1), left_out=12))

    assert reply.html.split("\n")[-1] == "و12 خبرًا آخر لم يُعرض هنا."


def test_a_quiet_day_is_one_line_with_the_newest_date_held() -> None:
    [reply] = digested(digest())

    lines = reply.html.split("\n")
    assert len(lines) == 2
    assert lines[1].startswith("لا جديد منذ")
    assert lines[1].count("آذار 2019") == 2
    assert reply.article_ids == ()


def test_an_article_that_may_repeat_is_flagged_and_not_counted_as_new() -> None:
    [reply] = digested(digest(item(1), item(2, repeated=True)))

    assert "خبر جديد واحد." in reply.html
    assert "وخبر واحد قد يتكرر" in reply.html
    assert "○ <b>قافلة رقم 2 تصل إلى الجسر</b> (قد يتكرر)" in reply.html


def test_other_outlets_are_named_up_to_three_and_then_counted() -> None:
    others = tuple(article(n, source=f"وكالة {n}") for n in range(2, 8))

    [reply] = digested(digest(item(1, also_in=others)))

    [line] = [line for line in reply.html.split("\n") if line.startswith("النص نفسه في")]
    assert line.count("<a href") == 3
    assert line.endswith("و3 مصادر أخرى")


def test_a_long_digest_is_numbered_and_broken_between_articles_only() -> None:
    items = [item(n, long_text(60)) for n in range(1, 31)]

    replies = digested(digest(*items))

    assert len(replies) > 2
    assert [n for reply in replies for n in reply.article_ids] == list(range(1, 31))
    for number, reply in enumerate(replies, start=1):
        assert reply.html.split("\n")[0].endswith(f"({number}/{len(replies)})")
        assert reply.html.count("<blockquote") == reply.html.count("</blockquote>")
    assert "يغطي" in replies[0].html
    assert all("يغطي" not in reply.html for reply in replies[1:])


@pytest.mark.parametrize("address", ["javascript:alert(1)", "tg://user?id=1", "", "http://[", "x"])
def test_only_web_addresses_become_links(address: str) -> None:
    [reply] = answered(answer(passage(url=address)))

    assert "<a " not in reply.html
    assert "Euphrates Post" in reply.html


def test_a_quote_in_an_address_cannot_leave_its_attribute() -> None:
    [reply] = answered(answer(passage(url='https://example.org/"onclick="x')))

    assert '"onclick' not in reply.html
    assert "&quot;onclick" in reply.html


def first_strong(line: str) -> str:
    for character in line:
        direction = unicodedata.bidirectional(character)
        if direction in ("L", "R", "AL"):
            return direction
    return ""


def test_every_arabic_line_begins_right_to_left_whatever_the_titles_are() -> None:
    latin = article(1, title="SDF: ceasefire near the bridge", source="CNN")
    numbers = article(2, title="2019: 30", source="24")
    shown = [
        *answered(answer(nearest=(latin, numbers))),
        *digested(digest(item(1, article=latin), item(2, article=numbers), left_out=3)),
        *digested(digest(*(item(n, long_text(90), article=latin) for n in range(1, 20)))),
    ]

    lines = [line for reply in shown for line in reply.plain.split("\n") if line]
    own = [line for line in lines if not line.startswith("«")]
    assert len(own) > 40
    assert [line for line in own if first_strong(line) not in ("R", "AL")] == []


def test_direction_marks_of_ours_never_enter_a_quote() -> None:
    text = "CNN: the bridge was reached. \u202eقلب\u202c"

    [reply] = answered(answer(passage(text)))

    assert f"<blockquote>{text}</blockquote>" in reply.html


def test_a_title_shows_on_one_line_without_characters_that_deceive() -> None:
    [reply] = answered(answer(passage(title="خبر\u202e\n عاجل\u200b ‏مهم\x00")))

    assert reply.html.split("\n")[0] == "<b>خبر عاجل ‏مهم</b>"


def test_plain_text_says_the_same_with_addresses_written_out() -> None:
    [reply] = answered(answer(passage("أ < ب & ج")))

    assert "«أ < ب & ج»" in reply.plain
    assert "(https://example.org/1?a=1&b=2)" in reply.plain
    assert "<b>" not in reply.plain


def test_plain_text_has_its_addresses_and_is_sent_without_them_where_they_would_not_fit() -> None:
    url = "https://example.org/" + "a" * 900

    [long] = answered(answer(passage("ا" * 3800, url=url)))
    [short] = answered(answer(passage("ا" * 300, url=url)))

    assert f"({url})" in long.plain  # in a file, on a terminal
    assert utf16_length(sendable(long.html, long.plain)) <= 4096
    assert "ا" * 3800 in sendable(long.html, long.plain)
    assert sendable(short.html, short.plain) == short.plain
    assert f"({url})" in short.plain


def test_an_english_reader_gets_english_words_around_the_same_quote() -> None:
    [reply] = digested(digest(item(1)), language="en-GB")

    assert "Digest of" in reply.html
    assert "1 new article." in reply.html
    assert SENTENCE in reply.html


def test_a_digest_covers_until_the_moment_it_was_made() -> None:
    assert MORNING.isoformat() == "2019-03-12T06:00:00+00:00"
    [reply] = digested(digest(item(1), since_at=None))

    assert "يغطي" not in reply.html


def test_sources_are_offered_where_several_outlets_tell_of_it() -> None:
    two = (article(1), article(2, source="Orontes Daily", source_id=2))
    shown = answer(passage(), outlets=two, more=True)

    [reply] = render_answer(shown, zone=ZONE, language="ar", more="q|k|3", sources="q|k|s")
    assert [button.data for row in reply.buttons for button in row] == ["q|k|3", "q|k|s"]

    alone = answer(passage(), outlets=two[:1])
    [reply] = render_answer(alone, zone=ZONE, language="ar", sources="q|k|s")
    assert reply.buttons == ()


def test_the_list_of_sources_leads_to_every_article_in_one_message() -> None:
    many = [
        article(n, source=f"Outlet {n} " + "s" * 90, source_id=n, title="عنوان " * 90)
        for n in range(1, 31)
    ]
    [reply] = render_sources(answer(passage(), outlets=tuple(many)), zone=ZONE, language="ar")

    assert reply.article_ids == tuple(range(1, 13))
    assert all(f"https://example.org/{n}?" in reply.html for n in range(1, 13))
    assert "و18 مصدرًا آخر" in reply.html
    assert utf16_length(re.sub("<[^>]*>", "", reply.html)) < 4096
    lines = [line for line in reply.html.split("\n") if "– " in line]
    assert len(lines) == 12
    assert all(line.startswith("\u200f") for line in lines)
