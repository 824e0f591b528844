"""The one place where an error of the database becomes one of ours.

SQLite's result codes and PostgreSQL's states decide, not the words of a message. Nothing outside
this module looks at what SQLAlchemy, aiosqlite, sqlite3 or psycopg raised.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from bot.errors import (
    StoreAwayError,
    StoreCorruptError,
    StoreError,
    StoreFullError,
    StoreLockedError,
)

_PRIMARY_CODE = 0xFF  # the low byte of SQLite's extended result codes

_BY_CODE: dict[int, type[StoreError]] = {
    sqlite3.SQLITE_BUSY: StoreLockedError,
    sqlite3.SQLITE_LOCKED: StoreLockedError,
    sqlite3.SQLITE_PROTOCOL: StoreLockedError,  # too many tried to lock the WAL at once
    sqlite3.SQLITE_FULL: StoreFullError,
    sqlite3.SQLITE_READONLY: StoreFullError,
    sqlite3.SQLITE_PERM: StoreFullError,
    sqlite3.SQLITE_CORRUPT: StoreCorruptError,
    sqlite3.SQLITE_NOTADB: StoreCorruptError,
}
# What a disk without room says when it is not asked for a page of the database itself.
_BY_WHOLE_CODE: dict[int, type[StoreError]] = {
    sqlite3.SQLITE_IOERR_SHMSIZE: StoreFullError,  # the WAL's index, made anew at a start
}

# PostgreSQL's states: five characters, of which the first two are the class.
_BY_STATE: dict[str, type[StoreError]] = {
    "55P03": StoreLockedError,  # lock_timeout
    "40P01": StoreLockedError,  # deadlock
    "40001": StoreLockedError,  # serialization
    "53300": StoreLockedError,  # too many connections
    "25006": StoreFullError,  # read-only
    "42501": StoreFullError,  # no right to write
    "08": StoreAwayError,
    "28": StoreAwayError,  # name or password refused
    "3D": StoreAwayError,  # no such database
    "57P": StoreAwayError,  # shutting down or starting up
    "53": StoreFullError,  # disk or memory
    "XX": StoreCorruptError,
}
_SHOWS_DATA = ("22", "23")  # classes whose messages repeat what was to be stored

# ValueError: a naive datetime, a lone surrogate, a damaged date; OverflowError: an integer
# beyond 64 bits; KeyError, TypeError: a stored value that is not what was written.
_FAILURES = (SQLAlchemyError, sqlite3.Error, ValueError, OverflowError, KeyError, TypeError)


@contextmanager
def store_errors() -> Iterator[None]:
    """Raise whatever goes wrong with the database inside the block as a StoreError."""
    try:
        yield
    except StoreError:
        raise
    except _FAILURES as error:
        raise as_store_error(error) from error


def as_store_error(error: Exception) -> StoreError:
    """Return the StoreError that stands for ``error``; its text names the cause, not the data."""
    if isinstance(error, PoolTimeoutError):
        return StoreLockedError("all connections to the database are busy")
    cause = error.orig if isinstance(error, DBAPIError) else error
    state = getattr(cause, "sqlstate", None)
    if state is not None or _is_psycopg(cause):
        return _of_postgres(cause, state)
    # SQLAlchemy appends statement and parameters to its texts; those may hold readers' words.
    detail = f"{type(cause).__name__}: {cause}"
    if isinstance(cause, SQLAlchemyError):
        detail = f"{type(cause).__name__}: {cause.args[0] if cause.args else ''}"
    code = _result_code(cause)
    if code is None:
        return StoreError(detail)
    kind = _BY_WHOLE_CODE.get(code) or _BY_CODE.get(code & _PRIMARY_CODE, StoreError)
    return kind(detail)


def _is_psycopg(cause: BaseException | None) -> bool:
    """Tell without importing psycopg, which may not be installed."""
    return type(cause).__module__.split(".")[0] == "psycopg"


def _of_postgres(cause: BaseException | None, state: str | None) -> StoreError:
    """Return the StoreError for an error of psycopg; without a state the server was not reached."""
    name = type(cause).__name__
    if state is None:
        # NUL, a surrogate, an odd value: found by psycopg itself before anything is sent.
        refused_here = name in {"DataError", "ProgrammingError", "NotSupportedError"}
        if refused_here:
            return StoreError(name)
        return StoreAwayError(f"{name}: {_first_line(cause)}")
    known = next((_BY_STATE[state[:n]] for n in (5, 3, 2) if state[:n] in _BY_STATE), StoreError)
    shown = "" if state.startswith(_SHOWS_DATA) else f": {_first_line(cause)}"
    return known(f"{name} [{state}]{shown}")


def _first_line(cause: BaseException | None) -> str:
    """Return the message without its details, which may repeat what was to be stored."""
    primary = getattr(getattr(cause, "diag", None), "message_primary", None)
    return primary or str(cause).partition("\n")[0]


def _result_code(cause: BaseException | None) -> int | None:
    """Return SQLite's result code, also of an error that another one was raised from."""
    while cause is not None:
        code = getattr(cause, "sqlite_errorcode", None)
        if isinstance(code, int):
            return code
        cause = cause.__cause__
    return None
