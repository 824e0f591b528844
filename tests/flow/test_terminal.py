"""What a person at a terminal sees while something takes long: how far it has come."""

from __future__ import annotations

import asyncio
import os
import pty
import sys
from pathlib import Path

from tests.flow.test_command_line import environment, mujaz

SAMPLE = Path(__file__).parents[2] / "bot/sandbox/sample/reports.jsonl"
OFF = {"MUJAZ_EMBEDDINGS": "off"}


async def on_a_terminal(*arguments: str) -> tuple[int, str, str]:
    """Run a command whose errors go to a terminal; return code, output and what was shown."""
    shown, terminal = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *arguments),
        env=environment({**OFF, "TERM": "xterm", "COLUMNS": "80"}),
        stdout=asyncio.subprocess.PIPE,
        stderr=terminal,
    )
    os.close(terminal)
    # Read while it runs: a terminal takes some 4 kB, and whoever writes more waits for its reader.
    (out, _), seen = await asyncio.gather(process.communicate(), asyncio.to_thread(_all_of, shown))
    return process.returncode or 0, out.decode(), seen


def _all_of(terminal: int) -> str:
    parts = []
    try:
        while part := os.read(terminal, 65_536):
            parts.append(part)
    except OSError:  # nobody writes there any more
        pass
    finally:
        os.close(terminal)
    return b"".join(parts).decode(errors="replace")


async def test_a_digest_of_much_that_is_unread_shows_how_far_it_has_come(tmp_path: Path) -> None:
    folder = ("--data-dir", str(tmp_path))
    stored = await mujaz("ingest", str(SAMPLE), *folder, **OFF)
    assert stored.code == 0

    code, out, shown = await on_a_terminal("digest", *folder, "--since", "2019-01-01T00:00Z")
    quiet = await mujaz("digest", *folder, "--since", "2019-01-01T00:00Z", **OFF)

    reports = len(SAMPLE.read_text("utf-8").splitlines())
    assert code == 0, shown
    assert f"{reports}/{reports}" in shown
    assert out == quiet.out
    assert quiet.err == ""
