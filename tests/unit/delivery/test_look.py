"""What a reader chose of looks is applied around quotes and never inside them."""

from __future__ import annotations

import re

import pytest

from bot.delivery.render import render_answer, render_digest
from bot.models import Answer, Digest, Look, Reply
from tests.unit.delivery.oracle import parse
from tests.unit.delivery.samples import answer, article, digest, item, passage

ZONE = "Asia/Damascus"
FIGURES = "قال متحدث إن 38 شخصًا قتلوا يوم 12 آذار عند الساعة 08:00."


def _answered(shown: Answer, look: Look, language: str = "ar") -> Reply:
    [reply] = render_answer(
        shown, zone=ZONE, language=language, look=look, sensitive=lambda text: "قتل" in text
    )
    return reply


def _digested(shown: Digest, look: Look) -> list[Reply]:
    return render_digest(
        shown, zone=ZONE, language="ar", look=look, sensitive=lambda text: "قتل" in text
    )


def _around(reply: Reply) -> str:
    """Return what stands outside quotes, titles and links."""
    return re.sub(r"<blockquote>.*?</blockquote>|<b>.*?</b>|<a .*?</a>", "", reply.html, flags=re.S)


def test_eastern_digits_stand_around_quotes_and_never_in_quotes_titles_or_outlets() -> None:
    of = article(title="مقتل 38 في 2019", source="قناة 24", url="https://example.org/12")

    reply = _answered(
        answer(passage(FIGURES, title=of.title, source=of.source)), Look(eastern_digits=True)
    )

    assert f"<blockquote>{FIGURES}</blockquote>" in reply.html
    assert "<b>مقتل 38 في 2019</b>" in reply.html
    assert "قناة 24" in reply.html
    assert "الثلاثاء ١٢ آذار ٢٠١٩، ٠٨:٠٠" in reply.html
    assert not re.search(r"[0-9]", _around(reply))


def test_counts_and_part_numbers_are_in_the_chosen_digits_too() -> None:
    many = [item(n, "كلمة " * 200) for n in range(1, 12)]

    replies = _digested(digest(*many, left_out=15), Look(eastern_digits=True))

    assert len(replies) > 1
    assert re.search("\u2068?١\u2069?/", replies[0].html)
    assert "٢٦ خبرًا جديدًا" in replies[0].html
    assert "و١٥ خبرًا آخر" in replies[-1].html


def test_an_english_reader_keeps_the_digits_of_english() -> None:
    reply = _answered(answer(passage()), Look(eastern_digits=True), language="en")

    assert "12 March 2019" in reply.html


def test_months_are_those_of_the_chosen_country() -> None:
    assert "12 مارس 2019" in _answered(answer(passage()), Look(months="EG")).html
    assert "12 آذار 2019" in _answered(answer(passage()), Look(months="")).html


def test_the_hijri_date_stands_beside_the_other_one() -> None:
    reply = _answered(answer(passage()), Look(hijri=True))
    [page] = _digested(digest(item()), Look(hijri=True, eastern_digits=True))

    assert "2019، 08:00 (5 رجب 1440 هـ)" in reply.html
    assert "(٥ رجب ١٤٤٠ هـ)" in page.html.split("\n")[0]


@pytest.mark.parametrize("chosen", [True, False])
def test_a_casualty_paragraph_is_hidden_until_touched_where_chosen(chosen: bool) -> None:
    start = FIGURES.index("38")
    calm = "وصلت القافلة إلى الجسر."

    reply = _answered(
        answer(passage(FIGURES, [(start, start + 2)]), passage(calm, number=2)),
        Look(spoilers=chosen),
    )

    seen = parse(reply.html)
    assert seen.of("BlockQuote") == [FIGURES, calm]  # letter for letter all the same
    assert seen.of("Spoiler") == ([FIGURES] if chosen else [])
    assert "38" in seen.of("Bold")


def test_text_alone_is_one_message_of_headlines_that_counts_what_it_leaves_out() -> None:
    many = [item(n, "كلمة " * 60) for n in range(1, 51)]

    full = _digested(digest(*many), Look())
    [compact] = _digested(digest(*many), Look(text_only=True))

    kept = len(compact.article_ids)
    assert len(full) > 1
    assert 5 < kept <= 50
    assert "<blockquote>" not in compact.html
    assert compact.article_ids == tuple(range(1, kept + 1))
    assert kept == 50 or f"و{50 - kept}" in compact.html
    assert "50 خبرًا جديدًا" in compact.html
