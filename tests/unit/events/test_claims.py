"""Claims of our own sentences: figures, speakers, places, circumstances."""

from __future__ import annotations

import dataclasses

import pytest

from bot.events.claims import extract
from bot.models import Claim, ClaimKind, ClaimQualifier, ClaimScope
from tests.unit.events import claim_samples, claim_samples_wars

FIGURES = [*claim_samples.FIGURES, *claim_samples_wars.FIGURES]
NOTHING = [*claim_samples.NOTHING, *claim_samples_wars.NOTHING]
SAID = [*claim_samples.SAID, *claim_samples_wars.SAID]
CIRCUMSTANCES = [*claim_samples.CIRCUMSTANCES, *claim_samples_wars.CIRCUMSTANCES]


@pytest.mark.parametrize(("text", "expected"), FIGURES)
def test_each_figure_is_read_once_with_its_kind(
    text: str, expected: list[tuple[str, int | None, int | None]]
) -> None:
    found = [(claim.kind.value, claim.minimum, claim.maximum) for claim in extract(text, year=2026)]

    assert sorted(found, key=str) == sorted(expected, key=str)


@pytest.mark.parametrize("text", NOTHING)
def test_what_is_no_casualty_figure_of_a_conflict_gives_nothing(text: str) -> None:
    assert extract(text, year=2026) == ()


@pytest.mark.parametrize(("text", "speaker", "place"), SAID)
def test_a_figure_bears_the_name_of_its_speaker_and_place(
    text: str, speaker: str, place: str
) -> None:
    (claim,) = extract(text, year=2026)

    assert claim.speaker == speaker
    assert place in claim.place
    assert bool(place) == bool(claim.place)


@pytest.mark.parametrize(("text", "scope", "negated", "value"), CIRCUMSTANCES)
def test_scope_and_denial_are_told(text: str, scope: str, negated: bool, value: int | None) -> None:
    (claim,) = extract(text, year=2026)

    assert (claim.scope.value, claim.negated, claim.value) == (scope, negated, value)


@pytest.mark.parametrize("joined", ["-", "…", "/"])
def test_a_title_without_spaces_does_not_make_a_name_of_the_whole_text(joined: str) -> None:
    (claim,) = extract(f"قتل 5 مدنيين في حلب، بحسب منظمة «أحمد{joined}{f'سعد{joined}' * 5_000}».")

    assert claim.speaker == "منظمة"


def test_an_event_of_long_ago_gives_no_claim_but_the_war_since_then_does() -> None:
    old = "قتل 10 نشطاء في هجوم عام 2010."
    since = "قتل 10 آلاف شخص في الحرب منذ عام 2015."

    assert extract(old, year=2026) == ()
    assert [claim.minimum for claim in extract(since, year=2026)] == [10_000]
    assert [claim.minimum for claim in extract(old)] == [10]  # no date known: nothing is guessed


def test_figures_of_two_speakers_stand_side_by_side_and_are_never_summed() -> None:
    text = "قالت الشرطة إن 5 أشخاص قتلوا في الهجوم. وقال مصدر طبي إن 7 أشخاص قتلوا."

    found = {(claim.speaker, claim.value) for claim in extract(text)}

    assert found == {("الشرطة", 5), ("مصدر طبي", 7)}


def test_the_same_figure_restated_is_listed_once() -> None:
    text = "مقتل 12 جنديا في هجوم. وأسفر الهجوم عن مقتل 12 جنديا."

    assert [claim.value for claim in extract(text)] == [12]


def test_a_claim_carries_the_id_of_its_paragraph_and_cannot_be_changed() -> None:
    (claim,) = extract("قتل 3 جنود في هجوم.", paragraph_id=7)

    assert claim.paragraph_id == 7
    with pytest.raises(dataclasses.FrozenInstanceError):
        claim.minimum = 4  # type: ignore[misc]  # the point of the test


def test_a_range_and_a_vague_amount_have_no_single_value() -> None:
    for qualifier in (ClaimQualifier.RANGE, ClaimQualifier.VAGUE):
        claim = Claim(
            kind=ClaimKind.KILLED, minimum=20, maximum=None, qualifier=qualifier,
            scope=ClaimScope.INCIDENT, start=0, end=1,
        )  # fmt: skip
        assert claim.value is None
