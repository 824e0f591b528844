"""Programs that we start are ours, wherever the one that starts them was started."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

STARTER = """
import asyncio, sys
from bot.processes import start

async def main():
    process = await start(sys.argv[1])
    answer, _ = await process.communicate(b"")
    sys.exit(process.returncode)

asyncio.run(main())
"""


@pytest.mark.parametrize("module", ["bot.events.worker", "bot.sources.worker"])
def test_a_strangers_module_of_the_same_name_is_not_taken_for_ours(
    module: str, tmp_path: Path
) -> None:
    starter = tmp_path / "starter.py"
    starter.write_text(STARTER, encoding="utf-8")
    folder = tmp_path / "مجلد with spaces"
    folder.mkdir()
    (folder / "bot.py").write_text("raise SystemExit(7)", encoding="utf-8")

    done = subprocess.run([sys.executable, str(starter), module], cwd=folder, check=False)

    assert done.returncode == 0


def test_modules_are_found_that_lie_where_the_program_was_started(tmp_path: Path) -> None:
    folder = tmp_path / "مجلد with spaces"
    folder.mkdir()
    (folder / "beside.py").write_text("", encoding="utf-8")

    done = subprocess.run([sys.executable, "-c", STARTER, "beside"], cwd=folder, check=False)

    assert done.returncode == 0
