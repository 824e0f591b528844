"""Reports that lack what a report should have: kept as they are, and nothing is guessed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.events.changes import snapshot
from bot.events.claims import extract
from bot.events.cluster import Clusterer
from bot.events.reports import read_report
from bot.models import ClaimKind, Report
from tests.unit.events.event_samples import BEGAN_AT, STRIKE, report

PERSIAN = ("کشته شدن ۱۲ نفر در حمله", "در این حمله ۱۲ نفر کشته و ۳۰ نفر زخمی شدند.")
KURDISH = ("لە هێرشێکدا ١٢ کەس کوژران", "لە هێرشێکدا ١٢ کەس کوژران و ٣٠ کەس بریندار بوون.")
ENGLISH = ("Twelve killed in an air strike", "Twelve people were killed and 30 wounded on Monday.")


def _read(title: str, *paragraphs: str, dated_at: datetime = BEGAN_AT) -> Report:
    return read_report(
        article_id=1, outlet="أ", title=title, paragraphs=paragraphs, dated_at=dated_at
    )


@pytest.mark.parametrize("text", [PERSIAN, KURDISH, ENGLISH])
def test_a_report_in_another_language_keeps_its_text_and_claims_nothing(
    text: tuple[str, str],
) -> None:
    read = _read(*text)

    assert (read.title, *read.paragraphs) == text
    assert read.claims == ()


@pytest.mark.parametrize("text", [PERSIAN, KURDISH, ENGLISH])
def test_a_report_in_another_language_is_an_event_of_its_own(text: tuple[str, str]) -> None:
    clusterer = Clusterer()
    first = clusterer.add(report(1, STRIKE))
    second = clusterer.add(report(2, text, outlet="ب", hours=1))

    assert second.event_id != first.event_id


def test_a_report_without_a_body_has_only_its_headline() -> None:
    read = _read("غارة على سوق في معرة النعمان")

    assert read.paragraphs == ()
    assert read.claims == ()
    assert read.places == ("sy.maarrat-al-numan",)


def test_a_report_without_headline_and_body_says_nothing_and_is_no_conflict_update() -> None:
    read = _read("")

    assert (read.places, read.parties, read.claims) == ((), (), ())
    assert read.relevance == 0


def test_a_report_that_names_no_place_gets_none() -> None:
    read = _read("مقتل ثلاثة جنود في هجوم", "قُتل ثلاثة جنود في هجوم مسلح.")

    assert read.places == ()
    assert [claim.place for claim in read.claims] == [""]


def test_a_report_without_a_figure_claims_none() -> None:
    assert _read("قصف على درعا", "تعرضت درعا لقصف عنيف فجر اليوم.").claims == ()


def test_without_a_date_no_figure_is_taken_for_long_past() -> None:
    text = "قُتل 10 أشخاص في هجوم عام 2010."

    assert [claim.value for claim in extract(text, year=None)] == [10]
    assert extract(text, year=2026) == ()


@pytest.mark.parametrize("year", [1970, 2099])
def test_a_date_beyond_reason_stops_no_reading(year: int) -> None:
    read = _read(*STRIKE, dated_at=datetime(year, 1, 1, tzinfo=UTC))

    assert [claim.value for claim in read.claims] == [12, 20]


def test_reports_that_contradict_each_other_stand_side_by_side_with_their_speakers() -> None:
    first = _read("غارة", "قالت الشرطة إن 5 مدنيين قُتلوا في الغارة.")
    denial = _read("نفي", "نفى الجيش مقتل مدنيين في الغارة.")
    other = _read("غارة", "وقال مصدر طبي إن 11 مدنياً قُتلوا في الغارة.")
    clusterer = Clusterer()
    event = clusterer.event(clusterer.add(first).event_id)

    told = [claim for one in (first, denial, other) for claim in one.claims]
    shown = snapshot(event, [first], BEGAN_AT)

    assert [(claim.value, claim.speaker, claim.negated) for claim in told] == [
        (5, "الشرطة", False),
        (0, "الجيش", True),
        (11, "مصدر طبي", False),
    ]
    assert [figure.claim for figure in shown.figures] == list(first.claims)


def test_a_figure_of_a_million_millions_is_shown_as_printed() -> None:
    text = "قُتل 1000000000000 شخص في القصف."
    (claim,) = _read("قصف", text).claims

    assert (claim.kind, claim.value) == (ClaimKind.KILLED, 10**12)
    assert "1000000000000" in text[claim.start : claim.end]


def test_digits_beyond_belief_are_no_figure() -> None:
    assert extract(f"قُتل {'9' * 40} شخص في القصف.") == ()


@pytest.mark.parametrize("letter", ["ق", "غارة ", "قتل 12 شخصا "])
def test_a_headline_of_three_thousand_letters_is_kept_whole(letter: str) -> None:
    title = (letter * 3000)[:3000]
    read = _read(title, STRIKE[1])
    clusterer = Clusterer()

    assert read.title == title
    assert clusterer.event(clusterer.add(read).event_id).article_ids == (1,)
