"""Questions as readers ask them, over real conflict news, through the production path.

    python -m tests.bench.newsqa --paragraphs P --questions Q [--json OUT]

The as-of rule: the articles are stored and indexed in the order of their publication, and each
question is asked when exactly those published by the end of its day are there. Then every question
that names no relative time is asked again a year later, when the whole set is stored. A hit is any
of the gold paragraphs among the passages shown at that rank. Off-topic questions are our own
(``off_topic.txt``); near misses are the unanswerable questions of the set.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

from bot.clock import FixedClock
from bot.models import NewArticle, Source, SourceKind
from bot.search.answer import best_evidence, distinct
from bot.search.index import SearchIndex
from bot.search.query import Query
from bot.search.retrieve import Ranked
from bot.services.answering import Answering
from bot.store.base import Store
from bot.store.sql import open_store

YEAR = timedelta(days=365)
SEED = 0  # nothing here is random


@dataclass(frozen=True, slots=True)
class Asked:
    """One question with what came of it."""

    question: dict[str, Any]
    query: Query
    ranked: Sequence[Ranked]
    ids: tuple[str, ...]  # of the ranked paragraphs, near-identical ones left out
    index_ids: tuple[str, ...]  # in the order of the index alone
    found: bool
    all_ids: tuple[str, ...] = ()

    @property
    def evidence(self) -> float:
        """Return the evidence on which the answer was decided."""
        return best_evidence(self.query, self.ranked)

    def hit(self, depth: int, ids: Sequence[str] | None = None) -> bool:
        """Tell whether a gold paragraph is among the first ``depth``."""
        return bool(set((self.ids if ids is None else ids)[:depth]) & set(self.question["gold"]))


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a JSON-lines file, gzipped or not."""
    given = path.read_bytes()
    text = gzip.decompress(given) if path.suffix == ".gz" else given
    return [json.loads(line) for line in text.decode("utf-8").split("\n") if line.strip()]


class Archive:
    """A store and index that fill in the order of publication."""

    def __init__(self, store: Store, index: SearchIndex, source: Source) -> None:
        self.store, self.index, self.source = store, index, source
        self.clock = FixedClock(datetime(2018, 1, 1, tzinfo=UTC))
        self.answering = Answering(store, index, self.clock)
        self.names: dict[int, str] = {}  # paragraph id → id in the set

    async def add(self, paragraphs: Sequence[dict[str, Any]]) -> None:
        """Store one article."""
        first = paragraphs[0]
        published = datetime.fromisoformat(first["published"]).astimezone(UTC)
        article = NewArticle(
            title=first["title"],
            paragraphs=tuple(p["text"] for p in paragraphs),
            published_at=published,
        )
        intake = await self.store.add_article(
            self.source, article, first["article_id"], now=published
        )
        stored = await self.store.article(intake.article_id)
        assert stored is not None
        for paragraph, given in zip(stored.paragraphs, paragraphs, strict=True):
            self.names[paragraph.id] = given["id"]

    async def ask(self, question: dict[str, Any], at: datetime) -> Asked:
        """Ask a question at an instant."""
        self.clock.advance(at - self.clock.now())
        query, ranked = await self.answering.consider(question["question"])
        answer = await self.answering.answer(question["question"])
        alone = sorted(ranked, key=lambda one: -one.judged.features.lexical)
        return Asked(
            question,
            query,
            ranked,
            self._named(distinct(ranked)),
            self._named(alone),
            answer.found,
            self._named(ranked),
        )

    def _named(self, ranked: Sequence[Ranked]) -> tuple[str, ...]:
        return tuple(self.names[one.paragraph_id] for one in ranked)


