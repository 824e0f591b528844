"""Our own questions over our own sample reports, asked under the as-of rule.

A small archive of one matter, where each question has few candidates: the other end of what the
ranker must serve. Texts and questions are written for this project, so they lie in the repository.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from bot.text.paragraphs import split_article
from tests.bench.asked import Archive, Asked, Given
from tests.bench.newsqa_runs import end_of_day

QUESTIONS = Path(__file__).with_name("own_questions.tsv")
_SEED_AT = datetime(2019, 3, 12, 17, tzinfo=UTC)


def questions() -> list[dict[str, Any]]:
    """Return the questions in the form of the newsqa set."""
    found: list[dict[str, Any]] = []
    for line in QUESTIONS.read_text("utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        day, style, gold, text = line.split("\t")
        found.append(
            {
                "id": f"own-{len(found)}",
                "question": text,
                "asked_at": day,
                "style": style,
                "type": "own",
                "gold": [] if gold == "-" else gold.split(","),
                "answerable": gold != "-",
            }
        )
    return found


def reports() -> list[tuple[datetime, str, list[tuple[str, str]]]]:
    """Return (time, title, named paragraphs) of each report, oldest first."""
    folder = files("bot.sandbox") / "sample"
    found: list[tuple[datetime, str, list[tuple[str, str]]]] = []
    for line in (folder / "reports.jsonl").read_text("utf-8").splitlines():
        report = json.loads(line)
        name = report["url"].rsplit("/", 1)[1]
        named = [(f"{name}#{at}", text) for at, text in enumerate(report["paragraphs"])]
        at = datetime.fromisoformat(report["published_at"]).astimezone(UTC)
        found.append((at, report["title"], named))
    seed = split_article((folder / "seed_article.txt").read_text("utf-8"))
    named = [(f"seed#{at}", text) for at, text in enumerate(seed.paragraphs)]
    found.append((_SEED_AT, seed.title, named))
    return sorted(found, key=lambda report: report[0])


async def ask_all(folder: Path, *, dense: bool = True) -> list[Asked]:
    """Return what came of the questions, each asked at the end of its day."""
    archive = await Archive.open(folder, dense=dense)
    waiting, asked = reports(), []
    for question in sorted(questions(), key=lambda one: str(one["asked_at"])):
        at = end_of_day(question["asked_at"])
        while waiting and waiting[0][0] <= at:
            published_at, title, named = waiting.pop(0)
            await archive.add([Given(title, named, published_at)])
        await archive.catch_up()
        asked.append(await archive.ask(question, "own", at))
    await archive.close()
    return asked
