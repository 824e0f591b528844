"""The command line as a person uses it: real processes, real files, real exit codes."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox import Sandbox, SandboxServer
from tests.flow.person import Person, shown

SEED = Path(__file__).parents[1] / "data" / "seed_article.txt"
TOKEN = "4242:token-of-the-command-line-tests-aaaaaaa"
NOT_FOUND = 404


@dataclass(frozen=True)
class Ended:
    """What a finished command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return what a command is told: nothing of the settings of whoever runs the tests."""
    ours = ("MUJAZ_", "TELEGRAM_", "LANG", "LC_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**kept, "PYTHONIOENCODING": "utf-8", **(extra or {})}


async def _start(*arguments: str, **extra: str) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *arguments, env=environment(extra), stdout=pipe, stderr=pipe
    )


async def mujaz(*arguments: str, **extra: str) -> Ended:
    """Run one command to its end."""
    process = await _start(*arguments, **extra)
    out, err = await process.communicate()
    return Ended(process.returncode or 0, out.decode(), err.decode())


@pytest.fixture
def folder(tmp_path: Path) -> str:
    return str(tmp_path / "data")


async def test_the_customers_article_is_stored_once_and_answers_in_the_agreed_form(
    folder: str,
) -> None:
    at = "2019-03-12T10:00+02:00"
    given = ("--source", "مصدر نموذجي", "--published", at, "--url", "https://news.example/1")

    first = await mujaz("ingest", str(SEED), *given, "--data-dir", folder)
    again = await mujaz("ingest", str(SEED), *given, "--data-dir", folder)
    asked = await mujaz("ask", "كم شخصاً يعيش في مخيم الهول؟", "--json", "--data-dir", folder)

    assert (first.code, again.code, asked.code) == (0, 0, 0)
    assert "16 paragraphs" in first.out
    assert "nothing new" in again.out
    assert asked.json["found"] is True
    assert asked.json["newest_at"] == "2019-03-12T08:00:00+00:00"
    passage = asked.json["passages"][0]
    assert passage.keys() >= {
        "article_id", "paragraph_id", "position", "text", "score", "title", "source", "url",
        "published_at",
    }  # fmt: skip
    assert passage["position"] == 14
    assert "65 ألف شخص" in passage["text"]
    assert passage["text"] in SEED.read_text(encoding="utf-8")
    assert (passage["source"], passage["url"]) == ("مصدر نموذجي", "https://news.example/1")


async def test_wrong_files_are_named_and_the_right_ones_are_stored_all_the_same(
    folder: str, tmp_path: Path
) -> None:
    wrong = {
        "empty.txt": b"",
        "picture.txt": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40,
        "random.txt": bytes((i * 37) % 251 for i in range(4000)),
        "title-only.txt": "عنوان بلا متن".encode(),
    }
    for name, content in wrong.items():
        (tmp_path / name).write_bytes(content)
    huge = tmp_path / "huge.txt"
    with huge.open("wb") as file:
        file.truncate(50_000_000)
    paths = [str(tmp_path / name) for name in wrong] + [str(huge), str(tmp_path / "missing.txt")]

    ended = await mujaz("ingest", *paths, str(SEED), "--data-dir", folder)

    assert ended.code == 1
    for name in (*wrong, "huge.txt", "missing.txt"):
        assert name in ended.err
    assert "Traceback" not in ended.err
    assert "16 paragraphs" in ended.out


async def test_the_digest_command_prints_what_would_be_sent(folder: str) -> None:
    await mujaz("ingest", str(SEED), "--published", "2019-03-12T10:00Z", "--data-dir", folder)

    since = await mujaz("digest", "--json", "--since", "2019-03-12T00:00Z", "--data-dir", folder)
    today = await mujaz("digest", "--json", "--data-dir", folder)

    assert [item["title"] for item in since.json["items"]] == [
        SEED.read_text(encoding="utf-8").split("\n")[0].strip()
    ]
    assert since.json["items"][0]["text"] in SEED.read_text(encoding="utf-8")
    assert "●" in since.json["messages"][0]
    assert today.json["items"] == []
    assert today.json["newest_at"] == "2019-03-12T10:00:00+00:00"


def damage(database: Path) -> None:
    database.write_bytes(b"this is no database" * 300)


async def test_check_says_what_is_wrong_and_what_is_not(folder: str) -> None:
    async with SandboxServer(Sandbox(token=TOKEN)) as server:
        url = server.url
        sound = await mujaz(
            "check", "--data-dir", folder, TELEGRAM_BOT_TOKEN=TOKEN, MUJAZ_TELEGRAM_API_URL=url
        )
        refused = await mujaz(
            "check", "--data-dir", folder, TELEGRAM_BOT_TOKEN="1:wrong", MUJAZ_TELEGRAM_API_URL=url
        )
    missing = await mujaz("check", "--data-dir", folder)
    away = await mujaz(
        "check",
        "--data-dir",
        folder,
        TELEGRAM_BOT_TOKEN=TOKEN,
        MUJAZ_TELEGRAM_API_URL="http://127.0.0.1:9",
    )
    damage(Path(folder, "mujaz.sqlite"))
    broken = await mujaz("check", "--data-dir", folder)

    assert sound.code == 0
    assert "@mujaz_bot" in sound.out
    assert [ended.code for ended in (refused, missing, away, broken)] == [1, 1, 1, 1]
    assert "refused" in refused.out
    assert "TELEGRAM_BOT_TOKEN" in missing.out
    assert "MUJAZ_TELEGRAM_API_URL" in away.out
    assert "✗" in broken.out
    assert TOKEN not in "".join(e.out + e.err for e in (sound, refused, missing, away, broken))


async def test_run_without_a_token_or_with_wrong_settings_names_them_and_exits_with_2(
    folder: str,
) -> None:
    missing = await mujaz("run", "--data-dir", folder)
    wrong = await mujaz(
        "run", "--data-dir", folder, TELEGRAM_BOT_TOKEN=TOKEN, MUJAZ_TIMEZONE="Nowhere/At-All"
    )
    async with SandboxServer(Sandbox(token=TOKEN)) as server:
        refused = await mujaz(
            "run",
            "--data-dir",
            folder,
            TELEGRAM_BOT_TOKEN="77:somebody-else",
            MUJAZ_TELEGRAM_API_URL=server.url,
        )

    assert [e.code for e in (missing, wrong, refused)] == [2, 2, 2]
    assert "TELEGRAM_BOT_TOKEN" in missing.err
    assert "MUJAZ_TIMEZONE" in wrong.err
    assert "TELEGRAM_BOT_TOKEN" in refused.err
    assert "somebody-else" not in refused.err
    assert "Traceback" not in missing.err + wrong.err + refused.err


class FewMethods:
    """A Bot API server that knows four methods and answers 404 to the rest, as some do."""

    known = ("getme", "getupdates", "sendmessage", "editmessagetext")

    def __init__(self, behind: str) -> None:
        self.behind = behind
        self.refused: set[str] = set()
        self._connections: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> FewMethods:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    @property
    def url(self) -> str:
        assert self._server is not None
        host, port = self._server.sockets[0].getsockname()
        return f"http://{host}:{port}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            await self._answer(reader, writer)
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        request = head.decode().split("\r\n")[0]
        headers = dict(
            line.lower().split(": ", 1) for line in head.decode().split("\r\n")[1:] if ": " in line
        )
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        method = request.split()[1].rsplit("/", 1)[1].lower()
        if method in self.known:
            answer = await self._forward(request, headers, body)
        else:
            self.refused.add(method)
            text = b'{"ok":false,"error_code":404,"description":"Not Found"}'
            answer = b"HTTP/1.1 404 Not Found\r\ncontent-type: application/json\r\n"
            answer += b"content-length: %d\r\nconnection: close\r\n\r\n" % len(text) + text
        writer.write(answer)
        await writer.drain()

    async def _forward(self, request: str, headers: dict[str, str], body: bytes) -> bytes:
        host, port = self.behind.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        kind = headers.get("content-type", "application/x-www-form-urlencoded")
        head = f"{request}\r\nhost: {host}\r\ncontent-type: {kind}\r\nconnection: close\r\n"
        writer.write(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)
        try:
            await writer.drain()
            return await reader.read()
        finally:
            writer.close()
            await writer.wait_closed()


@pytest.fixture
async def sandbox() -> AsyncIterator[SandboxServer]:
    async with SandboxServer(Sandbox(token=TOKEN)) as running:
        yield running


async def test_run_serves_a_server_that_knows_fewer_methods_and_stops_on_sigterm_within_10_s(
    folder: str, sandbox: SandboxServer
) -> None:
    await mujaz("ingest", str(SEED), "--data-dir", folder)
    layla = Person(sandbox.url)
    async with FewMethods(sandbox.url) as narrow:
        process = await _start(
            "run", "--data-dir", folder, TELEGRAM_BOT_TOKEN=TOKEN, MUJAZ_TELEGRAM_API_URL=narrow.url
        )
        reply = await layla.says("كم شخصاً يعيش في مخيم الهول؟")
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        _, err = await process.communicate()
        took_s = time.monotonic() - began
        refused = narrow.refused
    await layla.close()

    assert "65 ألف شخص" in shown(reply)
    assert {"deletewebhook", "setmycommands"} <= refused
    assert process.returncode == 0, err.decode()
    assert took_s <= 10
    assert TOKEN not in err.decode()


async def test_a_second_bot_on_the_same_folder_exits_with_3_and_a_clear_line(
    folder: str, sandbox: SandboxServer
) -> None:
    address = {"TELEGRAM_BOT_TOKEN": TOKEN, "MUJAZ_TELEGRAM_API_URL": sandbox.url}
    layla = Person(sandbox.url)
    first = await _start("run", "--data-dir", folder, **address)
    await layla.says("/help")

    second = await mujaz("run", "--data-dir", folder, **address)
    alive = await layla.says("/help")
    first.send_signal(signal.SIGTERM)
    await first.communicate()
    await layla.close()

    assert second.code == 3
    assert "already running" in second.err
    assert shown(alive)


async def test_a_second_bot_elsewhere_with_the_same_token_is_noticed(
    folder: str, tmp_path: Path, sandbox: SandboxServer
) -> None:
    address = {"TELEGRAM_BOT_TOKEN": TOKEN, "MUJAZ_TELEGRAM_API_URL": sandbox.url}
    layla = Person(sandbox.url)
    first = await _start("run", "--data-dir", folder, **address)
    await layla.says("/help")

    second = await _start("run", "--data-dir", str(tmp_path / "other"), **address)
    async with asyncio.timeout(15):
        done, _ = await asyncio.wait(
            {
                asyncio.create_task(p.communicate(), name=n)
                for n, p in (("1", first), ("2", second))
            },
            return_when=asyncio.FIRST_COMPLETED,
        )
    ended = first if next(iter(done)).get_name() == "1" else second
    survivor = second if ended is first else first
    alive = await layla.says("/help")
    survivor.send_signal(signal.SIGTERM)
    async with asyncio.timeout(15):
        await survivor.wait()
    await layla.close()

    assert ended.returncode == 3
    assert shown(alive)


async def test_demo_is_ready_within_seconds_and_prints_its_address(tmp_path: Path) -> None:
    began = time.monotonic()
    process = await _start("demo", "--port", "0", "--data-dir", str(tmp_path / "demo"))
    assert process.stdout is not None
    async with asyncio.timeout(30):
        lines = [(await process.stdout.readline()).decode() for _ in range(3)]
    ready_s = time.monotonic() - began
    address = next(line.strip() for line in lines if line.startswith("http://127.0.0.1:"))

    layla = Person(address)
    reply = await layla.says("كم شخصاً يعيش في مخيم الهول؟")
    process.send_signal(signal.SIGTERM)
    await process.communicate()
    await layla.close()

    print(f"demo ready after {ready_s:.1f} s")
    assert "65 ألف شخص" in shown(reply)
    assert process.returncode == 0


@pytest.mark.parametrize(
    "command", ["run", "demo", "ingest", "ask", "digest", "sources", "check", "reindex"]
)
async def test_every_command_takes_a_data_folder_and_explains_itself(command: str) -> None:
    ended = await mujaz(command, "--help", COLUMNS="200", TERM="dumb")

    assert ended.code == 0
    assert "--data-dir" in ended.out


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://mujaz:hunter2hunter2@host:port/mujaz",
        "postgresql://mujaz:hunter2hunter2@127.0.0.1:99x/mujaz",
        "sqlite+aiosqlite:///",
    ],
)
async def test_an_address_that_is_none_is_a_wrong_setting(tmp_path: Path, address: str) -> None:
    for command in ("check", "digest"):
        ended = await mujaz(*(command, "--data-dir", str(tmp_path)), MUJAZ_DATABASE_URL=address)

        assert ended.code == 2
        assert "MUJAZ_DATABASE_URL" in ended.err
        assert "Traceback" not in ended.err
        assert "hunter2" not in ended.out + ended.err


async def test_a_backup_is_restored_elsewhere_and_the_archive_moves_to_another_file(
    tmp_path: Path,
) -> None:
    old, new, moved = (str(tmp_path / name) for name in ("old", "new", "moved"))
    await mujaz("ingest", str(SEED), "--data-dir", old)
    nowhere = await mujaz("backup", "--data-dir", old)
    backup = await mujaz("backup", str(tmp_path / "backups"), "--data-dir", old)
    (folder,) = (tmp_path / "backups").iterdir()
    restored = await mujaz("restore", str(folder), "--data-dir", new)
    again = await mujaz("restore", str(folder), "--data-dir", new)
    to = f"sqlite+aiosqlite:///{tmp_path / 'moved' / 'mujaz.sqlite'}"
    (tmp_path / "moved").mkdir()
    copied = await mujaz("migrate-store", "--to", to, "--data-dir", old)
    mistyped = f"sqlite+aiosqlite:///{tmp_path / 'odl' / 'mujaz.sqlite'}"
    (tmp_path / "odl").mkdir()
    nothing = await mujaz("migrate-store", "--from", mistyped, "--to", to, "--data-dir", old)
    checks = [await mujaz("check", "--deep", "--data-dir", place) for place in (new, moved)]

    assert (nowhere.code, backup.code, restored.code, again.code, copied.code) == (1, 0, 0, 1, 0)
    assert nothing.code == 1
    assert "no database" in nothing.err
    assert list((tmp_path / "odl").iterdir()) == []  # nothing was made there
    assert str(folder) in backup.out
    assert "MUJAZ_BACKUP_DIR" in nowhere.err
    assert "empty" in again.err
    assert all("1 articles" in check.out or "articles 1" in check.out for check in checks), checks


async def test_places_that_are_wrong_are_told_as_what_they_are(tmp_path: Path) -> None:
    data, empty, damaged = (tmp_path / name for name in ("data", "empty", "damaged"))
    await mujaz("ingest", str(SEED), "--data-dir", str(data))
    await mujaz("backup", str(tmp_path / "backups"), "--data-dir", str(data))
    (backup,) = (tmp_path / "backups").iterdir()
    shutil.copytree(backup, damaged)
    (damaged / "mujaz.sqlite").write_bytes((backup / "mujaz.sqlite").read_bytes()[:5000])
    theirs = tmp_path / "theirs.sqlite"
    with closing(sqlite3.connect(theirs)) as other:
        other.execute("CREATE TABLE moz_places (id INTEGER)")
    file = f"sqlite+aiosqlite:///{theirs}"
    nothing = ("--data-dir", str(empty))
    wrong = {
        "no database": ("backup", str(tmp_path / "new"), *nothing),
        "look at the address": ("migrate-store", "--to", file, *nothing),
        "begins with postgresql": ("migrate-store", "--to", "mysql://h/n", "--data-dir", str(data)),
        "another program": ("migrate-store", "--to", file, "--data-dir", str(data)),
        "The backup is damaged": ("restore", str(damaged), "--data-dir", str(tmp_path / "put")),
    }

    ended = {told: await mujaz(*arguments) for told, arguments in wrong.items()}

    assert {told: it.code for told, it in ended.items()} == dict.fromkeys(wrong, 1)
    for told, it in ended.items():
        assert told in it.err.splitlines()[-1], it.err
        assert "try again" not in it.err
        assert "error." not in it.err  # a key of the catalogue
    assert not empty.exists()
    assert not (tmp_path / "new").exists()
    assert not (tmp_path / "put" / "mujaz.sqlite").exists()


async def test_nobody_else_can_read_what_is_held(tmp_path: Path) -> None:
    data, new, given = (tmp_path / name for name in ("data", "new", "given"))
    given.mkdir(mode=0o755)
    await mujaz("ingest", str(SEED), "--data-dir", str(data))
    await mujaz("ingest", str(SEED), "--data-dir", str(given))
    await mujaz("backup", str(tmp_path / "backups"), "--data-dir", str(data))
    (backup,) = (tmp_path / "backups").iterdir()
    await mujaz("restore", str(backup), "--data-dir", str(new))

    for folder in (data, new):
        assert folder.stat().st_mode & 0o777 == 0o700
    for folder in (data, new, given):
        assert (folder / "mujaz.sqlite").stat().st_mode & 0o777 == 0o600


async def test_an_address_that_is_taken_is_told_without_a_traceback(tmp_path: Path) -> None:
    async with SandboxServer(Sandbox(token=TOKEN)) as server:
        ended = await mujaz(
            *("run", "--data-dir", str(tmp_path)),
            TELEGRAM_BOT_TOKEN=TOKEN,
            MUJAZ_TELEGRAM_API_URL=server.url,
            MUJAZ_LISTEN=server.url.removeprefix("http://"),
            MUJAZ_EMBEDDINGS="off",
        )

    assert ended.code == 2
    assert "Traceback" not in ended.err
    assert "MUJAZ_LISTEN" in ended.err.splitlines()[-1]


# Whoever runs the tests in the background has Ctrl+C ignored, and so would what they start.
_LISTENING = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
_INTERRUPTED = """
import os, signal, sys
class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == "bot.settings":
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupting())
import bot.__main__
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals as Unix knows them")
async def test_ctrl_c_while_the_program_is_loaded_ends_it_without_a_traceback() -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _LISTENING + _INTERRUPTED), stderr=asyncio.subprocess.PIPE
    )
    _, err = await process.communicate()

    assert process.returncode == -signal.SIGINT
    assert err == b""


