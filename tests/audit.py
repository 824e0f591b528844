"""Are there known holes in what an installation takes in? Asked of the public advisories.

    python -m tests.audit

Exit status 1 when one is known. Where the advisories cannot be reached nothing is checked, and that
is said; it is no failure, because it says nothing about the packages.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

LOCK = Path(__file__).parents[1] / "requirements.lock"
PATIENCE_S = 120
COMMAND = [
    *(sys.executable, "-m", "pip_audit", "--requirement", str(LOCK), "--format", "json"),
    *("--disable-pip", "--require-hashes", "--progress-spinner", "off", "--timeout", "5"),
]


def judged(report: dict[str, Any]) -> tuple[list[str], int]:
    """Return the known holes in a report of pip-audit, and how many packages it looked up."""
    looked_up = [one for one in report["dependencies"] if "vulns" in one]
    holes = [
        f"{one['name']} {one['version']}: {hole['id']}"
        for one in looked_up
        for hole in one["vulns"]
    ]
    return holes, len(looked_up)


def main() -> int:
    """Ask, and print what is known."""
    try:
        done = subprocess.run(
            COMMAND, capture_output=True, text=True, timeout=PATIENCE_S, check=False
        )
        holes, looked_up = judged(json.loads(done.stdout))
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        holes, looked_up = [], 0
    if not looked_up:
        print("The advisories cannot be reached here: no package was checked for known holes.")
        return 0
    print(f"{looked_up} packages checked, {len(holes)} known holes")
    print("\n".join(holes))
    return 1 if holes else 0


if __name__ == "__main__":
    sys.exit(main())
