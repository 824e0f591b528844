"""Clustering of any day: ids, copies, towns, and a record of every split and merge."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.events.cluster import Clusterer
from bot.models import Report
from tests.unit.events.event_samples import report

# Towns of one country and of several, with the governorate they lie in.
TOWNS = (
    ("معرة النعمان", "إدلب"),
    ("دوما", "ريف دمشق"),
    ("كفر زيتا", "حماة"),
    ("الشجاعية", "غزة"),
    ("نهم", "صنعاء"),
    ("درنة", "ليبيا"),
)
TARGETS = ("سوق شعبي", "مستشفى ميداني", "مدرسة للنازحين", "محطة للمياه")
OUTLETS = ("أ", "ب", "ج", "د")


def strike(town: int, target: int, dead: int) -> tuple[str, ...]:
    """Return a report of our own of a strike on a target in a town."""
    name, area = TOWNS[town]
    what = TARGETS[target]
    return (
        f"غارة على {what} في {name} توقع {dead} قتيلاً",
        f"قُتل {dead} شخصاً وأصيب آخرون في غارة جوية استهدفت {what} في بلدة {name} في {area}.",
        f"وقال الدفاع المدني في {name} إن فرقه واصلت البحث عن ناجين.",
    )


days = st.lists(
    st.tuples(
        st.integers(0, len(TOWNS) - 1),
        st.integers(0, len(TARGETS) - 1),
        st.integers(3, 90),
        st.sampled_from(OUTLETS),
        st.floats(0, 40),
    ),
    min_size=1,
    max_size=14,
)


def reports_of(day: list[tuple[int, int, int, str, float]]) -> list[Report]:
    """Return the reports of a day in order of publication."""
    return [
        report(key, strike(town, target, dead), outlet=outlet, hours=hours)
        for key, (town, target, dead, outlet, hours) in enumerate(
            sorted(day, key=lambda one: one[4]), start=1
        )
    ]


@settings(max_examples=40, deadline=None)
@given(days)
def test_each_report_is_in_one_event_and_what_was_recorded_is_what_stands(
    day: list[tuple[int, int, int, str, float]],
) -> None:
    clusterer = Clusterer()
    recorded: dict[int, int] = {}
    given_ids: set[int] = set()
    for one in reports_of(day):
        placed = clusterer.add(one)
        assert placed.new_event == (placed.event_id not in given_ids)
        given_ids.add(placed.event_id)
        recorded[one.article_id] = placed.event_id
        for gone in placed.merged:
            recorded = {key: placed.event_id if at == gone else at for key, at in recorded.items()}
        recorded.update(placed.moved)
        given_ids.update(event for _, event in placed.moved)

    standing = {key: event.id for event in clusterer.events() for key in event.article_ids}

    assert standing == recorded  # whoever kept the placements knows every merge and every split
    assert len(standing) == len(day)
    assert max(given_ids) < clusterer.next_event_id


@settings(max_examples=40, deadline=None)
@given(st.permutations(range(len(TOWNS))), st.integers(0, 3), st.integers(3, 90), st.booleans())
def test_strikes_of_one_day_in_different_towns_stay_apart_though_told_in_the_same_words(
    towns: list[int], target: int, dead: int, one_outlet: bool
) -> None:
    clusterer = Clusterer()
    for key, town in enumerate(towns, start=1):
        outlet = "أ" if one_outlet else OUTLETS[key % len(OUTLETS)]
        clusterer.add(report(key, strike(town, target, dead + town), outlet=outlet, hours=key))

    assert len(clusterer.events()) == len(TOWNS)


@settings(max_examples=25, deadline=None)
@given(days, st.integers(0, 5), st.integers(2, 10))
def test_a_wire_text_counts_once_however_many_outlets_print_it(
    day: list[tuple[int, int, int, str, float]], town: int, outlets: int
) -> None:
    clusterer = Clusterer()
    for one in reports_of(day):
        clusterer.add(one)
    wire = strike(town, 0, 95)
    placed = [
        clusterer.add(report(100 + n, wire, outlet=f"صحيفة {n}", hours=41 + n / 10))
        for n in range(outlets)
    ]

    assert len({one.event_id for one in placed}) == 1
    assert len({one.copy_of for one in placed[1:]}) == 1
    for before, after in pairwise(placed):
        assert not after.new_event or before.new_event


@settings(max_examples=25, deadline=None)
@given(days, st.data())
def test_a_restart_at_any_report_keeps_every_event_and_loses_no_report(
    day: list[tuple[int, int, int, str, float]], data: st.DataObject
) -> None:
    reports = reports_of(day)
    cut = data.draw(st.integers(0, len(reports)))
    whole = Clusterer()
    for one in reports[:cut]:
        whole.add(one)

    restored = Clusterer.restored(
        whole.events(),
        reports[:cut],
        next_event_id=whole.next_event_id,
        next_storyline_id=whole.next_storyline_id,
    )

    assert restored.events() == whole.events()
    for one in reports[cut:]:
        restored.add(one)
    assert sum(len(event.article_ids) for event in restored.events()) == len(day)
