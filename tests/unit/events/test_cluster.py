"""Reports become events and storylines: promises that hold for any text and any order of days."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.events.cluster import Clusterer
from bot.models import Placement
from tests.unit.events.event_samples import (
    BEGAN_AT,
    OTHER_TOWN,
    STRIKE,
    STRIKE_LATER,
    TALKS,
    WIRE,
    report,
)


def _placed(*reports_of: tuple[tuple[str, ...], str, float]) -> tuple[Clusterer, list[Placement]]:
    clusterer = Clusterer()
    placements = [
        clusterer.add(report(key, text, outlet=outlet, hours=hours))
        for key, (text, outlet, hours) in enumerate(reports_of, start=1)
    ]
    return clusterer, placements


def test_two_outlets_on_one_strike_and_its_later_toll_are_one_event() -> None:
    clusterer, placed = _placed((STRIKE, "أ", 0), (STRIKE_LATER, "ب", 3))

    assert [one.event_id for one in placed] == [placed[0].event_id] * 2
    assert [one.new_event for one in placed] == [True, False]
    assert clusterer.event(placed[0].event_id).article_ids == (1, 2)


def test_two_strikes_on_one_day_in_two_towns_stay_apart() -> None:
    _, placed = _placed((STRIKE, "أ", 0), (OTHER_TOWN, "أ", 1))

    assert placed[0].event_id != placed[1].event_id


def test_two_towns_told_of_in_the_same_words_with_the_same_toll_stay_apart() -> None:
    elsewhere = tuple(text.replace("معرة النعمان", "سراقب") for text in STRIKE)
    assert elsewhere != STRIKE
    _, placed = _placed((STRIKE, "أ", 0), (elsewhere, "أ", 1))

    assert placed[1].copy_of is None
    assert placed[0].event_id != placed[1].event_id


def test_a_wire_text_in_ten_outlets_counts_once() -> None:
    clusterer, placed = _placed(*((WIRE, f"صحيفة {n}", n / 10) for n in range(10)))

    assert {one.event_id for one in placed} == {placed[0].event_id}
    assert [one.copy_of for one in placed] == [None, *[1] * 9]
    assert len(clusterer.event(placed[0].event_id).article_ids) == 10


def test_a_moved_toll_in_the_same_words_is_an_update_and_no_copy() -> None:
    later = (STRIKE[0].replace("12", "17"), STRIKE[1].replace("12", "17"), *STRIKE[2:])
    _, placed = _placed((STRIKE, "أ", 0), (later, "أ", 2))

    assert placed[1].copy_of is None
    assert placed[1].event_id == placed[0].event_id


def test_the_same_reports_in_the_same_order_give_the_same_ids() -> None:
    days = [(STRIKE, "أ", 0), (OTHER_TOWN, "ب", 1), (TALKS, "أ", 2), (STRIKE_LATER, "ب", 3)]

    assert _placed(*days)[1] == _placed(*days)[1]


def test_ids_are_lasting_and_never_given_twice() -> None:
    clusterer, placed = _placed((STRIKE, "أ", 0), (TALKS, "ب", 1))
    further = Clusterer.restored(
        clusterer.events(),
        [report(1, STRIKE), report(2, TALKS, outlet="ب", hours=1)],
        next_event_id=clusterer.next_event_id,
        next_storyline_id=clusterer.next_storyline_id,
    )

    new = further.add(report(3, OTHER_TOWN, hours=2))
    old = further.add(report(4, STRIKE_LATER, outlet="ب", hours=3))

    assert new.event_id not in {one.event_id for one in placed}
    assert old.event_id == placed[0].event_id


def test_what_is_restored_goes_on_as_if_nothing_had_been_interrupted() -> None:
    days = [(STRIKE, "أ", 0), (OTHER_TOWN, "ب", 1), (WIRE, "أ", 2), (WIRE, "ب", 3), (TALKS, "أ", 4)]
    clusterer, placed = _placed(*days)
    reports = [
        report(key, text, outlet=outlet, hours=hours)
        for key, (text, outlet, hours) in enumerate(days, start=1)
    ]
    again = Clusterer.restored(
        clusterer.events(),
        reports,
        next_event_id=clusterer.next_event_id,
        next_storyline_id=clusterer.next_storyline_id,
    )

    later = report(9, STRIKE_LATER, outlet="ب", hours=5)

    assert again.events() == clusterer.events()
    assert again.add(later) == clusterer.add(later)
    assert again.events() == clusterer.events()
    assert len(placed) == 5


def test_a_report_after_the_window_joins_by_the_events_snapshot() -> None:
    between = [(TALKS, f"صحيفة {n}", 12.0 * n) for n in range(1, 12)]
    clusterer, placed = _placed((STRIKE, "أ", 0), *between)
    late = clusterer.add(report(99, STRIKE_LATER, outlet="ب", hours=72))

    assert late.event_id == placed[0].event_id
    assert clusterer.event(late.event_id).updated_at == BEGAN_AT + timedelta(hours=72)


def test_one_report_dated_in_a_far_year_ends_no_event() -> None:
    clusterer, placed = _placed((STRIKE, "أ", 0), (TALKS, "أ", 24.0 * 365 * 70))
    joined = clusterer.add(report(3, STRIKE_LATER, outlet="ب", hours=2))

    assert joined.event_id == placed[0].event_id


def test_events_of_long_ago_are_dropped_from_memory() -> None:
    clusterer, placed = _placed((STRIKE, "أ", 0), *((TALKS, "ب", 24.0 * n) for n in range(1, 30)))

    with pytest.raises(KeyError):
        clusterer.event(placed[0].event_id)


def test_an_article_of_a_bygone_year_is_placed_like_any_other() -> None:
    clusterer, _ = _placed(*((TALKS, "أ", 1.0 * n) for n in range(20)))
    old = clusterer.add(report(50, STRIKE, hours=-24.0 * 400))

    assert old.new_event
    assert clusterer.event(old.event_id).article_ids == (50,)


def test_a_revised_article_keeps_its_event_and_is_held_once() -> None:
    clusterer, placed = _placed((STRIKE, "أ", 0), (STRIKE_LATER, "ب", 1))
    again = clusterer.add(report(1, (STRIKE[0], STRIKE[1], "وأضاف أن البحث مستمر."), hours=0))

    assert again.event_id == placed[0].event_id
    assert clusterer.event(again.event_id).article_ids == (1, 2)


@pytest.mark.parametrize(
    "text",
    [
        ("", ""),
        ("   ",),
        ("ق" * 3000, "نص"),
        ("شهر جديد",),
        ("قتل 1000000000000 شخص", "قتل 1000000000000 شخص في القصف."),
        ("Twelve killed in Aleppo", "Twelve people were killed in Aleppo on Monday."),
        ("کشته شدن ۱۲ نفر در حمله به شهر حلب", "در این حمله ۱۲ نفر کشته شدند."),
        ("لە هێرشێکدا ١٢ کەس کوژران", "لە هێرشێکدا ١٢ کەس کوژران و ٣٠ بریندار بوون"),
        ("<b>\x00\u202e", "\n\n\n"),
    ],
)
def test_no_text_at_all_makes_it_fail_or_join_what_it_does_not_tell_of(
    text: tuple[str, ...],
) -> None:
    clusterer, placed = _placed((STRIKE, "أ", 0), (text, "ب", 1), (OTHER_TOWN, "أ", 2))

    assert placed[1].event_id not in (placed[0].event_id, placed[2].event_id)
    assert sum(len(event.article_ids) for event in clusterer.events()) == 3
