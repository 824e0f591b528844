"""One running bot a data folder: a lock that the operating system gives back even after a crash."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.errors import AlreadyRunningError

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows has no such lock; there nothing is checked
    fcntl = None  # type: ignore[assignment]  # so typed where it exists


@contextmanager
def only_one(data_dir: Path) -> Iterator[None]:
    """Hold the folder for this process; AlreadyRunningError when another one holds it."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / "mujaz.lock").open("w") as file:
        if fcntl is not None:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise AlreadyRunningError from None
        yield
