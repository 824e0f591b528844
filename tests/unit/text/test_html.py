"""HTML gives its text in paragraphs, quickly, and nothing else."""

from __future__ import annotations

import time

import pytest

from bot.text.html import html_line, html_paragraphs


def test_blocks_and_line_breaks_begin_paragraphs_and_inline_markup_does_not() -> None:
    markup = "<p>عاد <b>الأهالي</b>\n إلى&nbsp;البلدة</p>نص<br/>آخر<ul><li>أول<li>ثان</ul>"

    assert html_paragraphs(markup) == ("عاد الأهالي إلى البلدة", "نص", "آخر", "أول", "ثان")


def test_scripts_styles_comments_and_attributes_are_not_text() -> None:
    markup = (
        "<style>p{}</style><script>alert('<p>لا</p>')</script><!-- لا --><p title='لا'>نعم</p>"
        "<iframe>لا</iframe><svg><text>لا</text></svg>"
    )

    assert html_paragraphs(markup) == ("نعم",)


def test_entities_and_bare_signs_are_read_as_their_writer_meant() -> None:
    assert html_paragraphs("5 < 6 &amp; 7 &gt; 3 &quot;نعم&quot; AT&T") == (
        '5 < 6 & 7 > 3 "نعم" AT&T',
    )


@pytest.mark.parametrize("markup", ["", "   ", "<!-- x -->", "<p></p>", "<br>", "<", "<a", "\x00"])
def test_markup_without_text_gives_no_paragraph(markup: str) -> None:
    assert html_paragraphs(markup) in ((), ("<",))


def test_text_outside_and_after_a_nested_document_is_kept_in_order() -> None:
    markup = "قبل<html><body><p>داخل</p></body></html>بعد"

    assert html_paragraphs(markup) == ("قبل", "داخل", "بعد")


def test_a_title_is_one_line_without_marks_of_direction() -> None:
    assert html_line("\u200f<b>عاد</b>\n الأهالي\u202e &amp; غيرهم\ufeff") == "عاد الأهالي & غيرهم"


def test_cells_of_a_table_stay_on_one_line_apart() -> None:
    markup = "<table><tr><td>حلب</td><td>3</td></tr><tr><td>حمص</td><td>5</td></tr></table>"

    assert html_paragraphs(markup) == ("حلب 3", "حمص 5")


BOMBS = {
    "unclosed tags": "<a " * 400_000,
    "unclosed comments": "<!--" * 400_000,
    "one open comment": "<!--" + "-x>" * 1_000_000,
    "open quotation": '<p a="' * 300_000,
    "attributes": "<p " + " ".join(f"a{n}=1" for n in range(300_000)) + ">",
    "depth": "<div>" * 300_000,
    "end tags without beginning, in depth": "<div>" * 100_000 + "</b>" * 300_000,
    "misnested": "<b><p>" * 200_000,
    "ampersands": "&" * 2_000_000,
    "entities": "&amp" * 500_000,
    "spaces": " " * 2_000_000 + "x",
    "tables": "<table>" * 200_000,
    "open script": "<script>" + "x<" * 1_000_000,
}


@pytest.mark.parametrize("markup", BOMBS.values(), ids=BOMBS.keys())
def test_hostile_markup_of_megabytes_is_read_within_seconds(markup: str) -> None:
    started = time.perf_counter()
    html_paragraphs(f"<p>قبل</p>{markup}")

    assert time.perf_counter() - started < 4
