"""A clusterer that is restored from what is stored goes on as the one that wrote it would have."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.events.cluster import Clusterer
from bot.events.steps import Steps
from bot.models import EventsMark, Report
from tests.bench.made_up import report as made_up
from tests.unit.events.event_samples import BEGAN_AT, STRIKE, TALKS, report

REPORTS, BEFORE = 70, 48  # of which so many come before the interruption


def _day(chance: random.Random) -> list[Report]:
    """Return reports of a day and a half; some repeat one that came before, dated before it."""
    read: list[Report] = []
    for key in range(1, REPORTS + 1):
        at = BEGAN_AT + timedelta(hours=key / 2)
        article = made_up(chance, key, at)
        if key > 5 and chance.random() < 0.2:
            said = read[-chance.randint(1, 4)]
            at = said.dated_at - timedelta(hours=chance.choice((1, 3)))
            article = replace(article, title=said.title, paragraphs=said.paragraphs)
        text = (article.title, *article.paragraphs)
        hours = (at - BEGAN_AT) / timedelta(hours=1)
        read.append(report(key, text, outlet=chance.choice("أبجد"), hours=hours))
    return read


def _restored(clusterer: Clusterer, reports: list[Report]) -> Clusterer:
    return Clusterer.restored(
        clusterer.events(),
        reports,
        next_event_id=clusterer.next_event_id,
        next_storyline_id=clusterer.next_storyline_id,
    )


@pytest.mark.parametrize("seed", range(6))
def test_a_copy_that_is_dated_before_its_original_stays_a_copy(seed: int) -> None:
    reports = _day(random.Random(seed))  # noqa: S311 - made-up news
    lasting = Clusterer()
    found = [lasting.add(one).copy_of for one in reports[:BEFORE]]
    kept = [replace(one, copy_of=of) for one, of in zip(reports[:BEFORE], found, strict=True)]

    restored = _restored(lasting, kept)

    assert any(found)
    assert restored.events() == lasting.events()
    for one in reports[BEFORE:]:
        assert restored.add(one) == lasting.add(one)


def test_what_had_ended_before_is_not_written_again() -> None:
    reports = [report(1, STRIKE), *(report(n, TALKS, hours=200 + n) for n in range(2, 20))]
    lasting = Clusterer()
    for one in reports:
        lasting.add(one)
    (strike,) = lasting.ended()
    everything = [strike, *lasting.events()]

    restored = Clusterer.restored(everything, reports, next_event_id=30, next_storyline_id=30)
    step = Steps(restored).take((), EventsMark(), 20)

    assert strike.id not in restored.lines()
    assert step.events == ()
    assert step.homes == ()
