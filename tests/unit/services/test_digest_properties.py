"""Two weeks of a war told by four outlets at random: what every digest keeps to."""

from __future__ import annotations

import html
import random
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.clock import FixedClock
from bot.models import EventSnapshot, OutboxMessage
from bot.store.base import Store
from bot.store.sql import open_store
from tests.unit.services.test_digest_of_events import EVENING, Desk

DAYS = 10
TOWNS = ("إدلب", "منبج", "الباغوز", "تعز", "الخرطوم", "خان يونس", "سنجار", "درنة")
OUTLETS = ("وكالة النهر", "راديو الجبل", "صحيفة الوادي", "شبكة التل")
SPEAKERS = ("الدفاع المدني", "وزارة الصحة", "مدير المشفى", "لجنة محلية")
PLACES = ("سوق", "مدرسة", "مسجد", "مخيم", "جسر", "مستشفى")
_QUOTE = re.compile(r"<blockquote[^>]*>(.*?)</blockquote>", re.DOTALL)
_FIGURES = re.compile(r"^[\u200f\u2066-\u2069]*(?:القتلى|الجرحى).*$", re.MULTILINE)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(f"sqlite+aiosqlite:///{tmp_path / 'mujaz.db'}")
    yield opened
    await opened.close()


def a_report(chance: random.Random, town: str, place: str, killed: int) -> tuple[str, ...]:
    """Return a report of a strike as some outlet might word it."""
    speaker = chance.choice(SPEAKERS)
    return (
        f"قصف على {place} في {town} يوقع {killed} قتيلاً",
        f"قال {speaker} إن {killed} مدنياً قتلوا وأصيب {killed * 2}"
        f" في قصف استهدف {place} في {town}.",
        f"وقال سكان إن القصف وقع قرب {place} المكتظ، وإن فرق الإنقاذ تعمل في {town} منذ الفجر.",
    )


def shown_of(messages: list[OutboxMessage]) -> str:
    return "\n".join(message.html for message in messages)


async def test_quotes_are_the_stores_figures_have_a_sentence_and_nothing_comes_again_unchanged(
    store: Store,
) -> None:
    chance = random.Random(11)  # noqa: S311 - repeatable, not secret
    desk = Desk(store, FixedClock(EVENING))
    await desk.subscribe()
    (subscription,) = await store.subscriptions()
    quotes = figures = changed = 0
    before: dict[int, EventSnapshot] = {}
    for day in range(DAYS):
        tolls = {town: chance.randint(2, 40) for town in chance.sample(TOWNS, 3)}
        for town, killed in tolls.items():
            place = chance.choice(PLACES)
            for outlet in chance.sample(OUTLETS, chance.randint(1, 3)):
                told = a_report(chance, town, place, killed + chance.randint(0, 3))
                await desk.report(outlet, told)
        messages = (await desk.morning(day))[7]
        articles = await store.articles(range(1, 1000))
        texts = {one.text for held in articles.values() for one in held.paragraphs}
        shown = shown_of(messages)
        for quoted in _QUOTE.findall(shown):
            quotes += 1
            assert html.unescape(re.sub(r"</?b>", "", quoted)) in texts
        states = await _states(store, subscription.id)
        for event, state in states.items():
            for figure in state.figures:
                figures += 1
                (paragraph,) = (
                    one
                    for one in articles[figure.article_id].paragraphs
                    if one.id == figure.claim.paragraph_id
                )
                said = paragraph.text[figure.claim.start : figure.claim.end]
                assert str(figure.claim.minimum) in said
            if event in before and state == before[event]:
                continue
            changed += event in before
        _nothing_again_unchanged(
            shown, before, states, {k: a.article.title for k, a in articles.items()}
        )
        before = states
    print(f"{quotes} quotes, {figures} figures, {changed} events came again changed")
    assert quotes > DAYS * 2
    assert figures > DAYS * 4
    assert changed > DAYS / 2


def _nothing_again_unchanged(
    shown: str,
    before: dict[int, EventSnapshot],
    states: dict[int, EventSnapshot],
    titles: dict[int, str],
) -> None:
    """Assert that the headline of no event stands there that is as it was shown last."""
    same = [event for event, state in states.items() if before.get(event) == state]
    other = {titles[key] for event, state in states.items() if event not in same
             for key in state.article_ids}  # fmt: skip
    for event in same:
        for key in states[event].article_ids:
            assert titles[key] in other or html.escape(titles[key]) not in shown


async def _states(store: Store, subscription_id: int) -> dict[int, EventSnapshot]:
    events = [event.id for event in await store.recent_events(datetime(2019, 1, 1, tzinfo=UTC))]
    shown = await store.shown([subscription_id], events)
    kept = await store.snapshots([one.snapshot_id for one in shown])
    return {one.event_id: kept[one.snapshot_id] for one in shown}