def by_article(paragraphs: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Return the paragraphs of each article in order, articles in order of publication."""
    articles: dict[str, list[dict[str, Any]]] = {}
    for paragraph in paragraphs:
        articles.setdefault(paragraph["article_id"], []).append(paragraph)
    for own in articles.values():
        own.sort(key=lambda paragraph: int(paragraph["n"]))
    return sorted(articles.values(), key=lambda own: str(own[0]["published"]))


def end_of_day(day: str) -> datetime:
    """Return the last second of a day, UTC."""
    return datetime.combine(datetime.fromisoformat(day).date(), time(23, 59, 59), tzinfo=UTC)


async def ask_all(
    paragraphs: Sequence[dict[str, Any]], questions: Sequence[dict[str, Any]], folder: Path
) -> tuple[list[Asked], list[Asked], list[Asked]]:
    """Return what came of the questions as of their day, a year later, and of those off topic."""
    store = await open_store(f"sqlite+aiosqlite:///{folder / 'bench.db'}")
    source = await store.ensure_source(SourceKind.FILE, "bench", now=datetime.now(UTC))
    archive = Archive(store, SearchIndex(store, folder / "index"), source)
    await archive.index.open()
    asked = []
    waiting = by_article(paragraphs)
    held: set[str] = set()
    for question in sorted(questions, key=lambda one: str(one["asked_at"])):
        at = end_of_day(question["asked_at"])
        while waiting and datetime.fromisoformat(waiting[0][0]["published"]) <= at:
            held.update(paragraph["id"] for paragraph in waiting[0])
            await archive.add(waiting.pop(0))
        await archive.index.catch_up()
        if not question["answerable"] or held & set(question["gold"]):
            asked.append(await archive.ask(question, at))
    for article in waiting:
        await archive.add(article)
    await archive.index.catch_up()
    lasting = [one.question for one in asked if one.question["style"] != "relative"]
    later = [await archive.ask(q, end_of_day(q["asked_at"]) + YEAR) for q in lasting]
    now = archive.clock.now()
    strange = [await archive.ask({"question": text, "gold": []}, now) for text in off_topic()]
    await archive.index.close()
    await store.close()
    return asked, later, strange


def off_topic() -> Iterator[str]:
    """Yield our own off-topic questions."""
    for line in Path(__file__).with_name("off_topic.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line


def share(values: Sequence[bool]) -> float:
    """Return the share of true values, 0 of none."""
    return round(sum(values) / len(values), 4) if values else 0.0


def success(asked: Sequence[Asked]) -> dict[str, float]:
    """Return success@1, @3 and @10 over the answerable questions."""
    wanted = [one for one in asked if one.question["answerable"]]
    return {f"success@{k}": share([one.hit(k) for one in wanted]) for k in (1, 3, 10)}


def auc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Return the probability that a positive has more evidence than a negative (ties count ½)."""
    wins = sum((p > n) + 0.5 * (p == n) for p in positive for n in negative)
    return round(wins / (len(positive) * len(negative)), 4) if positive and negative else 0.0


def by(asked: Sequence[Asked], key: str) -> dict[str, dict[str, float]]:
    """Return success@1 and @3 for each value of a field of the questions."""
    groups: dict[str, list[Asked]] = {}
    for one in asked:
        if one.question["answerable"]:
            groups.setdefault(one.question[key], []).append(one)
    return {name: success(group) | {"n": len(group)} for name, group in sorted(groups.items())}


def report(
    asked: Sequence[Asked], later: Sequence[Asked], strange: Sequence[Asked]
) -> dict[str, Any]:
    """Return the figures."""
    wanted = [one for one in asked if one.question["answerable"]]
    near = [one for one in asked if not one.question["answerable"]]
    return {
        **success(asked),
        "auc": auc([one.evidence for one in wanted], [one.evidence for one in near]),
        "auc_off_topic": auc([one.evidence for one in wanted], [one.evidence for one in strange]),
        "off_topic_refused": share([not one.found for one in strange]),
        "near_miss_refused": share([not one.found for one in near]),
        "answered": share([one.found for one in wanted]),
        "a_year_later": success(later),
        "by_style": by(asked, "style"),
        "by_type": by(asked, "type"),
        "baselines": {
            "index_alone": {
                f"success@{k}": share([one.hit(k, one.index_ids) for one in wanted])
                for k in (1, 3, 10, 40)
            }
        },
        "n": len(wanted),
        "seed": SEED,
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark, print the figures, and write them with ``--json``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--paragraphs", type=Path, required=True)
    parser.add_argument("--questions", type=Path, required=True)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        outcome = asyncio.run(
            ask_all(read_lines(given.paragraphs), read_lines(given.questions), Path(folder))
        )
    figures = report(*outcome)
    for key, value in figures.items():
        if isinstance(value, dict):
            print(f"{key}:")
            for name, inner in value.items():
                print(f"  {name:<16} {inner}")
        else:
            print(f"{key:<20} {value}")
    if given.json:
        given.json.write_text(json.dumps(figures, ensure_ascii=False, indent=1), "utf-8")


if __name__ == "__main__":
    main()
