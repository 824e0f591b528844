"""A name sounds alike in both scripts."""

import pytest

from bot.text.normalize import fold
from bot.text.skeleton import skeleton


@pytest.mark.parametrize(
    ("latin", "arabic"),
    [
        ("Kirkuk", "كركوك"),
        ("Baghouz", "الباغوز"),
        ("Dapchi", "دابشي"),
        ("Mastung", "ماستونغ"),
        ("Balochistan", "بلوشستان"),
        ("Manbij", "منبج"),
        ("Trump", "ترامب"),
    ],
)
def test_a_name_has_one_skeleton_in_both_scripts(latin: str, arabic: str) -> None:
    assert skeleton(fold(latin)) == skeleton(fold(arabic)) != ""


def test_short_names_tell_too_little() -> None:
    assert skeleton("ali") == ""


def test_different_names_differ() -> None:
    assert skeleton(fold("Kirkuk")) != skeleton(fold("Karbala"))
