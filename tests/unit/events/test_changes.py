"""What has changed about an event since it was shown."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

from bot.events.changes import changes, snapshot
from bot.events.cluster import Clusterer
from bot.models import EventChange, EventChangeKind, EventSnapshot, Report
from tests.unit.events.event_samples import BEGAN_AT, STRIKE, STRIKE_LATER, report

LATER_AT = BEGAN_AT + timedelta(hours=12)
DENIAL = (
    "الجيش ينفي مقتل مدنيين في الغارة على سوق معرة النعمان",
    "نفى الجيش مقتل مدنيين في الغارة الجوية على السوق الشعبي في معرة النعمان بريف إدلب.",
)


def _state(*reports: Report) -> EventSnapshot:
    clusterer = Clusterer()
    ids = {clusterer.add(one).event_id for one in reports}
    assert len(ids) == 1
    return snapshot(clusterer.event(ids.pop()), reports, LATER_AT)


def _kinds(found: tuple[EventChange, ...]) -> list[str]:
    return [one.kind.value for one in found]


def test_an_event_that_was_never_shown_is_new_and_one_that_stands_still_is_not() -> None:
    now = _state(report(1, STRIKE))

    assert _kinds(changes(None, now)) == ["new_event"]
    assert changes(now, now) == ()
    assert changes(now, dataclasses.replace(now, at=LATER_AT + timedelta(days=1))) == ()


def test_a_figure_that_moved_bears_what_it_was_and_what_it_is() -> None:
    before = _state(report(1, STRIKE))
    after = _state(report(1, STRIKE), report(2, STRIKE_LATER, hours=3))

    moved = [one for one in changes(before, after) if one.kind is EventChangeKind.FIGURE]

    assert [(one.before and one.before.claim.value, one.after and one.after.claim.value)
            for one in moved] == [(12, 17)]  # fmt: skip
    assert moved[0].article_id == 2


def test_another_speakers_figure_stands_beside_and_is_no_move() -> None:
    other = (
        STRIKE[0].replace("12", "15"),
        "قالت وزارة الصحة إن 15 شخصاً قتلوا في الغارة الجوية على السوق الشعبي في معرة النعمان.",
    )
    before = _state(report(1, STRIKE))
    after = _state(report(1, STRIKE), report(2, other, outlet="ب", hours=1))

    figures = [one for one in changes(before, after) if one.kind is EventChangeKind.FIGURE]

    assert [(one.before, one.after and one.after.claim.value) for one in figures] == [(None, 15)]
    assert {one.claim.value for one in after.figures if one.kind == "killed"} == {12, 15}


def test_a_further_outlet_with_the_same_figures_is_a_new_outlet_and_no_new_figure() -> None:
    before = _state(report(1, STRIKE))
    after = _state(report(1, STRIKE), report(2, (*STRIKE[:2], "نص آخر."), outlet="ب", hours=1))

    found = changes(before, after)

    assert _kinds(found) == ["outlet", "report"]
    assert found[0].value == "ب"


def test_a_denial_is_told_as_such_and_never_as_a_figure() -> None:
    before = _state(report(1, STRIKE))
    after = _state(report(1, STRIKE), report(2, DENIAL, outlet="ب", hours=2))

    found = changes(before, after)

    assert "denial" in _kinds(found)
    assert all(one.after is None or not one.after.claim.negated
               for one in found if one.kind is EventChangeKind.FIGURE)  # fmt: skip


def test_an_article_that_changed_its_own_figure_is_a_correction() -> None:
    mended = (STRIKE[0], STRIKE[1].replace("12", "11"), STRIKE[2])

    found = changes(_state(report(1, STRIKE)), _state(report(1, mended)))

    assert _kinds(found) == ["correction"]
    assert found[0].before is not None
    assert found[0].after is not None
    assert (found[0].before.claim.value, found[0].after.claim.value) == (12, 11)


def test_a_figure_that_an_article_took_back_is_a_correction_without_a_new_one() -> None:
    mended = (STRIKE[0], STRIKE[1].replace("وأصيب 20 آخرون ", ""), STRIKE[2])

    found = changes(_state(report(1, STRIKE)), _state(report(1, mended)))

    assert [(one.kind.value, one.after) for one in found] == [("correction", None)]


def test_every_figure_of_a_snapshot_is_one_that_a_report_printed() -> None:
    reports = [report(1, STRIKE), report(2, STRIKE_LATER, outlet="ب", hours=3)]
    state = _state(*reports)
    printed = {
        (claim.kind, claim.minimum, claim.maximum) for one in reports for claim in one.claims
    }

    assert state.figures
    assert {(f.kind, f.claim.minimum, f.claim.maximum) for f in state.figures} <= printed


def test_a_copy_brings_its_outlet_and_not_its_figures_again() -> None:
    copy = dataclasses.replace(report(2, STRIKE, outlet="ب", hours=1), copy_of=1)
    state = _state(report(1, STRIKE), copy)

    assert state.outlets == ("أ", "ب")
    assert {figure.article_id for figure in state.figures} == {1}
