"""Intake stores each article once and names whatever it cannot read."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.clock import FixedClock
from bot.errors import InputError, TextRefusedError
from bot.models import IntakeOutcome, SourceKind
from bot.services.intake import Ingest
from bot.sources.fetch import Fetcher
from bot.store.base import Store
from bot.store.sql import open_store
from tests.unit.sources.feed_texts import RSS
from tests.unit.sources.loopback import answer, loopback

SEED = Path(__file__).parents[2] / "data" / "seed_article.txt"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PUBLISHED = datetime(2019, 3, 19, 15, tzinfo=UTC)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(f"sqlite+aiosqlite:///{tmp_path / 'mujaz.sqlite'}")
    yield opened
    await opened.close()


@pytest.fixture
def intake(store: Store) -> Ingest:
    return Ingest(store, FixedClock(NOW), Fetcher())


async def test_the_sample_article_is_stored_with_all_that_was_said_about_it(
    intake: Ingest, store: Store
) -> None:
    report = await intake.ingest_paths(
        [SEED], source_name="العربية", published_at=PUBLISHED, url="https://news.example/1"
    )

    (stored,) = report.articles
    kept = await store.article(stored.article_id)
    assert (stored.outcome, stored.paragraphs) == (IntakeOutcome.STORED, 16)
    assert report.refused == ()
    assert kept is not None
    assert len(kept.paragraphs) == 16
    assert (kept.article.source, kept.article.url) == ("العربية", "https://news.example/1")
    assert kept.article.published_at == PUBLISHED


async def test_the_same_file_again_stores_nothing_new_and_says_so(
    intake: Ingest, store: Store
) -> None:
    await intake.ingest_paths([SEED])

    again = await intake.ingest_paths([SEED])

    assert [one.outcome for one in again.articles] == [IntakeOutcome.KNOWN]
    assert (await store.counts()).articles == 1


async def test_the_sample_article_pasted_after_its_file_is_known(intake: Ingest) -> None:
    await intake.ingest_paths([SEED], source_name="ملف")

    pasted = await intake.ingest_text(SEED.read_text(encoding="utf-8"), source_name="مشرف")

    assert pasted.outcome is IntakeOutcome.KNOWN


async def test_wrong_files_are_named_and_the_others_are_stored(
    intake: Ingest, store: Store, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a-binary.txt").write_bytes(b"\x7fELF\0\0")
    (folder / "b-empty.txt").touch()
    (folder / "c-french.txt").write_bytes(
        "Réfugiés rentrés à Alep\n\nC'était l'été.".encode("latin-1")
    )
    (folder / "d-huge.txt").touch()
    os.truncate(folder / "d-huge.txt", 50_000_000)
    (folder / "e-good.txt").write_text("عنوان\n\nفقرة.", encoding="cp1256")

    report = await intake.ingest_paths([folder, tmp_path / "missing.txt", SEED])

    assert [
        (one.error.key.rpartition(".")[2], one.error.params["name"]) for one in report.refused
    ] == [
        ("binary", "a-binary.txt"),
        ("empty", "b-empty.txt"),
        ("encoding", "c-french.txt"),
        ("too_large", "d-huge.txt"),
        ("missing", "missing.txt"),
    ]
    assert report.articles[0].title == "عنوان"
    assert (await store.counts()).articles == 2


async def test_an_empty_folder_is_said_to_be_empty(intake: Ingest, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()

    report = await intake.ingest_paths([tmp_path / "in"])

    assert [one.error.key for one in report.refused] == ["error.file.no_files"]


async def test_reports_are_stored_under_their_own_outlets(
    intake: Ingest, store: Store, tmp_path: Path
) -> None:
    lines = [
        {"source": f"وكالة {n}", "title": f"عنوان {n}", "paragraphs": ["فقرة."]} for n in (1, 2)
    ]
    path = tmp_path / "reports.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)) + "\nbroken", encoding="utf-8")

    report = await intake.ingest_paths([path], source_name="آخر", published_at=PUBLISHED)

    assert [one.title for one in report.articles] == ["عنوان 1", "عنوان 2"]
    assert [one.name for one in await intake.sources()] == ["وكالة 1", "وكالة 2"]
    assert [one.error.key for one in report.refused] == ["error.file.bad_lines"]


async def test_one_address_for_several_articles_is_refused_before_anything_is_stored(
    intake: Ingest, store: Store, tmp_path: Path
) -> None:
    (tmp_path / "other.txt").write_text("عنوان\n\nفقرة.", encoding="utf-8")

    with pytest.raises(InputError) as caught:
        await intake.ingest_paths([SEED, tmp_path / "other.txt"], url="https://news.example/1")

    assert caught.value.key == "error.file.one_url"
    assert (await store.counts()).articles == 0


async def test_an_address_that_is_none_is_refused(intake: Ingest) -> None:
    with pytest.raises(InputError) as caught:
        await intake.ingest_paths([SEED], url="javascript:alert(1)")

    assert caught.value.key == "error.file.bad_url"


async def test_another_text_at_the_same_address_is_a_revision(
    intake: Ingest, tmp_path: Path
) -> None:
    path = tmp_path / "news.txt"
    outcomes = []
    for text in ("عنوان\n\nفقرة.", "عنوان\n\nفقرة معدلة.", "عنوان\n\nفقرة معدلة."):
        path.write_text(text, encoding="utf-8")
        report = await intake.ingest_paths([path], url="https://news.example/1")
        outcomes.append(report.articles[0].outcome)

    assert outcomes == [IntakeOutcome.STORED, IntakeOutcome.REVISED, IntakeOutcome.KNOWN]


async def test_a_forwarded_post_keeps_its_channel_and_whole_text(
    intake: Ingest, store: Store
) -> None:
    text = "عاد الأهالي إلى البلدة اليوم. وفتحت المدارس أبوابها."

    stored = await intake.ingest_text(
        text, source_name="قناة", published_at=PUBLISHED, url="https://t.me/x/1"
    )

    kept = await store.article(stored.article_id)
    assert kept is not None
    assert kept.article.title == "عاد الأهالي إلى البلدة اليوم"
    assert [paragraph.text for paragraph in kept.paragraphs] == [text]
    assert [(one.kind, one.name) for one in await intake.sources()] == [
        (SourceKind.FORWARD, "قناة")
    ]


async def test_a_post_without_words_is_refused(intake: Ingest, store: Store) -> None:
    with pytest.raises(TextRefusedError):
        await intake.ingest_text(" 🔴🔴 ", source_name="قناة")

    assert await store.sources() == []


async def test_a_feed_is_added_and_polled_through_intake(store: Store) -> None:
    async with loopback() as server:
        server.routes["/rss"] = answer(RSS.encode())
        intake = Ingest(store, FixedClock(NOW), Fetcher(trusted_hosts=[server.pair]))

        source = await intake.add_source(server.url("/rss"))
        report = await intake.poll_due()

    assert source.name == "أخبار"
    assert report.checked == 0, "it was read a moment ago"
    assert (await store.counts()).articles == 1
