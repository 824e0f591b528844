"""Locks on folders that the operating system gives back even after a crash."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TextIO

from bot.errors import AlreadyRunningError, StoreFullError

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows has no such lock; there nothing is checked
    fcntl = None  # type: ignore[assignment]  # so typed where it exists

_BETWEEN_TRIES_S = 0.1


def make_folder(folder: Path) -> None:
    """Make a folder that is missing, for its owner alone: it will hold who reads what.

    Raises StoreFullError where that cannot be done.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise _refused(folder, error) from error


def _opened(file: Path) -> TextIO:
    try:
        return file.open("w")
    except OSError as error:
        raise _refused(file, error) from error


def _refused(place: Path, error: OSError) -> StoreFullError:
    return StoreFullError(f"{place}: {error.strerror}")


@contextmanager
def only_one(data_dir: Path) -> Iterator[None]:
    """Hold the folder for this process; AlreadyRunningError when another one holds it.

    Raises StoreFullError where nothing can be written there.
    """
    make_folder(data_dir)
    with _opened(data_dir / "mujaz.lock") as file:
        if fcntl is not None:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise AlreadyRunningError from None
        yield


@asynccontextmanager
async def in_turn(folder: Path) -> AsyncIterator[None]:
    """Hold a folder, waiting while anyone else holds it, in this process or another.

    Raises OSError where there is no such folder.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        # Not in a thread that blocks, which could not be cancelled.
        while not _locked(descriptor):  # noqa: ASYNC110 - others hold it in other processes
            await asyncio.sleep(_BETWEEN_TRIES_S)
        yield
    finally:
        os.close(descriptor)


def _locked(descriptor: int) -> bool:
    if fcntl is not None:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True
