"""A name from behind the preposition ل reads as it does elsewhere."""

from __future__ import annotations

import pytest

from bot.text.normalize import fold
from bot.text.swallowed import swallowed_by_lam


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("للجيش اليمني", "الجيش اليمني"),
        ("للمرصد", "المرصد"),
        ("للأمم المتحدة", "الأمم المتحدة"),
        ("لوزارة الصحة", "وزارة الصحة"),
        ("للجنة الدولية", "اللجنة الدولية"),
        ("للجنة تحقيق محلية", "لجنة تحقيق محلية"),
        ("للجنة الإنقاذ", "لجنة الإنقاذ"),
        ("للجنة العليا", "اللجنة العليا"),
        ("للجنة المشتركة", "اللجنة المشتركة"),
        ("للجنة المتابعة", "لجنة المتابعة"),
        ("للجنة الإغاثة", "لجنة الإغاثة"),
        ("للجنة الخارجية", "لجنة الخارجية"),
        ("للجنة", "لجنة"),
        ("للبنان", "لبنان"),
        ("للواء القدس", "لواء القدس"),
        ("للاجئين السوريين", "اللاجئين السوريين"),
        ("للاجئين سوريين", "لاجئين سوريين"),
        ("للاجئين", "اللاجئين"),
    ],
)
def test_the_article_gets_back_what_the_preposition_swallowed(written: str, name: str) -> None:
    word, _, rest = written.partition(" ")
    following = rest.partition(" ")[0]

    assert swallowed_by_lam(fold(word), fold(following)) + written[1:] == name
