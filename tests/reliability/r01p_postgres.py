"""R1P: what R1 does, to a broadcast that lies on a PostgreSQL server."""

from __future__ import annotations

from pathlib import Path

from tests.postgres import DURABLE, running
from tests.reliability.r01_kill import Held, killed_broadcast
from tests.reliability.report import Report

TITLE = "kill -9 during a broadcast that lies in PostgreSQL"


async def run(folder: Path, *, quick: bool = False) -> Report:
    """Kill a bot with a database on a server."""
    with running(*DURABLE) as postgres:
        name = postgres.new_database()
        held = Held(postgres.url(name), lambda query: postgres.sql(query, name))
        return await killed_broadcast(held, folder, quick=quick)
