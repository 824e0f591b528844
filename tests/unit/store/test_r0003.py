"""The step to revision 0003: old sources and articles keep all they had."""

from __future__ import annotations

from pathlib import Path

from bot.models import IntakeOutcome, NewArticle
from bot.store.recognising import content_hash
from bot.store.sql import open_store
from tests.contract.samples import NOW
from tests.unit.store.older import AT, older_database

ARTICLE = NewArticle(title="قتل 12", paragraphs=("قتل 12 شخصا.",))
ROWS = f"""
INSERT INTO sources (id, kind, key, name, address, enabled, etag, last_modified, checked_at,
    failures, last_error, created_at)
VALUES (1, 'feed', 'https://a.example/rss', 'أ', 'https://a.example/rss', 1, '', '', '{AT}',
    0, '', '{AT}'),
    (2, 'feed', 'https://b.example/rss', 'ب', 'https://b.example/rss', 1, '', '', '{AT}',
    3, '', '{AT}');
INSERT INTO articles (id, source_id, revision, title, url, language, first_seen_at, dated_at)
VALUES (1, 1, 1, 'قتل 12', '', '', '{AT}', '{AT}');
INSERT INTO revisions (article_id, revision, title, content_hash, seen_at)
VALUES (1, 1, 'قتل 12', '{content_hash(ARTICLE)}', '{AT}');
INSERT INTO paragraphs (article_id, revision, position, text) VALUES (1, 1, 0, 'قتل 12 شخصا.');
INSERT INTO identities (key, article_id, content_hash, created_at)
VALUES ('guid:1', 1, '{content_hash(ARTICLE)}', '{AT}');
INSERT INTO change_log (article_id, revision, at) VALUES (1, 1, '{AT}');
"""  # noqa: S608 - our own values


async def test_an_older_database_keeps_its_sources_and_goes_on_with_its_articles(
    url: str, path: Path
) -> None:
    await older_database(url, path, "0002", ROWS)

    store = await open_store(url)
    one, two = await store.sources()
    changed = NewArticle(title="قتل 9", paragraphs=("قتل 9 أشخاص.",))
    revised = await store.add_article(one, changed, "guid:1", now=NOW)
    (edit,) = await store.edits()
    problems = await store.verify()
    await store.close()

    assert (one.succeeded_at, one.failing_since_at) == (one.checked_at, None)
    assert (two.succeeded_at, two.failing_since_at) == (None, two.checked_at)
    assert (one.address, one.moved_to, one.stance) == ("https://a.example/rss", "", "")
    assert revised.outcome is IntakeOutcome.REVISED
    assert (edit.old_title, edit.new_title) == ("قتل 12", "قتل 9")
    assert problems == []
