"""The questions of the newsqa set, asked under the as-of rule; shared by bench and training."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

from tests.bench.asked import Archive, Asked, Given

YEAR = timedelta(days=365)
Lines = Sequence[dict[str, Any]]


def by_article(paragraphs: Lines) -> list[list[dict[str, Any]]]:
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
    paragraphs: Lines, questions: Lines, folder: Path, *, dense: bool = True
) -> list[Asked]:
    """Return what came of the questions as of their day ("now"), a year later ("later"; not those
    that name a relative time), and of our own off-topic ones ("off")."""
    archive = await Archive.open(folder, dense=dense)
    asked = []
    waiting = by_article(paragraphs)
    held: set[str] = set()
    for question in sorted(questions, key=lambda one: str(one["asked_at"])):
        at = end_of_day(question["asked_at"])
        new = 0
        while new < len(waiting) and _published(waiting[new]) <= at:
            held.update(paragraph["id"] for paragraph in waiting[new])
            new += 1
        await archive.add([_given(own) for own in waiting[:new]])
        del waiting[:new]
        await archive.catch_up()
        if not question["answerable"] or held & set(question["gold"]):
            asked.append(await archive.ask(question, "now", at))
    await archive.add([_given(own) for own in waiting])
    await archive.catch_up()
    lasting = [one.question for one in asked if one.question["style"] != "relative"]
    asked += [
        await archive.ask(one, "later", end_of_day(one["asked_at"]) + YEAR) for one in lasting
    ]
    asked += [await archive.ask(one, "off") for one in off_topic()]
    await archive.close()
    return asked


def _published(paragraphs: Lines) -> datetime:
    return datetime.fromisoformat(paragraphs[0]["published"]).astimezone(UTC)


def _given(paragraphs: Lines) -> Given:
    """Return the paragraphs of one article as it is stored."""
    named = [(paragraph["id"], paragraph["text"]) for paragraph in paragraphs]
    return Given(paragraphs[0]["title"], named, _published(paragraphs))


def off_topic() -> Iterator[dict[str, Any]]:
    """Yield our own off-topic questions."""
    for line in Path(__file__).with_name("off_topic.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            yield {"id": line, "question": line, "gold": [], "answerable": False,
                   "style": "off_topic", "type": "off_topic"}  # fmt: skip
