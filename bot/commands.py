"""What each command of ``mujaz`` does: open what it needs, call a service, print the result.

Each function returns the process's exit code. Results go to standard output, everything about
the work itself to standard error.
"""

from __future__ import annotations

import json
import locale
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.app import Mujaz, open_core
from bot.check import check as examine
from bot.demo import demo as serve_demo
from bot.errors import MujazError
from bot.lock import only_one
from bot.models import Answer, Digest, DigestItem, IntakeOutcome, Passage, SourceKind
from bot.settings import Settings
from bot.text.dates import format_moment
from bot.text.languages import Texts, texts


def console_texts() -> Texts:
    """Return the catalogue of the terminal's language: Arabic for an Arabic one, else English."""
    code = (locale.getlocale()[0] or "").split("_")[0]
    return texts("ar" if code == "ar" else "en")


def in_words(error: MujazError) -> str:
    """Return what an error says to the person at the terminal."""
    return console_texts()(error.key, **error.params)


def _print_json(value: object) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


async def run(settings: Settings) -> int:
    """Serve Telegram until stopped."""
    with only_one(settings.data_dir):
        async with open_core(settings) as core:
            return await Mujaz(core).run()


async def demo(settings: Settings, *, port: int, keep: Path | None) -> int:
    """Serve the chat page with sample reports until stopped."""
    return await serve_demo(settings, console_texts(), port=port, keep=keep)


async def check(settings: Settings) -> int:
    """Print what is sound and what is not; 1 when anything is not."""
    wrong = 0
    async for finding in examine(settings, console_texts()):
        mark = {True: "✓", False: "✗", None: "·"}[finding.sound]
        wrong += finding.sound is False
        sys.stdout.write(f"{mark} {finding.text}\n")
    return 1 if wrong else 0


async def ingest(
    settings: Settings,
    paths: Sequence[Path],
    *,
    source: str,
    published_at: datetime | None,
    url: str,
) -> int:
    """Store articles from files; 1 when any file was refused."""
    say = console_texts()
    async with open_core(settings) as core:
        report = await core.services.intake.ingest_paths(
            paths, source_name=source, published_at=published_at, url=url
        )
        await core.index.catch_up()
    for stored in report.articles:
        key = f"ingest.{stored.outcome}"
        count = say.count("intake.paragraphs", stored.paragraphs)
        sys.stdout.write(f"{say(key)} ({count}): {stored.title}\n")
    for refused in report.refused:
        sys.stderr.write(f"{in_words(refused.error)}\n")
    tally = {one: sum(s.outcome is one for s in report.articles) for one in IntakeOutcome}
    sys.stdout.write(
        say(
            "ingest.summary",
            stored=tally[IntakeOutcome.STORED],
            revised=tally[IntakeOutcome.REVISED],
            known=tally[IntakeOutcome.KNOWN],
            refused=len(report.refused),
        )
        + "\n"
    )
    return 1 if report.refused else 0


async def ask(settings: Settings, question: str, *, as_json: bool) -> int:
    """Answer a question; found or not, the exit code is 0."""
    async with open_core(settings) as core:
        await core.index.catch_up()
        answer = await core.services.answering.answer(question)
    if as_json:
        _print_json(answer_json(answer))
    else:
        _print_answer(answer, settings)
    return 0


def answer_json(answer: Answer) -> dict[str, object]:
    """Return an answer in the form that programs read."""
    return {
        "found": answer.found,
        "newest_at": _iso(answer.newest_at),
        "passages": [_passage_json(passage) for passage in answer.passages],
        "nearest": [
            {"article_id": near.id, "title": near.title, "source": near.source, "url": near.url}
            for near in answer.nearest
        ],
    }


def _passage_json(passage: Passage) -> dict[str, object]:
    return {
        "article_id": passage.article.id,
        "paragraph_id": passage.paragraph.id,
        "position": passage.paragraph.position,
        "text": passage.paragraph.text,
        "score": round(passage.score, 4),
        "title": passage.article.title,
        "source": passage.article.source,
        "url": passage.article.url,
        "published_at": _iso(passage.article.published_at),
    }


def _print_answer(answer: Answer, settings: Settings) -> None:
    say, zone = console_texts(), ZoneInfo(settings.timezone)
    if not answer.found:
        sys.stdout.write(say("answer.none") + "\n")
        if answer.newest_at:
            moment = format_moment(answer.newest_at, zone, say.code)
            sys.stdout.write(say("ask.newest", moment=moment) + "\n")
    for passage in answer.passages:
        article = passage.article
        moment = format_moment(article.dated_at, zone, say.code)
        sys.stdout.write(f"{passage.paragraph.text}\n")
        sys.stdout.write(f"    {article.source} · {moment} · {article.title} {article.url}\n\n")


async def digest(settings: Settings, *, since_at: datetime | None, as_json: bool) -> int:
    """Print the digest that a new subscriber would get now."""
    async with open_core(settings) as core:
        composed = await core.services.broadcasting.preview(since_at)
        replies = core.services.broadcasting.rendered(composed)
    if as_json:
        _print_json({**digest_json(composed), "messages": [reply.html for reply in replies]})
    else:
        sys.stdout.write("\n\n".join(reply.plain for reply in replies) + "\n")
    return 0


def digest_json(composed: Digest) -> dict[str, object]:
    """Return a digest in the form that programs read."""
    return {
        "since_at": _iso(composed.since_at),
        "until_at": _iso(composed.until_at),
        "newest_at": _iso(composed.newest_at),
        "left_out": composed.left_out,
        "items": [_item_json(item) for item in composed.items],
    }


def _item_json(item: DigestItem) -> dict[str, object]:
    article = item.article
    return {
        "article_id": article.id,
        "title": article.title,
        "source": article.source,
        "url": article.url,
        "published_at": _iso(article.published_at),
        "paragraph_id": item.paragraph.id if item.paragraph else None,
        "text": item.paragraph.text if item.paragraph else None,
        "also_in": [{"source": other.source, "url": other.url} for other in item.also_in],
    }


async def sources(settings: Settings, *, add: str, as_json: bool) -> int:
    """List the sources, or add a feed and take its first articles in."""
    async with open_core(settings) as core:
        if add:
            await core.services.intake.add_feed(add)
            await core.services.intake.poll_due()
            await core.index.catch_up()
        known = await core.services.intake.sources()
    if as_json:
        _print_json(
            [
                {
                    "id": one.id,
                    "kind": one.kind,
                    "name": one.name,
                    "address": one.address,
                    "enabled": one.enabled,
                    "checked_at": _iso(one.checked_at),
                    "next_check_at": _iso(one.next_check_at),
                    "failures": one.failures,
                    "last_error": one.last_error or None,
                }
                for one in known
            ]
        )
        return 0
    say = console_texts()
    table = Table(box=None)
    for heading in ("sources.heading.kind", "sources.heading.name", "sources.heading.state"):
        table.add_column(say(heading))
    for one in known:
        state = say(one.last_error) if one.last_error else "✓"
        kind = say(f"sources.kind.{SourceKind(one.kind)}")
        table.add_row(kind, escape(f"{one.name} {one.address}"), escape(state))
    Console().print(table if known else say("sources.none"))
    return 0


async def reindex(settings: Settings) -> int:
    """Build the search index anew from the store."""
    say = console_texts()
    async with open_core(settings) as core:
        paragraphs = await core.index.rebuild()
    sys.stdout.write(say.count("reindex.done", paragraphs) + "\n")
    return 0
