"""Foreign text: escaped, isolated, and measured as Telegram measures it."""

from __future__ import annotations

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.markup import escape, isolate, one_line, shorten, utf16_length


@given(st.text())
def test_escaped_text_reads_as_what_it_was_and_holds_no_tag(text: str) -> None:
    escaped = escape(text)

    assert html.unescape(escaped.replace("&quot;", '"')) == html.unescape(html.escape(text))
    assert not set(escaped) & set('<>"')


@pytest.mark.parametrize(
    ("text", "units"), [("", 0), ("سلام", 4), ("😀", 2), ("a😀ب", 4), ("\ud83d", 1)]
)
def test_length_is_counted_in_utf16_units(text: str, units: int) -> None:
    assert utf16_length(text) == units


def test_latin_inside_arabic_is_isolated_and_a_bare_number_is_not() -> None:
    assert isolate("Reuters") == "\u2068Reuters\u2069"
    assert isolate("08:00") == "08:00"


def test_nothing_inside_an_isolate_can_break_out_of_it() -> None:
    hostile = "a\u2069\u202ereversed\u2066"

    assert isolate(hostile) == "\u2068areversed\u2069"


def test_a_title_becomes_one_line_without_deceptive_characters() -> None:
    assert one_line("عاجل\u202e:\n  قصف\u200b على\x00 المدينة") == "عاجل: قصف على المدينة"


@given(st.text(min_size=1), st.integers(2, 50))
def test_a_shortened_text_fits_and_says_that_it_was_shortened(text: str, limit: int) -> None:
    short = shorten(text, limit)

    assert utf16_length(short) <= limit
    assert short == text or short.endswith("…")
