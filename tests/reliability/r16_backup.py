"""R16: backups while a bot writes, and backups that are killed: one that has its name is whole."""

from __future__ import annotations

import asyncio
import random
import shutil
import signal
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.models import NewArticle, SourceKind
from bot.store.backup import back_up, backups_in
from bot.store.restore import restore
from bot.store.sql import open_store
from bot.store.transfer import contents_of
from tests.reliability.processes import start
from tests.reliability.report import Report
from tests.reliability.town import until

TITLE = "backups under load, and backups that are killed"
SEED = 16
AT = datetime(2026, 3, 1, tzinfo=UTC)
TEXTS = tuple(f"فقرة {n}: " + "وصلت القافلة إلى المخيم صباح اليوم. " * 12 for n in range(6))


def url_of(file: Path) -> str:
    """Return the address of a database file."""
    return f"sqlite+aiosqlite:///{file}"


async def _write(url: str, first: int) -> None:
    store = await open_store(url)
    source = await store.ensure_source(SourceKind.FILE, "ملف", now=AT)
    number = first
    while True:
        article = NewArticle(title=f"خبر {number}", paragraphs=TEXTS)
        await store.add_article(source, article, f"id {number}", now=AT)
        number += 1


def be_a_writer(url: str, first: int) -> None:
    """Store one article after the other until killed."""
    asyncio.run(_write(url, first))


async def _back_up(url: str, folder: str, number: int) -> None:
    store = await open_store(url)
    await back_up(store.database, Path(folder), now=AT + timedelta(seconds=number))
    await store.close()


def be_a_backup(url: str, folder: str, number: int) -> None:
    """Make one backup."""
    asyncio.run(_back_up(url, folder, number))


def plain_copy_is_broken(file: Path, folder: Path) -> bool:
    """Copy the files as they lie there, as people do, and tell whether that came out wrong."""
    folder.mkdir()
    for suffix in ("", "-wal"):
        live = file.with_name(file.name + suffix)
        if live.exists():
            shutil.copyfile(live, folder / live.name)
    try:
        with closing(sqlite3.connect(folder / file.name)) as copy:
            return bool(copy.execute("PRAGMA integrity_check").fetchone() != ("ok",))
    except sqlite3.DatabaseError:
        return True


async def intact(backup: Path, scratch: Path) -> bool:
    """Restore a backup and compare every row and every text with what it says it holds."""
    url = url_of(scratch / "mujaz.sqlite")
    told = await restore(backup, url)
    store = await open_store(url)
    whole = await contents_of(store.database) == told and not await store.verify(deep=True)
    await store.close()
    shutil.rmtree(scratch)
    return whole


async def run(folder: Path, *, quick: bool = False) -> Report:
    """Back up beside a writer, kill some backups in the middle, restore all that there are."""
    backups, kills = (6, 4) if quick else (50, 20)
    chance = random.Random(SEED)  # noqa: S311 - when to kill is no secret
    file, kept = folder / "mujaz.sqlite", folder / "backups"
    await (await open_store(url_of(file))).close()
    writer = start(be_a_writer, url_of(file), 0)
    await until(lambda: file.stat().st_size > 4_000_000)
    broken_copies, rows, taken_s = 0, [], []
    store = await open_store(url_of(file))
    for number in range(backups):
        begun = asyncio.get_running_loop().time()
        made = await back_up(store.database, kept, now=AT + timedelta(seconds=number))
        taken_s.append(asyncio.get_running_loop().time() - begun)
        rows.append(made.contents["articles"].rows)
        broken_copies += await asyncio.to_thread(
            plain_copy_is_broken, file, folder / f"copy-{number}"
        )
        shutil.rmtree(folder / f"copy-{number}")
    killed_working = 0
    for number in range(kills):
        backup = start(be_a_backup, url_of(file), str(kept), 1_000 + number)
        await until(lambda: any(kept.glob("*.part")) or not backup.alive)  # noqa: B023
        await asyncio.sleep(chance.random() * taken_s[-1])
        killed_working += any(kept.glob("*.part")) and backup.alive
        backup.signal(signal.SIGKILL)
        await backup.ended()
    writing = writer.alive
    writer.signal(signal.SIGKILL)
    await writer.ended()
    live_sound = not await store.verify(deep=True)
    last = await back_up(store.database, kept, now=AT + timedelta(days=1))
    await store.close()
    named = backups_in(kept)
    whole = [await intact(one, folder / "restored") for one in named]
    figures = {
        "backups": len(named),
        "intact": sum(whole),
        "articles_at_last": last.contents["articles"].rows,
        "longest_s": round(max(taken_s), 2),
        "left_unfinished": len(list(kept.glob("*.part"))),
        "seed": SEED,
    }
    written = rows[-1] - rows[0]
    harm = {
        "kills": kills,
        "kills_in_the_middle": killed_working,
        "articles_written_meanwhile": written,
        "plain_copies_broken": f"{broken_copies} of {backups}",
    }
    return Report(
        figures=figures,
        harm=harm,
        promises={
            "every backup with a name is whole": all(whole) and len(named) >= backups + 1,
            "what a kill leaves is cleared away by the next": figures["left_unfinished"] == 0,
            "the database itself is sound": live_sound,
            "somebody wrote all the time": writing and written > 0,
            "most kills met a backup in the making": killed_working >= 0.6 * kills,
        },
    )
