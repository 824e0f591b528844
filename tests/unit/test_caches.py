"""What is held of the news has an end: no cache without a bound grows with what arrives."""

from __future__ import annotations

import functools
import gc
import random
from datetime import UTC, datetime, timedelta

from bot.delivery.page import Page
from bot.events.cluster import Clusterer
from bot.events.reports import read_report
from bot.search.match import prepare
from bot.search.whereabouts import places_in
from bot.text.analysis import index_fields
from bot.text.numbers import numbers
from tests.bench.made_up import report

_BEGUN = datetime(2026, 3, 1, 6, tzinfo=UTC)


def _caches() -> dict[str, functools._lru_cache_wrapper[object]]:
    """Return all caches of our own functions, by their names."""
    return {
        f"{one.__module__}.{one.__qualname__}": one
        for one in gc.get_objects()
        if isinstance(one, functools._lru_cache_wrapper) and one.__module__.startswith("bot.")
    }


def _serve(clusterer: Clusterer, chance: random.Random, first: int, count: int) -> None:
    """Let reports be read, found and shown, each a minute after the one before."""
    for number in range(first, first + count):
        at = _BEGUN + timedelta(minutes=number)
        made = report(chance, number, at)
        clusterer.add(
            read_report(
                article_id=number,
                outlet="x",
                title=made.title,
                paragraphs=made.paragraphs,
                dated_at=at,
            )
        )
        for language in ("ar", "en", f"x{number}"):
            page = Page("Asia/Damascus", language)
            page.moment(at)
            page.when(at, at + timedelta(days=2))
        for text in made.paragraphs:
            index_fields(text)
            numbers(prepare(text).tokens)
            places_in(text)


def test_caches_without_a_bound_do_not_grow_with_the_news() -> None:
    chance, clusterer = random.Random(7), Clusterer()  # noqa: S311 - made-up news
    _serve(clusterer, chance, 1, 40)
    before = {name: one.cache_info().currsize for name, one in _caches().items()}
    _serve(clusterer, chance, 41, 40)

    after = {name: one.cache_info() for name, one in _caches().items()}
    bounded = [name for name, info in after.items() if info.maxsize is not None]
    grown = [name for name in after if after[name].currsize > before.get(name, 0)]
    assert len(after) > 40
    assert set(grown) & set(bounded)  # what arrives is new
    assert not set(grown) - set(bounded)


def test_numbers_of_which_there_is_no_end_are_not_held() -> None:
    held = _caches()["bot.text.numbers._begins"]
    numbers(prepare("قالوا إن خمسة وصلوا").tokens)
    before = held.cache_info().currsize
    found = [numbers(prepare(f"قالوا إن {n} وصلوا").tokens)[0].value for n in range(300, 500)]
    assert found == list(range(300, 500))
    assert held.cache_info().currsize == before
