"""The whole check in one command: style, types, tests. People and CI run the same.

``python -m tests`` runs all, the tests in two processes; further arguments go to pytest.
"""

from __future__ import annotations

import subprocess
import sys
import time

CHECKS = (
    ("style", ["ruff", "check", "."]),
    ("format", ["ruff", "format", "--check", "."]),
    ("types", ["mypy"]),
    ("tests", ["pytest", "-n", "2", "--dist", "worksteal", "--durations", "30"]),
    ("known holes", ["tests.audit"]),
)


def main() -> int:
    """Run every check, even after one failed; return 1 if any did."""
    failed = []
    for name, command in CHECKS:
        extra = sys.argv[1:] if name == "tests" else []
        began = time.monotonic()
        print(f"== {name}: {' '.join([*command, *extra])}", flush=True)
        if subprocess.run([sys.executable, "-m", *command, *extra], check=False).returncode:
            failed.append(name)
        print(f"== {name}: {time.monotonic() - began:.0f} s", flush=True)
    print(f"FAILED: {', '.join(failed)}" if failed else "All checks passed.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
