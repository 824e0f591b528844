"""What is worth an alert, and when it may come."""

from __future__ import annotations

import itertools
from dataclasses import replace

from bot.digest.alerting import (
    MASS_CASUALTIES,
    is_mass_casualty,
    is_told_of,
    may_tell,
    seen_before,
    worth_telling,
)
from bot.digest.happenings import Happening
from bot.events.changes import changes
from bot.models import ClaimKind, ClaimScope, EventChange, EventChangeKind, Figure, FollowKind
from bot.models import StoredArticle as Stored
from tests.contract.samples import NOW, a_claim, a_snapshot
from tests.unit.delivery.samples import article

WORTH = {"new_event", "figure", "denial", "correction"}


def killed(number: int, article_id: int = 1, **chosen: object) -> Figure:
    return Figure(claim=a_claim(1, number, **chosen), article_id=article_id, outlet="ملف", at=NOW)


def happening(**chosen: object) -> Happening:
    fields: dict[str, object] = {
        "state": a_snapshot(1, 5, figures=(killed(12),)),
        "articles": (article(1),),
        "new": (Stored(article=article(1), paragraphs=()),),
        "areas": frozenset({"sy.baghouz", "sy"}),
    }
    return Happening(**{**fields, **chosen})  # type: ignore[arg-type]  # named fields


def test_new_events_and_moved_figures_are_told_and_the_rest_waits_for_the_digest() -> None:
    every = [EventChange(kind=kind, event_id=1) for kind in EventChangeKind]
    assert {change.kind.value for change in worth_telling(every)} == WORTH


def test_only_the_quiet_hours_and_the_hours_measure_hold_an_alert_and_mass_casualties_none() -> (
    None
):
    for quiet, told, mass in itertools.product((True, False), range(6), (True, False)):
        allowed = may_tell(quiet=quiet, told_in_hour=told, most=4, mass=mass)
        assert allowed == (mass or (not quiet and told < 4))


def test_mass_casualties_are_many_killed_in_one_event_by_one_speaker() -> None:
    many = MASS_CASUALTIES

    def told(*figures: Figure) -> bool:
        state = a_snapshot(1, figures=figures)
        return is_mass_casualty(state, changes(None, state))

    assert told(killed(many))
    assert not told(killed(many - 1))
    assert not told(killed(many - 1), killed(many - 1, speaker="وكالة"))  # never summed
    assert not told(killed(many, negated=True))
    assert not told(killed(many, scope=ClaimScope.RUNNING))
    assert not told(killed(many, kind=ClaimKind.DISPLACED))


def test_mass_casualties_that_were_told_open_the_door_no_second_time() -> None:
    before = a_snapshot(1, figures=(killed(30),))
    same = replace(before, article_ids=(1, 2))
    more = replace(before, article_ids=(1, 2), figures=(killed(45, 2),))

    assert not is_mass_casualty(same, worth_telling(changes(before, same)))
    assert is_mass_casualty(more, worth_telling(changes(before, more)))


def test_a_follow_wants_what_happens_in_it_at_any_level() -> None:
    one = happening()
    assert is_told_of(one, FollowKind.PLACE, "sy.baghouz")
    assert is_told_of(one, FollowKind.PLACE, "sy")
    assert not is_told_of(one, FollowKind.PLACE, "iq")
    assert is_told_of(one, FollowKind.PARTY, "sdf")
    assert is_told_of(one, FollowKind.EVENT, "5")
    assert not is_told_of(one, FollowKind.EVENT, "6")


def test_what_is_no_conflict_update_is_no_alert_of_a_place() -> None:
    sport = happening(relevance=0.1)
    assert not is_told_of(sport, FollowKind.PLACE, "sy")
    assert is_told_of(sport, FollowKind.EVENT, "5")


def test_who_begins_to_follow_in_the_middle_knows_what_was_there_before() -> None:
    state = a_snapshot(1, 5, article_ids=(1, 2), figures=(killed(12), killed(3, 2, speaker="و")))
    news = Stored(article=article(2), paragraphs=())

    before = seen_before(happening(state=state, new=(news,)))

    assert before is not None
    assert [figure.article_id for figure in before.figures] == [1]
    assert [one.kind for one in worth_telling(changes(before, state))] == [EventChangeKind.FIGURE]
    assert seen_before(happening()) is None
