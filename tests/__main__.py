"""The whole check in one command: style, types, tests. People and CI run the same.

``python -m tests`` runs all, the tests in two processes; further arguments go to pytest.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CHECKS = (
    ("style", ["ruff", "check", "."]),
    ("format", ["ruff", "format", "--check", "."]),
    ("types", ["mypy"]),
    ("tests", ["pytest", "-n", "2", "--dist", "worksteal", "--durations", "30"]),
    ("known holes", ["tests.audit"]),
)


MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
_ROOM = 4 << 30  # bytes free, of which the tests take less than one in eight


def folder_in_memory() -> str:
    """Return a new folder in memory for what tests write, "" where there is no room for it.

    Thousands of small databases wait for the disk otherwise; no test cuts the power.
    """
    if not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < _ROOM:
        return ""
    return tempfile.mkdtemp(prefix="mujaz-tests-", dir=MEMORY)


def main() -> int:
    """Run every check, even after one failed; return 1 if any did."""
    folder = folder_in_memory()
    try:
        return run([f"--basetemp={folder}/tests"] if folder else [])
    finally:
        if folder:
            shutil.rmtree(folder, ignore_errors=True)


def run(where: list[str]) -> int:
    """Run every check; ``where`` tells pytest in which folder tests write."""
    failed = []
    for name, command in CHECKS:
        extra = [*where, *sys.argv[1:]] if name == "tests" else []
        began = time.monotonic()
        print(f"== {name}: {' '.join([*command, *extra])}", flush=True)
        if subprocess.run([sys.executable, "-m", *command, *extra], check=False).returncode:
            failed.append(name)
        print(f"== {name}: {time.monotonic() - began:.0f} s", flush=True)
    print(f"FAILED: {', '.join(failed)}" if failed else "All checks passed.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
