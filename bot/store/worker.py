"""The process that reads an SQLite file for a move: ``python -m bot.store.worker``.

Threads of one Python take turns at its lock, and SQLite asks for it at every row. Here rows are
fetched, hashed and put into the form that the target takes beside what is being sent, on another
processor. Nothing is ever written, so whoever started it (:mod:`bot.store.apart`) may end it at
any moment; when that one is gone, the next answer cannot be written, and it ends itself.

One line of JSON on the input says what is to be read. The output is lines of JSON: how many rows
there are in all; then for each table its pieces, each followed by so many ``bytes`` of rows in
their form, and what it held; at the end the last numbers; or, at any place, why it failed. All is
read in one transaction, as the database stood at its beginning.
"""

from __future__ import annotations

import contextlib
import json
import signal
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import asdict
from typing import Any, BinaryIO

from bot.store.pieces import Making, made
from bot.store.rows import Form, Kind, Size, Tally

Answer = tuple[dict[str, Any], bytes]  # a line and the bytes behind it


def answers(asked: Mapping[str, Any]) -> Iterator[Answer]:
    """Yield what is answered, with the bytes that follow; sqlite3.Error where it cannot be read."""
    file = sqlite3.connect(asked["file"], uri=asked["uri"], isolation_level=None)
    with closing(file) as connection:
        connection.execute("PRAGMA query_only=1")
        connection.execute("BEGIN")
        counts = (connection.execute(one["count"]).fetchone()[0] for one in asked["tables"])
        yield {"total": sum(counts)}, b""
        for one in asked["tables"]:
            yield from _table(connection, one, asked["rows_at_once"])
        yield {"numbers": dict(connection.execute(asked["numbers"]).fetchall())}, b""


def _table(connection: sqlite3.Connection, one: Mapping[str, Any], most: int) -> Iterator[Answer]:
    """Yield a table: of the rows that the target has already only how many they are."""
    form = Form(one["form"])
    making = Making(
        kinds=tuple(map(Kind, one["kinds"])),
        form=form,
        written=one["written"],
        of_postgres=False,
    )
    tally, size, between = Tally(), Size(most), b"\n" if form is Form.LINES else b""
    with closing(connection.execute(one["query"])) as cursor:
        while found := cursor.fetchmany(size.rows):
            there = max(0, one["there"] - tally.rows)
            rows, weight = made(making, found, tally)
            size.learn(len(rows), weight)
            lacking = rows[there:]
            yield (
                {"table": one["name"], "rows": len(rows), "lacking": len(lacking)},
                between.join(lacking),
            )
    yield {"table": one["name"], "content": asdict(tally.content)}, b""


def serve(asked: Mapping[str, Any], answer: BinaryIO) -> None:
    """Answer on a stream."""
    try:
        for said, rows in answers(asked):
            answer.write(json.dumps({**said, "bytes": len(rows)}).encode() + b"\n")
            answer.write(rows)
            answer.flush()
    except BrokenPipeError:
        raise
    except Exception as error:
        code = getattr(error, "sqlite_errorcode", None)
        failed = {"failed": f"{type(error).__name__}: {error}", "code": code, "bytes": 0}
        answer.write(json.dumps(failed).encode() + b"\n")
        answer.flush()


def main() -> None:
    """Read what is asked, answer, and end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started it decides
    asked = json.loads(sys.stdin.buffer.readline())
    with contextlib.suppress(BrokenPipeError):
        serve(asked, sys.stdout.buffer)


if __name__ == "__main__":
    main()
