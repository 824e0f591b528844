"""A party or place is known by all its names; a looser name weighs less."""

from bot.text.aliases import LOOSE, Stems, families_of, family, names_at
from bot.text.analysis import terms
from bot.text.stem import stem_of


def others_of(text: str, at: int = 0) -> tuple[int, dict[Stems, float]]:
    length, others = names_at([term.stems for term in terms(text)], at)
    return length, {other.stems: other.strength for other in others}


def test_a_name_in_one_script_finds_the_other() -> None:
    length, others = others_of("ISIS")
    assert length == 1
    assert others[stem_of("داعش"),] == 1.0


def test_the_longest_name_counts() -> None:
    assert others_of("تنظيم الدولة الإسلامية في")[0] == 3


def test_a_name_is_found_under_its_clitics() -> None:
    assert others_of("بخانيونس")[0] == 1
    assert others_of("لقسد")[0] == 1


def test_a_loose_name_weighs_less_in_both_directions() -> None:
    assert others_of("التنظيم")[1][stem_of("داعش"),] == LOOSE
    assert others_of("داعش")[1][stem_of("التنظيم"),] == LOOSE


def test_other_words_are_no_names() -> None:
    assert others_of("مدير المركز") == (0, {})


def test_words_for_one_matter_are_a_family() -> None:
    assert "killed" in families_of(stem_of("مصرع"))
    assert stem_of("جرحى") in family("wounded")
    assert families_of("شيء") == frozenset()
    assert family("nothing") == ()
