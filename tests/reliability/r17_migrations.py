"""R17: killed in each step of a migration, from every former revision: no row is lost."""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import signal
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from alembic.script import ScriptDirectory
from sqlalchemy import AdaptedConnection, Engine, event

import bot.store.migrations
from bot.store.migrations import REVISION, migrate
from bot.store.sql import database_at, open_store
from tests.reliability.processes import start
from tests.reliability.r16_backup import url_of
from tests.reliability.report import Report
from tests.unit.store.older import AT, older_database

TITLE = "killed in each step of a migration, from every former revision"
SEED = 17
NEVER_S = 3600.0
TRIES = 12  # until a kill falls inside the step it is meant for
DROPPED = {("identities", "content_hash")}  # on purpose, by 0007
Rows = dict[str, tuple[list[str], list[tuple[Any, ...]]]]


def revisions() -> list[str]:
    """Return every revision, the oldest first."""
    scripts = ScriptDirectory(str(Path(bot.store.migrations.__file__).parent))
    return sorted(script.revision for script in scripts.walk_revisions())


def value(column: str, kind: str, number: int) -> object:
    """Return what row ``number`` holds in a column; equal numbers make all keys fit."""
    if column.endswith("_at"):
        return AT
    if kind.startswith(("INTEGER", "BIGINT", "FLOAT")):
        return number
    by_kind: dict[str, object] = {"BOOLEAN": 1, "JSON": "{}", "DATE": "2026-03-01", "BLOB": b"\0x"}
    return by_kind.get(kind, f"{column} رقم {number}")


def fill(file: Path, count: int) -> None:
    """Put ``count`` rows into every table there is."""
    with closing(sqlite3.connect(file)) as connection, connection:
        for table in tables(connection):
            columns = [
                (row[1], row[2]) for row in connection.execute(f"PRAGMA table_info({table})")
            ]
            names, places = (
                ", ".join(f'"{name}"' for name, _ in columns),
                ", ".join("?" * len(columns)),
            )
            connection.executemany(
                f"INSERT INTO {table} ({names}) VALUES ({places})",  # noqa: S608 - our own names
                [[value(*column, number) for column in columns] for number in range(1, count + 1)],
            )


def tables(connection: sqlite3.Connection) -> list[str]:
    """Return the tables that are the program's own."""
    found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    return [name for (name,) in found if name != "alembic_version" and name[:7] != "sqlite_"]


def rows_of(file: Path) -> Rows:
    """Return every row of every table, with the names of its columns."""
    with closing(sqlite3.connect(file)) as connection:
        held: Rows = {}
        for table in tables(connection):
            found = connection.execute(f"SELECT * FROM {table}")  # noqa: S608 - our own names
            held[table] = ([column[0] for column in found.description], found.fetchall())
        return held


def lost(before: Rows, after: Rows) -> int:
    """Count the rows of ``before`` that are not in ``after`` with every value they had."""
    missing = 0
    for table, (columns, rows) in before.items():
        names, found = after.get(table, ([], []))
        kept = [name for name in columns if (table, name) not in DROPPED]
        if not set(kept) <= set(names):
            missing += len(rows)
            continue
        old, new = [columns.index(name) for name in kept], [names.index(name) for name in kept]
        expected = Counter(tuple(row[place] for place in old) for row in rows)
        missing += (expected - Counter(tuple(row[place] for place in new) for row in found)).total()
    return missing


def revision_in(file: Path) -> str:
    """Return the revision at which a file stands, "" for one without tables."""
    with closing(sqlite3.connect(file)) as connection:
        try:
            return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])
        except (sqlite3.OperationalError, TypeError):
            return ""


def be_a_migration(url: str, log: str, step: int, delay_s: float) -> None:
    """Migrate, and be killed ``delay_s`` after the transaction of step ``step`` began."""
    journal = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    begun = 0

    def note(statement: str) -> None:  # in the connection's thread, as SQLite sets about it
        nonlocal begun
        if statement == "BEGIN IMMEDIATE":
            begun += 1
            os.write(journal, f"{time.monotonic()}\n".encode())
            if begun == step:
                end = threading.Timer(delay_s, os.kill, (os.getpid(), signal.SIGKILL))
                end.daemon = True
                end.start()

    def listen(connection: AdaptedConnection, _: Any) -> None:
        connection.run_async(lambda driver: driver.set_trace_callback(note))

    async def go() -> None:
        database = await database_at(url)
        await migrate(database)
        os.write(journal, f"{time.monotonic()}\n".encode())
        await database.close()

    event.listen(Engine, "connect", listen)
    asyncio.run(go())


