"""The one place where an error of the database becomes one of ours.

SQLite's result codes decide, not the words of a message. Nothing outside this module looks at
what SQLAlchemy, aiosqlite or sqlite3 raised.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from bot.errors import (
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
    # SQLAlchemy appends statement and parameters to its texts; those may hold readers' words.
    detail = f"{type(cause).__name__}: {cause}"
    if isinstance(cause, SQLAlchemyError):
        detail = f"{type(cause).__name__}: {cause.args[0] if cause.args else ''}"
    code = _result_code(cause)
    if code is None:
        return StoreError(detail)
    return _BY_CODE.get(code & _PRIMARY_CODE, StoreError)(detail)


def _result_code(cause: BaseException | None) -> int | None:
    """Return SQLite's result code, also of an error that another one was raised from."""
    while cause is not None:
        code = getattr(cause, "sqlite_errorcode", None)
        if isinstance(code, int):
            return code
        cause = cause.__cause__
    return None
