"""The step to revision 0003: old sources and articles keep all they had."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from bot.models import IntakeOutcome, NewArticle, SourceKind
from bot.store.sql import SqlStore, open_store
from tests.contract.samples import NOW

TAKEN_BACK = """
ALTER TABLE sources DROP COLUMN succeeded_at; ALTER TABLE sources DROP COLUMN failing_since_at;
ALTER TABLE sources DROP COLUMN told_at; ALTER TABLE sources DROP COLUMN moved_to;
ALTER TABLE sources DROP COLUMN moved_at; ALTER TABLE sources DROP COLUMN outlet;
ALTER TABLE sources DROP COLUMN country; ALTER TABLE sources DROP COLUMN language;
ALTER TABLE sources DROP COLUMN stance; ALTER TABLE articles DROP COLUMN origin;
ALTER TABLE revisions DROP COLUMN edit;
UPDATE sources SET checked_at = '2026-03-01T05:00:00.000000Z';
UPDATE sources SET failures = 3 WHERE id = 2;
UPDATE alembic_version SET version_num = '0002';
"""


async def test_an_older_database_keeps_its_sources_and_goes_on_with_its_articles(
    store: SqlStore, url: str, path: Path
) -> None:
    good = await store.ensure_source(SourceKind.FEED, "أ", "https://a.example/rss", now=NOW)
    await store.ensure_source(SourceKind.FEED, "ب", "https://b.example/rss", now=NOW)
    article = NewArticle(title="قتل 12", paragraphs=("قتل 12 شخصا.",))
    await store.add_article(good, article, "guid:1", now=NOW)
    await store.close()
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(TAKEN_BACK)

    again = await open_store(url)
    one, two = await again.sources()
    changed = NewArticle(title="قتل 9", paragraphs=("قتل 9 أشخاص.",))
    revised = await again.add_article(one, changed, "guid:1", now=NOW)
    (edit,) = await again.edits()
    problems = await again.verify()
    await again.close()

    assert (one.succeeded_at, one.failing_since_at) == (one.checked_at, None)
    assert (two.succeeded_at, two.failing_since_at) == (None, two.checked_at)
    assert (one.address, one.moved_to, one.stance) == ("https://a.example/rss", "", "")
    assert revised.outcome is IntakeOutcome.REVISED
    assert (edit.old_title, edit.new_title) == ("قتل 12", "قتل 9")
    assert problems == []
