"""The promises of delivery, put to the test with real harm.

    python -m tests.reliability [--only R1,R3] [--quick] [--json OUT]

Prints a table; the exit status is 1 when any promise did not hold.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import json
import logging
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.reliability.report import Report

MODULES = {  # R1 is in r01_….py, R1P in r01p_….py, and so on
    f"R{int(file.stem[1:3])}{file.stem[3:].split('_')[0].upper()}": file.stem
    for file in sorted(Path(__file__).parent.glob("r[0-9][0-9]*_*.py"))
}


def run_one(name: str, folder: Path, *, quick: bool) -> tuple[str, Report, float]:
    """Run one test in a folder of its own; return its title, report and seconds."""
    module: Any = importlib.import_module(f"tests.reliability.{MODULES[name]}")
    own = folder / name
    own.mkdir()
    begun = time.monotonic()
    loop = getattr(module, "new_loop", None)
    with asyncio.Runner(loop_factory=loop) as runner:
        report: Report = runner.run(module.run(own, quick=quick))
    return module.TITLE, report, time.monotonic() - begun


def main() -> int:
    """Run what was asked for and print the table."""
    arguments = argparse.ArgumentParser(prog="python -m tests.reliability", description=__doc__)
    arguments.add_argument("--only", default=",".join(MODULES), help="names, comma-separated")
    arguments.add_argument("--quick", action="store_true", help="the same with less harm")
    arguments.add_argument("--json", type=Path, default=None, metavar="OUT")
    chosen = arguments.parse_args()
    logging.getLogger("uvicorn").setLevel(logging.CRITICAL)  # of requests cut by killed clients
    names = [name.strip().upper() for name in chosen.only.split(",")]
    if unknown := [name for name in names if name not in MODULES]:
        arguments.error(f"unknown: {', '.join(unknown)}; there are {', '.join(MODULES)}")
    results: dict[str, Any] = {}
    for name in names:
        with tempfile.TemporaryDirectory(prefix="mujaz-") as folder:
            title, report, seconds = run_one(name, Path(folder), quick=chosen.quick)
        results[name] = report.as_json() | {"seconds": round(seconds, 1), "title": title}
        _print(name, title, report, seconds)
        if chosen.json:
            chosen.json.write_text(json.dumps(results, ensure_ascii=False, indent=2))
    return 0 if all(result["passed"] for result in results.values()) else 1


def _print(name: str, title: str, report: Report, seconds: float) -> None:
    print(f"{name:4} {'held' if report.passed else 'BROKEN':7} {seconds:6.1f} s  {title}")
    for what, values in (("figures", report.figures), ("harm", report.harm)):
        print(f"     {what:8}" + ", ".join(f"{key} {value}" for key, value in values.items()))
    for promise in report.broken:
        print(f"     not held: {promise}")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
