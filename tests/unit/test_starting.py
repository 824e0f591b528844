"""What a start waits for: readers wait with it, so nothing that only few ever need."""

from __future__ import annotations

import gc
import subprocess
import sys

import pytest

NOT_AT_START = {  # a module that is not imported: who alone needs it
    "matplotlib": "charts",
    "numpy": "search by meaning",
    "alembic": "a database that is new or of another version",
    "sqlalchemy.dialects.postgresql": "a PostgreSQL server",
    "psycopg": "a PostgreSQL server",
    "bot.sandbox": "mujaz demo",
    "rich": "tables and bars on a terminal",
    "pygments": "the command line of httpx",
    "click": "the command line of httpx",
    "bot.check": "mujaz check",
    "starlette": "MUJAZ_LISTEN",
    "uvicorn": "MUJAZ_LISTEN",
    "feedparser": "a feed",
    "trafilatura": "a page",
    "pypdf": "a PDF",
    "sentry_sdk": "MUJAZ_SENTRY_DSN",
}


def imported_by(program: str) -> set[str]:
    """Return the modules that a fresh interpreter holds after a program."""
    told = subprocess.run(
        [sys.executable, "-c", f"{program}\nimport sys\nprint(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(told.stdout.split())


@pytest.fixture(scope="module")
def at_start() -> set[str]:
    return imported_by("import bot.__main__")


@pytest.mark.parametrize("module", sorted(NOT_AT_START))
def test_a_start_does_not_wait_for_what_only_few_need(module: str, at_start: set[str]) -> None:
    assert "bot.running" in at_start  # it is the bot's own start
    assert module not in at_start, f"only {NOT_AT_START[module]} needs it"


def test_what_a_start_leaves_out_is_there_for_those_who_need_it() -> None:
    users = (
        "bot.digest.chart, bot.search.dense, bot.store.migrations.versions.r0001_initial,"
        " bot.demo, bot.check, bot.web, bot.sources.feed_xml, bot.sources.page, bot.sources.pdf"
    )
    found = imported_by(
        f"import {users}, sqlalchemy.dialects.postgresql, psycopg, sentry_sdk, httpx"
    )

    assert NOT_AT_START.keys() <= found  # else the names above would prove nothing


def test_the_collector_rests_only_while_a_start_imports() -> None:
    program = (
        "import bot.__main__, gc; assert gc.isenabled(); assert gc.get_freeze_count() > 10_000"
    )

    assert "gc" in imported_by(program)
    assert gc.isenabled()
