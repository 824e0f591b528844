"""Real processes of the bot, started in a fraction of a second and killed without mercy.

They are forked from a server that has imported everything already, so that two hundred starts
take minutes and not an hour; each then runs ``mujaz run`` from its first line to its last.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.process import BaseProcess
from pathlib import Path

from tests.reliability.town import TOKEN

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["bot.__main__", "bot.app", "handlers", "alembic.command"])


def run_bot(environment: dict[str, str], log: str) -> None:
    """Be the bot: the body of a started process."""
    for name in [name for name in os.environ if name.startswith(("MUJAZ_", "TELEGRAM_"))]:
        del os.environ[name]
    os.environ.update(environment)
    os.setsid()
    sys.argv = ["mujaz", "run"]
    errors = Path(log).open("a", encoding="utf-8", buffering=1)  # noqa: SIM115 - to the end
    os.dup2(errors.fileno(), 2)
    sys.stderr = errors
    from bot.__main__ import main

    main()


class Running:
    """A started process."""

    def __init__(self, process: BaseProcess) -> None:
        self._process = process

    @property
    def pid(self) -> int:
        """Its number."""
        assert self._process.pid is not None
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.is_alive()

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        if self._process.pid is not None and self.alive:
            os.kill(self._process.pid, number)

    async def ended(self, within_s: float = 30.0) -> int | None:
        """Wait for its end and return its exit code; None (and killed) when it takes longer."""
        await asyncio.to_thread(self._process.join, within_s)
        code = self._process.exitcode
        if code is None:
            self.signal(signal.SIGKILL)
            await asyncio.to_thread(self._process.join)
        return code


def start_bot(api_url: str, data_dir: Path, log: Path, **settings: object) -> Running:
    """Start ``mujaz run`` against a Bot API server; settings by their names without prefix."""
    given = {f"MUJAZ_{name.upper()}": str(value) for name, value in settings.items()}
    environment = {
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "MUJAZ_TELEGRAM_API_URL": api_url,
        "MUJAZ_DATA_DIR": str(data_dir),
    } | given
    return start(run_bot, environment, str(log))


def start(body: Callable[..., None], *arguments: object) -> Running:
    """Start any function of a module in a process of its own."""
    process = _FORKS.Process(target=body, args=arguments, daemon=True)
    process.start()
    return Running(process)


def family(pid: int) -> list[int]:
    """Return a process and all that it has started, and they."""
    found = [pid]
    for one in found:
        for thread in Path(f"/proc/{one}/task").glob("*/children"):
            with suppress(OSError):  # it has just ended
                found += map(int, thread.read_text(encoding="ascii").split())
    return found


def memory_mb(pid: int, kind: str) -> float:
    """Return the memory of a process and all that it has started, in megabytes.

    ``kind`` is a name of ``/proc/…/status``: RssAnon is what each has of its own now, VmHWM the
    most that each has ever had, at whatever times.
    """
    total = 0
    for one in family(pid):
        with suppress(OSError):
            status = Path(f"/proc/{one}/status").read_text(encoding="ascii")
            total += sum(int(line.split()[1]) for line in status.splitlines() if kind in line)
    return total / 1024


def handles(pid: int) -> int:
    """Return how many files and sockets a process and all that it has started have open."""
    total = 0
    for one in family(pid):
        with suppress(OSError):
            total += len(list(Path(f"/proc/{one}/fd").iterdir()))
    return total