@pytest.mark.skipif(sys.platform == "win32", reason="signals as Unix knows them")
async def test_ctrl_c_ends_a_command_as_ever_once_the_program_is_loaded() -> None:
    loaded = "import bot.__main__, os, signal; os.kill(os.getpid(), signal.SIGINT)"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _LISTENING + loaded), stderr=asyncio.subprocess.PIPE
    )
    _, err = await process.communicate()

    assert b"KeyboardInterrupt" in err


@pytest.mark.parametrize("command", [("run",), ("check",), ("ask", "عفرين"), ("backup", "there")])
async def test_a_data_folder_that_cannot_be_made_is_told_in_a_line(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    (tmp_path / "file").touch()
    ended = await mujaz(
        *command, *("--data-dir", str(tmp_path / "file" / "data")), TELEGRAM_BOT_TOKEN=TOKEN
    )

    assert ended.code == 1
    assert "Traceback" not in ended.err
    assert len((ended.err or ended.out).strip().splitlines()) <= 3


async def test_a_start_without_room_on_the_disk_says_that_nothing_can_be_written(
    tmp_path: Path,
) -> None:
    """The archive is there, and its files may not grow any more."""
    folder = ("--data-dir", str(tmp_path))
    assert (await mujaz("ingest", str(SEED), *folder, MUJAZ_EMBEDDINGS="off")).code == 0

    process = await asyncio.create_subprocess_exec(
        *("bash", "-c", 'ulimit -f 8 && exec "$@"', "bash", sys.executable, "-m", "bot"),
        *("ask", "عفرين", *folder),
        env=environment({"MUJAZ_EMBEDDINGS": "off", "LC_ALL": "en_US.UTF-8"}),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    _, err = await process.communicate()

    assert process.returncode == 1
    assert "cannot be written just now" in err.decode()
    assert (await mujaz("ask", "عفرين", *folder, MUJAZ_EMBEDDINGS="off")).code == 0


async def test_a_report_whose_reader_has_gone_ends_without_a_traceback(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "check", "--data-dir", str(tmp_path)),
        env=environment({"PYTHONUNBUFFERED": "1", "MUJAZ_EMBEDDINGS": "off"}),
        stdout=writing,
        stderr=asyncio.subprocess.PIPE,
    )
    os.close(writing)
    _, err = await process.communicate()

    assert process.returncode == 1
    assert err == b""