@dataclass(slots=True)
class Origin:
    """A database as a former version left it; ``steps`` says how long each step takes, in s."""

    revision: str
    file: Path
    rows: Rows
    steps: list[float]


async def origin_at(revision: str, folder: Path, count: int) -> Origin:
    """Make a filled database of a revision ("": no file yet), its steps not yet measured."""
    await asyncio.to_thread(folder.mkdir)
    file = folder / "old.sqlite"
    if revision:
        await older_database(url_of(file), file, revision, "")
        await asyncio.to_thread(fill, file, count)
    return Origin(revision, file, rows_of(file) if revision else {}, [])


async def measured(origin: Origin) -> list[float]:
    """Return how long each step of its migration takes, in s."""
    tried = copied(origin, origin.file.with_name("measured"))
    log = tried.with_name("log")
    await start(be_a_migration, url_of(tried), str(log), 0, NEVER_S).ended()
    instants = [float(line) for line in log.read_text().split()]
    return [after - at for at, after in pairwise(instants)]


def copied(origin: Origin, folder: Path) -> Path:
    """Return a copy of the database in a new folder."""
    folder.mkdir()
    file = folder / "mujaz.sqlite"
    if origin.revision:
        shutil.copyfile(origin.file, file)
    return file


async def kill(origin: Origin, file: Path, step: int, delay_s: float) -> str | None:
    """Kill a migration; return the revision it was making, None when it was in no transaction."""
    log = file.with_name("log")
    known = ["", *revisions()]
    await start(be_a_migration, url_of(file), str(log), step, delay_s).ended()
    begun, found = len(log.read_text().split()), known.index(revision_in(file))
    finished = found - known.index(origin.revision)
    return known[found + 1] if begun == finished + 1 and found < len(known) - 1 else None


def wanted(
    origins: list[Origin], chance: random.Random, *, quick: bool
) -> Iterator[tuple[Origin, int]]:
    """Yield which steps (from 1) of which origins are to be killed."""
    for number, origin in enumerate(origins):
        steps = range(1, len(origin.steps) + 1)
        if quick and number > 1:
            yield origin, chance.choice(steps)
        else:
            for step in steps:
                yield from [(origin, step)] * (1 if quick else 5)


async def run(folder: Path, *, quick: bool = False) -> Report:
    """Kill each step at random instants, open what is left, and compare every row."""
    count = 100 if quick else 5_000
    chance = random.Random(SEED)  # noqa: S311 - when to kill is no secret
    known = revisions()
    origins = [
        await origin_at(revision, folder / f"from-{revision}", count)
        for revision in ["", *known[:-1]]
    ]
    new, oldest, *later = origins
    new.steps, oldest.steps = await measured(new), await measured(oldest)
    for number, origin in enumerate(later, start=1):
        origin.steps = oldest.steps[number:]
    kills, inside, missing, unsound = 0, Counter[str](), 0, 0
    for origin, step in wanted(origins, chance, quick=quick):
        meant = ["", *known].index(origin.revision) + step - 1
        for sooner in range(1, TRIES + 1):
            kills += 1
            file = copied(origin, folder / f"kill-{kills}")
            delay_s = chance.random() * origin.steps[step - 1] / sooner
            working_at = await kill(origin, file, step, delay_s)
            store = await open_store(url_of(file))
            unsound += bool(await store.verify()) or revision_in(file) != REVISION
            await store.close()
            missing += lost(origin.rows, await asyncio.to_thread(rows_of, file))
            shutil.rmtree(file.parent)
            if working_at is not None:
                inside[f"{origin.revision or 'new'} > {working_at}"] += 1
            if working_at == known[meant]:
                break
    met = {name.split(" > ")[1] for name in inside}
    rows = sum(len(found) for origin in origins for _, found in origin.rows.values())
    return Report(
        figures={
            "revisions": len(known),
            "origins": len(origins),
            "rows_in_them": rows,
            "rows_lost": missing,
            "not_newest_or_unsound": unsound,
            "seed": SEED,
        },
        harm={
            "kills": kills,
            "kills_inside_a_migration": inside.total(),
            "steps_killed": len(met),
            "origins_and_steps_killed": len(inside),
        },
        promises={
            "no row is lost": missing == 0 and rows > 0,
            "the newest revision is reached, and the file is sound": unsound == 0,
            "every step was killed in its middle": met >= set(known),
            "every origin was": {name.split(" > ")[0] for name in inside}
            >= {origin.revision or "new" for origin in origins},
        },
    )
