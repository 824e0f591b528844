"""The quick forms of those reliability tests that take a few seconds; the rest has its command."""

from __future__ import annotations

import asyncio
import importlib
from pathlib import Path
from typing import Any

import pytest

from tests.reliability.report import Report


@pytest.mark.parametrize("name", ["r04_clock", "r11_callbacks", "r17_migrations"])
def test_every_promise_holds_under_a_little_harm(name: str, tmp_path: Path) -> None:
    module: Any = importlib.import_module(f"tests.reliability.{name}")

    report: Report = asyncio.run(module.run(tmp_path, quick=True))

    print(report.figures, report.harm)
    assert report.passed, report.broken
    assert any(report.harm.values())
