"""What tests of several folders share: a PostgreSQL server that starts when first asked for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.postgres import Databases, databases, why_not


@pytest.fixture(scope="session")
def postgres() -> Iterator[Databases]:
    """Databases on a real server that runs until the session ends."""
    if reason := why_not():
        pytest.skip(reason)
    with databases() as given:
        yield given


@pytest.fixture
def postgres_url(postgres: Databases) -> Iterator[str]:
    """The address of an empty database at the newest revision."""
    name = postgres.new()
    yield postgres.server.url(name)
    postgres.give_back(name)
