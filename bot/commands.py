"""What each command of ``mujaz`` does: open what it needs, call a service, print the result.

Each function returns the process's exit code. Results go to standard output, everything about
the work itself to standard error.
"""

from __future__ import annotations

import json
import locale
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.app import Core, Mujaz, open_core
from bot.errors import FetchError, InputError, MujazError
from bot.lock import only_one
from bot.models import Answer, Digest, DigestItem, Figure, IntakeOutcome, Passage
from bot.services.intake import IngestReport
from bot.settings import Settings
from bot.text.dates import format_day, format_moment
from bot.text.languages import Texts, texts

_SHOWN_EVERY = 100  # changes


def console_texts() -> Texts:
    """Return the catalogue of the terminal's language: Arabic for an Arabic one, else English."""
    code = (locale.getlocale()[0] or "").split("_")[0]
    return texts("ar" if code == "ar" else "en")


def in_words(error: MujazError) -> str:
    """Return what an error says to the person at the terminal."""
    return console_texts()(error.key, **error.params)


def print_json(value: object) -> None:
    """Write a value for programs."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def iso(at: datetime | None) -> str | None:
    """Return an instant as programs read it."""
    return at.isoformat() if at else None


async def run(settings: Settings) -> int:
    """Serve Telegram until stopped."""
    with only_one(settings.data_dir):
        async with open_core(settings) as core:
            return await Mujaz(core).run()


async def demo(settings: Settings, *, port: int, keep: Path | None) -> int:
    """Serve the chat page with sample reports until stopped."""
    from bot.demo import demo as serve_demo  # with the sandbox, which nothing else needs

    return await serve_demo(settings, console_texts(), port=port, keep=keep)


async def check(settings: Settings, *, deep: bool = False) -> int:
    """Print what is sound and what is not; 1 when anything is not."""
    from bot.check import check as examine

    wrong = 0
    async with aclosing(examine(settings, console_texts(), deep=deep)) as findings:
        async for finding in findings:
            mark = {True: "✓", False: "✗", None: "·"}[finding.sound]
            wrong += finding.sound is False
            sys.stdout.write(f"{mark} {finding.text}\n")
    return 1 if wrong else 0


async def ingest(
    settings: Settings,
    paths: Sequence[str],
    *,
    source: str,
    published_at: datetime | None,
    url: str,
    columns: Mapping[str, str],
) -> int:
    """Store articles from files and pages; 1 when any of them was refused."""
    pages = [path for path in paths if path.startswith(("http://", "https://"))]
    files = [Path(path) for path in paths if path not in pages]
    async with open_core(settings) as core:
        intake, failed = core.services.intake, 0
        report = IngestReport(articles=())
        if files:
            with progress() as on_file:
                report = await intake.ingest_paths(
                    files,
                    source_name=source,
                    published_at=published_at,
                    url=url,
                    columns=columns,
                    on_file=on_file,
                )
        for page in pages:
            try:
                stored = await intake.ingest_page(
                    page, source_name=source, published_at=published_at
                )
                report = replace(report, articles=(*report.articles, stored))
            except (FetchError, InputError) as error:
                sys.stderr.write(f"{page}: {in_words(error)}\n")
                failed += 1
        await core.index.catch_up()
    return _print_report(report, failed)


@contextmanager
def progress() -> Iterator[Callable[[int, int], None]]:
    """Show a bar on a terminal while much is read, and nothing elsewhere."""
    from rich.console import Console  # it takes longer to import than the bot's own modules
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _print_report(report: IngestReport, failed: int) -> int:
    say = console_texts()
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
            refused=len(report.refused) + failed,
        )
        + "\n"
    )
    return 1 if report.refused or failed else 0


async def ask(settings: Settings, question: str, *, as_json: bool) -> int:
    """Answer a question; found or not, the exit code is 0."""
    async with open_core(settings) as core:
        await core.index.catch_up()
        answer = await core.services.answering.answer(question, zone=settings.timezone)
    if as_json:
        print_json(answer_json(answer))
    else:
        _print_answer(answer, settings)
    return 0


def answer_json(answer: Answer) -> dict[str, object]:
    """Return an answer in the form that programs read."""
    return {
        "found": answer.found,
        "newest_at": iso(answer.newest_at),
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
        "published_at": iso(passage.article.published_at),
    }


def _print_answer(answer: Answer, settings: Settings) -> None:
    say, zone = console_texts(), ZoneInfo(settings.timezone)
    if not answer.found:
        sys.stdout.write(say("answer.none") + "\n")
        if answer.named:
            since, until = (format_day(day, zone, say.code) for day in answer.named)
            key = "answer.day" if since == until else "answer.days"
            sys.stdout.write(say(key, day=since, since=since, until=until) + "\n")
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
        await core.services.enriching.work_apart()  # Ctrl+C does not wait for a process
        await _read_all(core)
        composed = await core.services.broadcasting.preview(since_at)
        replies = core.services.broadcasting.rendered(composed)
    if as_json:
        print_json({**digest_json(composed), "messages": [reply.html for reply in replies]})
    else:
        sys.stdout.write("\n\n".join(reply.plain for reply in replies) + "\n")
    return 0


async def _read_all(core: Core) -> None:
    """Read what is stored and not yet read, which takes minutes for an archive of thousands."""
    unread = await core.store.last_seq() - (await core.store.events_mark()).seq
    with progress() as show:
        read = 0
        while followed := await core.services.enriching.follow(_SHOWN_EVERY):
            read += followed
            show(read, max(unread, read))


def digest_json(composed: Digest) -> dict[str, object]:
    """Return a digest in the form that programs read."""
    return {
        "since_at": iso(composed.since_at),
        "until_at": iso(composed.until_at),
        "newest_at": iso(composed.newest_at),
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
        "published_at": iso(article.published_at),
        "paragraph_id": item.paragraph.id if item.paragraph else None,
        "text": item.paragraph.text if item.paragraph else None,
        "also_in": [{"source": other.source, "url": other.url} for other in item.also_in],
        "event_id": item.state.event_id if item.state else None,
        "figures": [_figure_json(figure) for figure in item.figures],
    }


def _figure_json(figure: Figure) -> dict[str, object]:
    claim = figure.claim
    return {
        "kind": claim.kind.value,
        "minimum": claim.minimum,
        "maximum": claim.maximum,
        "qualifier": claim.qualifier.value,
        "scope": claim.scope.value,
        "negated": claim.negated,
        "speaker": claim.speaker,
        "outlet": figure.outlet,
        "at": iso(figure.at),
        "article_id": figure.article_id,
        "paragraph_id": claim.paragraph_id,
    }


async def reindex(settings: Settings) -> int:
    """Build the search index anew from the store."""
    from bot.check import meaning_state

    say = console_texts()
    async with open_core(settings) as core:
        paragraphs = await core.index.rebuild()
        meaning = await meaning_state(core, say)
    sys.stdout.write(say.count("reindex.done", paragraphs) + "\n" + meaning + "\n")
    return 0
