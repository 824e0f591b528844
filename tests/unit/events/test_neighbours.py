"""What is held of reports gives the same means as every pair anew, in little room."""

from __future__ import annotations

import random
from collections.abc import Collection

import pytest

from bot.events.gist import Gist, gist_of, merged, packed
from bot.events.groups import Groups
from bot.events.neighbours import EVENT, STORYLINE, WINDOW_H, Neighbours
from bot.events.pairs import Level, features, level
from bot.text.places import places
from tests.unit.events.event_samples import report

LEVELS = (level("event"), level("storyline"))
TOWNS = tuple(sorted(one.name for one in places().values() if one.country == "SY"))[:8]
SEEDS = range(6)


def _gists(seed: int, count: int = 40) -> dict[int, Gist]:
    chance = random.Random(seed)  # noqa: S311 - made-up news
    found = {}
    for key in range(1, count + 1):
        town, n = chance.choice(TOWNS), chance.randint(2, 40)
        text = (
            f"مقتل {n} مدنيين في غارة على {town}" if chance.random() < 0.6
            else f"قافلة مساعدات من {n} شاحنات تصل إلى {town}",
            f"قال الدفاع المدني في {town} إن فرقه واصلت عملها حتى المساء.",
        )  # fmt: skip
        found[key] = gist_of(report(key, text, outlet=f"{key % 3}", hours=chance.uniform(0, 120)))
    return found


def _held(gists: dict[int, Gist]) -> Neighbours:
    near = Neighbours(*LEVELS)
    for key, gist in gists.items():
        near.take(key, gist)
    return near


def _mean(
    level: Level, gists: dict[int, Gist], some: Collection[int], others: Collection[int]
) -> float:
    """Return the mean over every pair in the window, taken anew from the gists."""
    found = []
    for one in some:
        for other in others:
            a, b = gists[one], gists[other]
            if abs(a.at_h - b.at_h) > WINDOW_H:
                continue
            words = sum(weight * b.words.get(stem, 0.0) for stem, weight in a.words.items())
            found.append(level.probability(features(a, b, words)) if words >= 0.04 else 0.0)
    return sum(found) / len(found) if found else 0.0


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("at", [EVENT, STORYLINE])
def test_the_mean_is_that_of_every_pair_within_the_window_but_for_those_that_tell_nothing(
    seed: int, at: int
) -> None:
    gists, chance = _gists(seed), random.Random(seed)  # noqa: S311 - which of them
    near = _held(gists)
    keys = chance.sample(sorted(gists), len(gists))
    compared = 0
    for size in (1, 2, 5, 12):
        some, others = keys[:size], keys[size : size + 15]
        mean = near.linkage(at, some, others)
        compared += mean > 0.05

        assert mean == near.linkage(at, others, some)
        assert mean == pytest.approx(_mean(LEVELS[at], gists, some, others), abs=0.02)
    assert compared > 0


def _grouped(gists: dict[int, Gist], count: int, some: Collection[int]) -> Groups:
    """Return events 1 to ``count`` with the rest of the reports, some of which have left again."""
    groups = Groups(count + 1, 1)
    for key, gist in gists.items():
        if key not in some:
            groups.put(key, 1 + key % count, gist.at_h)
    for key in list(gists)[::7]:
        if key in groups.event_of:
            groups.leave(key)
    return groups


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("size", [1, 5, 30])
def test_all_events_around_at_once_get_the_means_that_they_get_one_by_one(
    seed: int, size: int
) -> None:
    gists = _gists(seed)
    near = _held(gists)
    some = random.Random(seed).sample(sorted(gists), size)  # noqa: S311 - which of them
    groups = _grouped(gists, 3 if size > 1 else 20, some)

    linkages = near.linkages(some, groups.event_of, groups.by_id)

    assert linkages == {
        event: near.linkage(EVENT, some, group.members) for event, group in groups.by_id.items()
    }
    assert any(linkages.values())


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("size", [1, 5, 30])
@pytest.mark.parametrize("count", [1, 4])
def test_several_groups_at_once_get_the_means_that_they_get_one_by_one(
    seed: int, size: int, count: int
) -> None:
    gists = _gists(seed)
    near = _held(gists)
    keys = random.Random(seed).sample(sorted(gists), len(gists))  # noqa: S311 - which of them
    some, rest = keys[:size], keys[size:]
    others = {name: rest[name::count] for name in range(count)}

    means = near.means(STORYLINE, some, others)

    assert means == {name: near.linkage(STORYLINE, some, few) for name, few in others.items()}
    assert any(means.values())


