"""The whole way of a text into a message."""

import pytest

from bot.sandbox.entities import Entity, format_text, speak_text


def test_ends_are_trimmed_and_entities_move_along() -> None:
    formatted = format_text(" \n<b> خبر </b>\n ", parse_mode="HTML")

    assert formatted.text == "خبر"
    assert formatted.entities == (Entity(type="bold", offset=0, length=3),)


def test_old_direction_marks_go_and_isolates_stay() -> None:
    formatted = format_text("\u202b\u2068BBC\u2069\u202c <i>قالت</i>", parse_mode="html")

    assert formatted.text == "\u2068BBC\u2069 قالت"
    assert formatted.entities == (Entity(type="italic", offset=6, length=4),)


def test_nothing_is_recognised_inside_code_and_links() -> None:
    markup = '<code>/start</code> <a href="http://x.org/">@mujaz_bot</a> /help'

    kinds = [entity.type for entity in format_text(markup, parse_mode="HTML").entities]

    assert kinds == ["code", "text_link", "bot_command"]


def test_what_a_person_types_is_no_markup() -> None:
    spoken = speak_text("<b>/ask</b> 😀 @mujaz_bot")

    assert spoken.text.startswith("<b>")
    assert spoken.entities == (Entity(type="mention", offset=15, length=10),)


@pytest.mark.parametrize(
    ("offset", "length", "reason"),
    [
        (-1, 1, "receive an entity with incorrect offset -1"),
        (2, 1, "entity begins in a middle of a UTF-16 symbol at byte offset 5"),
        (
            1,
            1,
            "entity beginning at UTF-16 offset 1 ends in a middle of a UTF-16 symbol "
            "at byte offset 5",
        ),
        (
            3,
            9,
            "entity beginning at UTF-16 offset 3 ends after the end of the text at UTF-16 "
            "offset 12",
        ),
    ],
)
def test_entities_outside_the_text_are_refused(offset: int, length: int, reason: str) -> None:
    entity = {"type": "bold", "offset": offset, "length": length}

    with pytest.raises(ValueError, match=reason):
        format_text("a😀b", entities=[entity])
