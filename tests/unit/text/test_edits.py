"""What an outlet changed: headline, figures, lost paragraphs; additions are no edit."""

from __future__ import annotations

from bot.text.edits import edit_between

TITLE = "مقتل 12 شخصا في قصف على البلدة"
TEXTS = (
    "قتل 12 شخصا في قصف على البلدة صباح اليوم.",
    "وقال الدفاع المدني إن فرقه وصلت إلى المكان.",
    "وبلغ عدد القتلى 12 والجرحى 30 في المدينة.",
)


def test_the_same_text_and_added_paragraphs_are_no_edit() -> None:
    assert edit_between(TITLE, TEXTS, TITLE, TEXTS) is None
    assert edit_between(TITLE, TEXTS, TITLE, (*TEXTS, "وأضاف أن الطريق مغلق.")) is None


def test_a_changed_toll_is_told_with_what_it_counts() -> None:
    changed = (TEXTS[0], TEXTS[1], "وبلغ عدد القتلى 9 والجرحى 30 في المدينة.")

    edit = edit_between(TITLE, TEXTS, TITLE, changed)

    assert edit is not None
    assert edit.numbers == (("القتلى", "12", "9"),)
    assert (edit.old_title, edit.gone) == ("", ())


def test_a_changed_headline_is_told_with_both_forms() -> None:
    edit = edit_between(TITLE, TEXTS, "مقتل 9 أشخاص في قصف على البلدة", TEXTS)

    assert edit is not None
    assert (edit.old_title, edit.new_title) == (TITLE, "مقتل 9 أشخاص في قصف على البلدة")
    assert edit.numbers == (("شخصا", "12", "9"),)


def test_a_vanished_paragraph_is_kept() -> None:
    edit = edit_between(TITLE, TEXTS, TITLE, (TEXTS[0], TEXTS[2]))

    assert edit is not None
    assert edit.gone == (TEXTS[1],)


def test_other_spelling_of_a_headline_is_no_edit() -> None:
    assert edit_between("عودة الاهالي إلى البلدة", TEXTS, "عودة الأهالي الى البلدة", TEXTS) is None