@pytest.mark.parametrize("seed", SEEDS)
def test_a_report_belongs_to_its_event_by_the_mean_with_the_rest_of_it(seed: int) -> None:
    gists = _gists(seed)
    near = _held(gists)
    groups = _grouped(gists, 4, ())

    for key, event in groups.event_of.items():
        group = groups.by_id[event]
        rest = [one for one in group.members if one != key]

        assert near.belonging(key, group) == near.linkage(EVENT, (key,), rest)


@pytest.mark.parametrize("least", [0.05, 0.37, 0.9])
def test_only_snapshots_that_cannot_be_so_sure_are_left_out(least: float) -> None:
    near = Neighbours(*LEVELS)
    for key, gist in _gists(4).items():
        near.take(key, gist)
        near.retire(key, [key])
    late = gist_of(report(99, ("مقتل 7 مدنيين في غارة على " + TOWNS[0], ""), hours=125))
    near.take(99, late)

    everyone, sure = near.late(99), near.late(99, least)

    assert sure.items() <= everyone.items()
    assert {key for key, surely in everyone.items() if surely >= least} <= sure.keys()
    assert everyone


def test_pairs_that_tell_nothing_take_no_room() -> None:
    gists = _gists(1)
    near = _held(gists)
    pairs = {
        at: {(a, b): p for a in gists for b, p in near.of(at, a).items()}
        for at in (EVENT, STORYLINE)
    }

    assert 0 < len(pairs[EVENT]) < len(pairs[STORYLINE]) < len(gists) * (len(gists) - 1)
    assert all(p >= 0.02 for of_level in pairs.values() for p in of_level.values())


def test_a_report_that_is_dropped_leaves_no_pair_behind() -> None:
    gists = _gists(2)
    near = _held(gists)

    for key in gists:
        near.drop(key)
        assert not any(
            key in near.of(at, one) for at in (EVENT, STORYLINE) for one in gists if one > key
        )


@pytest.mark.parametrize("count", [1, 2, 5])
def test_an_event_that_stands_by_its_snapshot_is_found_and_may_do_so_again(count: int) -> None:
    gists = {key: gist for key, gist in _gists(3).items() if key <= count}
    near = _held(gists)
    late = gist_of(report(99, ("مقتل 7 مدنيين في غارة على " + TOWNS[0], ""), hours=200))

    found = []
    for _ in range(2):
        near.retire(5, list(gists))
        near.take(99, late)
        found.append(near.late(99))
        near.drop(99)

    words = sum(w * merged(gists.values()).words.get(stem, 0.0) for stem, w in late.words.items())
    assert words > 0.04
    expected = LEVELS[EVENT].probability(features(late, merged(gists.values()), words))
    assert found[0] == pytest.approx({5: expected})
    assert found[1] == pytest.approx(found[0])


def test_a_packed_gist_says_the_same() -> None:
    for gist in _gists(4).values():
        small = packed(gist)

        assert packed(small) is small
        assert {name: small.whole[name] for name in small.whole} == dict(gist.whole)
        assert merged([small, small]) == merged([gist, gist])
        assert "" not in small.words
        assert len(small.words) == len(gist.words)


@pytest.mark.parametrize("seed", SEEDS)
def test_reports_held_in_little_room_form_the_same_pairs_with_what_is_dated_late(seed: int) -> None:
    gists = _gists(seed)
    whole, small = _held(gists), _held(gists)
    newest_h = max(gist.at_h for gist in gists.values())
    old = [key for key, gist in gists.items() if gist.at_h < newest_h - WINDOW_H]
    assert 5 < len(old) < len(gists)

    small.pack(gists, newest_h - WINDOW_H)
    for key, gist in _gists(seed + 100, 20).items():
        for near in (whole, small):
            near.take(1000 + key, gist)

    pairs = 0
    for at in (EVENT, STORYLINE):
        for key in range(1001, 1021):
            formed = list(small.of(at, key).items())
            assert formed == list(whole.of(at, key).items())
            pairs += sum(other in old for other, _ in formed)
    assert pairs > 20
    for key in old:  # forgotten as any other
        small.drop(key)
    assert not any(other in old for at in (EVENT, STORYLINE) for other in small.of(at, 1001))


def test_equal_names_are_held_once() -> None:
    one, other = (
        gist_of(report(key, ("غارة على إدلب", "قصف الجيش السوري مدينة إدلب وقتل مدنيين.")))
        for key in (1, 2)
    )

    assert one.parties
    for name in ("parties", "towns", "around", "spots", "areas", "lands", "kinds"):
        assert getattr(one, name) is getattr(other, name)
