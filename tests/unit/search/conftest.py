"""The archive that tests of search fill."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.unit.search.archive import Archive, open_archive


@pytest.fixture
async def archive(tmp_path: Path) -> AsyncIterator[Archive]:
    opened = await open_archive(tmp_path)
    yield opened
    await opened.close()
