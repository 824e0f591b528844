"""Which StoreError stands for which error of the database."""

from __future__ import annotations

import sqlite3

import pytest
from sqlalchemy.exc import ArgumentError, OperationalError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from bot.errors import (
    StoreCorruptError,
    StoreError,
    StoreFullError,
    StoreLockedError,
    StoreVersionError,
)
from bot.store.failures import as_store_error, store_errors


def failure(code: int) -> OperationalError:
    cause = sqlite3.OperationalError("trouble")
    cause.sqlite_errorcode = code
    return OperationalError("SELECT :secret", {"secret": "geheim"}, cause)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (sqlite3.SQLITE_BUSY, StoreLockedError),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, StoreLockedError),
        (sqlite3.SQLITE_LOCKED, StoreLockedError),
        (sqlite3.SQLITE_FULL, StoreFullError),
        (sqlite3.SQLITE_READONLY, StoreFullError),
        (sqlite3.SQLITE_READONLY_DBMOVED, StoreFullError),
        (sqlite3.SQLITE_CORRUPT, StoreCorruptError),
        (sqlite3.SQLITE_CORRUPT_INDEX, StoreCorruptError),
        (sqlite3.SQLITE_NOTADB, StoreCorruptError),
        (sqlite3.SQLITE_IOERR, StoreError),
        (sqlite3.SQLITE_IOERR_SHMSIZE, StoreFullError),
        (sqlite3.SQLITE_CONSTRAINT_UNIQUE, StoreError),
    ],
)
def test_the_result_code_decides(code: int, expected: type[StoreError]) -> None:
    assert type(as_store_error(failure(code))) is expected


def test_a_bare_error_of_the_driver_counts_as_well() -> None:
    cause = failure(sqlite3.SQLITE_NOTADB).orig
    assert isinstance(cause, sqlite3.Error)

    assert type(as_store_error(cause)) is StoreCorruptError


def test_busy_connections_are_a_lock() -> None:
    assert type(as_store_error(PoolTimeoutError("all in use"))) is StoreLockedError


@pytest.mark.parametrize(
    "error",
    [
        failure(sqlite3.SQLITE_BUSY),
        StatementError("(ValueError) odd", "SELECT :x", {"x": "geheim"}, ValueError("odd")),
        ArgumentError("odd"),
    ],
)
def test_the_text_never_shows_what_was_to_be_stored(error: Exception) -> None:
    assert "geheim" in str(error) or isinstance(error, ArgumentError)
    assert "geheim" not in str(as_store_error(error))


def test_our_own_errors_pass_and_bugs_elsewhere_are_not_hidden() -> None:
    with pytest.raises(StoreVersionError), store_errors():
        raise StoreVersionError("newer")
    with pytest.raises(AttributeError), store_errors():
        raise AttributeError("a bug")


def test_the_cause_is_kept_for_the_log() -> None:
    with pytest.raises(StoreError) as found, store_errors():
        raise failure(sqlite3.SQLITE_IOERR)

    assert isinstance(found.value.__cause__, OperationalError)
