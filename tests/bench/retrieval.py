"""Public question sets over Wikipedia and news paragraphs, through the production path.

    python -m tests.bench.retrieval --paragraphs P --questions Q [--json OUT] [--every N]

Every paragraph is an article of its own, undated. ``noisy`` are the xquad questions with one letter
missing in two of their longer words. ``--every N`` asks only each N-th question. PostgreSQL's
``arabic`` is skipped, with the reason, where no server can be started.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import random
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.bench.asked import Archive, Asked, Given, read_lines
from tests.bench.baselines import NAMES, Baselines
from tests.bench.postgres_arabic import NAME, PostgresArabic, opened

SETS = ("xquad", "xquad_en", "mlqa", "noisy")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
_LONG = 5  # letters of a word that may lose one


def with_noise(questions: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the questions, then those of xquad misspelt."""
    yield from questions
    for question in questions:
        if question["set"] == "xquad":
            text = misspelt(question["question"], question["id"])
            yield {**question, "set": "noisy", "question": text}


def misspelt(text: str, seed: str) -> str:
    """Return a text in which two long words lack one letter, never their first."""
    chance = random.Random(seed)  # noqa: S311  # repeatable, not secret
    words = text.split()
    long = [at for at, word in enumerate(words) if sum(map(str.isalpha, word)) >= _LONG]
    for at in chance.sample(long, min(2, len(long))):
        places = [place for place in range(1, len(words[at])) if words[at][place].isalpha()]
        place = chance.choice(places)
        words[at] = words[at][:place] + words[at][place + 1 :]
    return " ".join(words)


async def fill(
    archive: Archive, paragraphs: Sequence[dict[str, Any]], postgres: PostgresArabic | None = None
) -> Baselines:
    """Store the paragraphs; return the baselines over them."""
    baselines = Baselines(archive, postgres)
    archive.clock.advance(NOW - archive.clock.now())
    titles = [paragraph.get("title") or "" for paragraph in paragraphs]
    await archive.add(
        [
            Given(title, [(paragraph["id"], paragraph["text"])], None)
            for title, paragraph in zip(titles, paragraphs, strict=True)
        ]
    )
    for title, paragraph in zip(titles, paragraphs, strict=True):
        baselines.add(paragraph["id"], title, paragraph["text"])
    await archive.catch_up()
    return baselines


async def ask_all(
    paragraphs: Sequence[dict[str, Any]],
    questions: Sequence[dict[str, Any]],
    folder: Path,
    *,
    dense: bool = True,
) -> list[Asked]:
    """Return what came of the questions, by the product alone."""
    archive = await Archive.open(folder, dense=dense)
    await fill(archive, paragraphs)
    asked = [await archive.ask(question, question["set"]) for question in questions]
    await archive.close()
    return asked


def figures(golds: Sequence[Sequence[bool]]) -> dict[str, float]:
    """Return R@1, R@3, MRR@10 and nDCG@10; each question has one list, right or not by rank."""
    ranks = [next((at for at, gold in enumerate(own[:10]) if gold), None) for own in golds]

    def mean(values: Sequence[float]) -> float:
        return round(sum(values) / len(values), 4) if values else 0.0

    return {
        "r@1": mean([rank is not None and rank < 1 for rank in ranks]),
        "r@3": mean([rank is not None and rank < 3 for rank in ranks]),
        "mrr@10": mean([0.0 if rank is None else 1 / (rank + 1) for rank in ranks]),
        "ndcg@10": mean([0.0 if rank is None else 1 / math.log2(rank + 2) for rank in ranks]),
        "n": len(ranks),
    }


async def run(
    paragraphs: Sequence[dict[str, Any]],
    questions: Sequence[dict[str, Any]],
    folder: Path,
    postgres: PostgresArabic | str,
) -> dict[str, Any]:
    """Return the figures of the product and of the baselines."""
    archive = await Archive.open(folder)
    server = None if isinstance(postgres, str) else postgres
    baselines = await fill(archive, paragraphs, server)
    golds: dict[tuple[str, str], list[list[bool]]] = {}
    took_s = []
    for question in questions:
        asked = await archive.ask(question, question["set"])
        took_s.append(asked.took_s)
        golds.setdefault(("", asked.kind), []).append(asked.gold)
        gold = set(question["gold"])
        for name, ranked in (await baselines.ranked(question["question"])).items():
            golds.setdefault((name, asked.kind), []).append([one in gold for one in ranked])
    await archive.close()
    took_s.sort()
    product = {kind: figures(own) for (name, kind), own in golds.items() if not name}
    return {
        **product,
        "baselines": {
            name: {kind: figures(golds[name, kind]) for kind in product}
            for name in (*NAMES, *([NAME] if server else []))
        }
        | ({} if server else {NAME: postgres}),
        "latency_ms": {
            "p50": round(took_s[len(took_s) // 2] * 1000, 1),
            "p95": round(took_s[int(len(took_s) * 0.95)] * 1000, 1),
        },
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark, print the figures, and write them with ``--json``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--paragraphs", type=Path, required=True)
    parser.add_argument("--questions", type=Path, required=True)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--every", type=int, default=1)
    given = parser.parse_args(arguments)
    questions = list(with_noise(read_lines(given.questions)))[:: given.every]
    with tempfile.TemporaryDirectory() as folder, opened() as postgres:
        found = asyncio.run(run(read_lines(given.paragraphs), questions, Path(folder), postgres))
    kinds = [kind for kind in found if kind in SETS]
    for name in ("product", *found["baselines"]):
        if name == NAME and isinstance(found["baselines"][name], str):
            print(f"{name:<16}{found['baselines'][name]}")
            continue
        own = found if name == "product" else found["baselines"][name]
        for kind in kinds:
            row = "  ".join(f"{key} {value}" for key, value in own[kind].items())
            print(f"{name:<16}{kind:<10}{row}")
    print("latency_ms", found["latency_ms"])
    if given.json:
        given.json.write_text(json.dumps(found, ensure_ascii=False, indent=1), "utf-8")


if __name__ == "__main__":
    main()
