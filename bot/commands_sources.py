"""``mujaz sources``: how each source does, adding them, and lists of other programs."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.app import Core, open_core
from bot.commands import console_texts, iso, print_json
from bot.services.watching import SourceHealth
from bot.settings import Settings
from bot.text.dates import format_moment

_HEADINGS = ("id", "kind", "name", "last", "next", "a_day", "state")


async def sources(
    settings: Settings,
    *,
    add: str = "",
    import_from: Path | None = None,
    export_to: Path | None = None,
    enable: Sequence[int] = (),
    disable: Sequence[int] = (),
    as_json: bool = False,
) -> int:
    """Do what is asked, then list the sources; 1 when a source is not there."""
    async with open_core(settings) as core:
        missing = await _change(core, add, import_from, enable, disable)
        if export_to is not None:
            listed = await core.services.watching.export_list()
            await asyncio.to_thread(export_to.write_text, listed, encoding="utf-8")
        known = await core.services.watching.health()
    if as_json:
        print_json([_json(one) for one in known])
    else:
        _print(known, ZoneInfo(settings.timezone))
    return 1 if missing else 0


async def _change(
    core: Core,
    add: str,
    import_from: Path | None,
    enable: Sequence[int],
    disable: Sequence[int],
) -> int:
    """Return how many of the named sources are not there."""
    say, watching = console_texts(), core.services.watching
    if add:
        await core.services.intake.add_source(add)
        await core.services.intake.poll_due()
        await core.index.catch_up()
    if import_from is not None:
        text = (await asyncio.to_thread(import_from.read_bytes)).decode("utf-8", "replace")
        new, known = await watching.import_list(text)
        sys.stderr.write(say("sources.imported", new=new, known=known) + "\n")
    missing = 0
    wanted = [*((number, True) for number in enable), *((number, False) for number in disable)]
    for number, on in wanted:
        if not await watching.enable(number, on):
            sys.stderr.write(f"{number}: {say('sources.no_such')}\n")
            missing += 1
    return missing


def _json(health: SourceHealth) -> dict[str, object]:
    one = health.source
    return {
        "id": one.id,
        "kind": one.kind,
        "name": one.name,
        "address": one.address,
        "enabled": one.enabled,
        "checked_at": iso(one.checked_at),
        "succeeded_at": iso(one.succeeded_at),
        "next_check_at": iso(one.next_check_at),
        "failures": one.failures,
        "failing_since_at": iso(one.failing_since_at),
        "last_error": one.last_error or None,
        "moved_to": one.moved_to or None,
        "articles_a_day": round(health.activity.a_day, 2),
        "silent": health.silent,
        "outlet": one.outlet,
        "country": one.country,
        "language": one.language,
        "stance": one.stance,
    }


def _print(known: Sequence[SourceHealth], zone: ZoneInfo) -> None:
    from rich.console import Console  # slow to import, and of no use to ``mujaz run``
    from rich.markup import escape
    from rich.table import Table

    say = console_texts()

    def told(at: datetime | None) -> str:
        return format_moment(at, zone, say.code) if at else "–"

    table = Table(box=None)
    for heading in _HEADINGS:
        table.add_column(say(f"sources.heading.{heading}"))
    for health in known:
        one = health.source
        state = say("sources.silent") if health.silent else "✓"
        state = say(one.last_error) if one.last_error else state
        table.add_row(
            str(one.id),
            say(f"sources.kind.{one.kind}"),
            escape(f"{one.name} {one.address}"),
            told(one.succeeded_at),
            told(one.next_check_at),
            f"{health.activity.a_day:.1f}",
            escape(state if one.enabled else say("sources.off")),
        )
    Console().print(table if known else say("sources.none"))


async def edits(settings: Settings, *, article_id: int | None, limit: int) -> int:
    """Print what outlets changed in articles that they had published, newest first."""
    say, zone = console_texts(), ZoneInfo(settings.timezone)
    async with open_core(settings) as core:
        found = await core.store.edits(article_id=article_id, limit=limit)
        articles = await core.store.articles([edit.article_id for edit in found])
    for edit in found:
        article = articles[edit.article_id].article
        at = format_moment(edit.seen_at, zone, say.code) if edit.seen_at else ""
        lines = [f"{at} · {article.source} · {article.title} {article.url}"]
        if edit.new_title:
            lines.append("    " + say("edits.title", old=edit.old_title))
        lines += [f"    {what} {before} ← {after}" for what, before, after in edit.numbers]
        lines += ["    " + say("edits.gone", text=text) for text in edit.gone]
        sys.stdout.write("\n".join(lines) + "\n")
    if not found:
        sys.stdout.write(say("edits.none") + "\n")
    return 0
