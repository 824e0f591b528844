"""What the model reads: one spelling of marks, digits and invisible characters, letters kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.embedding import clean, passage_text, question_text


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("مُخَيَّمُ الهَوْل", "مخيم الهول"),
        ("البـــاغوز", "الباغوز"),
        ("٦٥ ألفاً و۱۲", "65 ألفا و12"),
        ("\u202bقسد\u202c\u200f،  \n داعش", "قسد، داعش"),
        ("ﺍﻟﺒﺎﻏﻮﺯ", "الباغوز"),
        ("أحمد إدلب مدينة مصطفى", "أحمد إدلب مدينة مصطفى"),
        (" \t ", ""),
    ],
)
def test_marks_go_and_letters_stay(typed: str, read: str) -> None:
    assert clean(typed) == read
    assert question_text(typed) == read


def test_the_title_leads_where_there_is_one() -> None:
    assert passage_text("مخيّم الهول", "يضم ٦٥ ألفاً.") == "مخيم الهول. يضم 65 ألفا."
    assert passage_text("\u200f", "يضم") == "يضم"


@given(st.text())
def test_any_text_becomes_one_clean_line(text: str) -> None:
    once = clean(text)

    assert once == " ".join(once.split())
    assert clean(once).split() == clean(clean(once)).split()
