"""An SQLite file read by a process of its own (:mod:`bot.store.worker`), for a server to take.

The process ends with the block that uses it, however that ends: it has nothing to lose.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
import subprocess
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import IO, Any

from sqlalchemy import Table, func, select
from sqlalchemy.dialects import sqlite

from bot.errors import StoreError
from bot.processes import command, only_our_modules
from bot.store.engine import Database, Place, as_text
from bot.store.failures import as_store_error
from bot.store.lines import database_writes, kinds_of, lines_query, values_query
from bot.store.reading import Piece, Reading
from bot.store.rows import Content, Form
from bot.store.schema import metadata
from bot.store.worker import Answer

_PIPE_BYTES = 1_048_576  # what Linux gives everybody who asks
_DIALECT = sqlite.dialect()
_ENDED = "the reading process ended before its time"
_NUMBERS = "SELECT name, seq FROM sqlite_sequence"


@asynccontextmanager
async def reading_apart(
    place: Place, target: Database, there: Mapping[str, int], rows_at_once: int
) -> AsyncIterator[Reading]:
    """Give a reading of a file, in the forms that ``target`` takes, which must be bytes.

    ``there``: how many rows of each table the target has. Raises StoreError when the process does
    not start or ends before its time, and for what it could not read.
    """
    file, is_uri = place
    asked = {
        "file": file,
        "uri": is_uri,
        "rows_at_once": rows_at_once,
        "numbers": _NUMBERS,
        "tables": [
            _asked(table, target.form_of(table), there[table.name])
            for table in metadata.sorted_tables
        ],
    }
    process = await asyncio.to_thread(_started)
    try:
        answers = await asyncio.to_thread(_ask, process, asked)
        said, _ = await asyncio.to_thread(_next, answers)
        yield _Apart(said["total"], answers)
    finally:
        process.kill()
        await asyncio.to_thread(process.communicate)


class _Apart(Reading):
    def __init__(self, total: int, answers: IO[bytes]) -> None:
        super().__init__(total)
        self._answers = answers

    async def pieces(self) -> AsyncGenerator[Piece]:
        while True:
            said, rows = await asyncio.to_thread(_next, self._answers)
            if "numbers" in said:
                self.numbers |= said["numbers"]
                return
            if "content" in said:
                self.contents[said["table"]] = Content(**said["content"])
                continue
            table = metadata.tables[said["table"]]
            yield Piece(table=table, rows=said["rows"], lacking=[rows] if said["lacking"] else [])


def _asked(table: Table, form: Form, there: int) -> dict[str, Any]:
    """Return how a table is to be read."""
    written = form is Form.LINES and database_writes(table)
    query = lines_query(table, _DIALECT.name) if written else values_query(table)
    return {
        "name": table.name,
        "count": as_text(_DIALECT, select(func.count()).select_from(table)),
        "query": as_text(_DIALECT, query),
        "kinds": [kind.value for kind in kinds_of(table)],
        "form": form.value,
        "written": written,
        "there": there,
    }


def _started() -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # noqa: S603 - our own program
            command("bot.store.worker"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=only_our_modules(),
        )
    except OSError as error:
        raise StoreError(f"the reading process does not start: {error}") from error


def _ask(process: subprocess.Popen[bytes], asked: Mapping[str, Any]) -> IO[bytes]:
    """Say what is to be read; return where the answers come."""
    if process.stdin is None or process.stdout is None:
        raise StoreError(_ENDED)
    with contextlib.suppress(BrokenPipeError):  # the answer that does not come tells of it
        process.stdin.write(json.dumps(asked).encode() + b"\n")
        process.stdin.flush()
    _widen(process.stdout)
    return process.stdout


def _widen(pipe: IO[bytes]) -> None:
    """Let a pipe hold more than 64 KB, where that can be asked: so two seldom wait for each other.

    A move of 20,000 articles then takes 170 such waits instead of 2,500.
    """
    if sys.platform == "linux":
        import fcntl

        with contextlib.suppress(OSError):
            fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, _PIPE_BYTES)


def _next(answers: IO[bytes]) -> Answer:
    """Return the next answer and the bytes behind it; StoreError when it is a failure, or none."""
    line = answers.readline()
    if not line.endswith(b"\n"):
        raise StoreError(_ENDED)
    said = json.loads(line)
    rows = answers.read(said["bytes"])
    if len(rows) < said["bytes"]:
        raise StoreError(_ENDED)
    if "failed" in said:
        failure = sqlite3.Error(said["failed"])
        failure.sqlite_errorcode = said["code"]
        raise as_store_error(failure)
    return said, rows
