"""Steps of a timeline: one an event, in order of time, a copied text once."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.models import Article, Reading
from bot.services.timelines import steps_of
from tests.unit.delivery.samples import MORNING, article


def report(number: int, hours: float, outlet: str = "") -> Article:
    at = MORNING + timedelta(hours=hours)
    return article(number, published_at=at, source=outlet or f"مصدر {number}")


def read(number: int, event: int | None = None, copy_of: int | None = None) -> Reading:
    return Reading(article_id=number, event_id=event, copy_of=copy_of)


def test_an_event_is_one_step_told_by_its_first_report() -> None:
    held = [report(3, 5), report(1, 0), report(2, 2)]
    readings = {1: read(1, 7), 2: read(2, 8), 3: read(3, 7)}

    steps = steps_of(held, readings, by_event=True)

    assert [(step.article.id, step.event_id, step.reports) for step in steps] == [
        (1, 7, 2),
        (2, 8, 1),
    ]
    assert [one.id for one in steps[0].also_in] == [3]


def test_a_copy_is_no_step_but_its_outlet_is_named() -> None:
    held = [report(1, 0), report(2, 1), report(3, 2), report(4, 3)]
    readings = {1: read(1, 7), 2: read(2, 7, copy_of=1), 3: read(3, 7, copy_of=2)}

    steps = steps_of(held, readings, by_event=False)

    assert [step.article.id for step in steps] == [1, 4]
    assert [one.id for one in steps[0].also_in] == [2, 3]
    assert steps[0].reports == 1


def test_a_copy_whose_original_is_not_there_stands_for_itself() -> None:
    assert [
        step.article.id for step in steps_of([report(2, 1)], {2: read(2, 7, 1)}, by_event=True)
    ] == [2]


def test_an_outlet_that_reports_twice_is_not_named_as_a_further_one() -> None:
    held = [report(1, 0, "أ"), report(2, 1, "أ"), report(3, 2, "ب"), report(4, 3, "ب")]
    readings = {number: read(number, 7) for number in range(1, 5)}

    (step,) = steps_of(held, readings, by_event=True)

    assert [one.source for one in step.also_in] == ["ب"]
    assert step.reports == 4


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3), st.integers(0, 12)), max_size=12))
def test_no_report_is_lost_or_told_twice(drawn: list[tuple[int, int, int]]) -> None:
    held = [report(number, hours) for number, (hours, _, _) in enumerate(drawn, start=1)]
    readings = {
        number: read(number, event or None, original or None)
        for number, (_, event, original) in enumerate(drawn, start=1)
        if original < number
    }

    for by_event in (True, False):
        steps = steps_of(held, readings, by_event=by_event)
        told = [step.article.id for step in steps]
        told += [one.id for step in steps for one in step.also_in]
        assert sorted(told) == sorted(one.id for one in held)
        times = [step.article.dated_at for step in steps]
        assert times == sorted(times)
