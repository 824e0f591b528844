"""The scripts of docs/deploy/partitions, as operators run them, and the store on what they make."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
import pytest_asyncio
from sqlalchemy import insert

from bot.errors import StoreError, StoreUnfinishedError
from bot.models import Arrival, Embedding, IntakeOutcome
from bot.store.postgres import WRITERS
from bot.store.restore import restore
from bot.store.schema import paragraphs, revisions
from bot.store.sql import SqlStore, database_at, open_store
from bot.store.transfer import contents_of, copy_all
from tests.contract.samples import NOW, a_claim, a_source, a_step, added, new_article
from tests.contract.test_copies import WIRE, wire
from tests.contract.test_transfer import SHAPE
from tests.flow.test_command_line import mujaz
from tests.postgres import Databases, Server, rows_of

SCRIPTS = Path(__file__).parents[2] / "docs" / "deploy" / "partitions"
MONTHS = [datetime(2020, month, 15, tzinfo=UTC) for month in (1, 2, 4)]  # nothing came in March
PARTS = ["paragraphs_2020_01", "paragraphs_2020_02", "paragraphs_2020_04", "paragraphs_other"]
EACH = 6  # articles a month


class Parted:
    """A store in a database of its own, and an operator at it."""

    def __init__(self, server: Server, name: str) -> None:
        self.server = server
        self.name = name
        self.url = server.url(name)

    def run(self, script: str) -> None:
        self.server.sql((SCRIPTS / f"{script}.sql").read_text(encoding="utf-8"), self.name)

    def ask(self, query: str) -> list[tuple[object, ...]]:
        return self.server.sql(query, self.name)

    def parts(self) -> list[object]:
        query = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'paragraphs'"
        return [name for (name,) in self.ask(f"{query}::regclass ORDER BY 1")]

    def lies_in(self, article_id: int) -> set[object]:
        query = "SELECT DISTINCT tableoid::regclass::text FROM paragraphs WHERE article_id ="
        return {name for (name,) in self.ask(f"{query} {article_id}")}

    def shape(self) -> list[tuple[object, ...]]:
        defaults = (
            "SELECT format('%s %s %s', attname, attnotnull, pg_get_expr(adbin, adrelid))"
            " FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum"
            " WHERE attrelid = 'paragraphs'::regclass AND attnum > 0"
        )
        owned = "SELECT pg_get_serial_sequence('paragraphs', 'id')"
        return sorted([*self.ask(SHAPE), *self.ask(defaults), *self.ask(owned)])


@pytest_asyncio.fixture
async def parted(postgres: Databases) -> AsyncIterator[Parted]:
    """A database with three months in it, not yet parted."""
    held = Parted(postgres.server, postgres.new())
    store = await open_store(held.url)
    await _three_months(store)
    await store.close()
    yield held
    postgres.server.drop(held.name)


async def _three_months(store: SqlStore) -> None:
    """Store articles, revisions of earlier months' articles, vectors, events and claims."""
    for number, now in enumerate(MONTHS):
        for one in range(EACH):
            name = f"{number}-{one}"
            article = new_article(name, f"نص {name}.", "\0 ثانٍ\tو\\ن", published_at=now)
            kept = await added(store, name, article, now=now)
        if number:  # in the month after, its first text is changed
            earlier = f"{number - 1}-0"
            article = new_article(earlier, f"نص {earlier} الجديد.", published_at=MONTHS[number - 1])
            await added(store, earlier, article, now=now)
        held = await store.article(kept.article_id)
        assert held is not None
        claim = a_claim(held.paragraphs[0].id)
        before = await store.events_mark()
        step = a_step(kept.article_id, event_id=number + 1, before=before, claims=(claim,))
        assert await store.save_events(step, now=now)
    vectors = [Embedding(paragraph_id=n, vector=bytes(range(256))) for n in range(1, 30)]
    assert await store.save_embeddings("m", vectors) == len(vectors)


async def _contents(url: str) -> object:
    database = await database_at(url)
    try:
        return await contents_of(database)
    finally:
        await database.close()


async def test_parting_keeps_every_row_and_each_lies_in_the_month_it_was_stored_in(
    parted: Parted,
) -> None:
    before, rows = await _contents(parted.url), rows_of(parted.server, parted.name)

    parted.run("by-month")

    assert await _contents(parted.url) == before
    after = rows_of(parted.server, parted.name)
    assert {name: after[name] for name in rows} == rows
    assert parted.parts() == PARTS
    strays = parted.ask(
        "SELECT count(*), count(*) FILTER (WHERE p.tableoid::regclass::text <>"
        " 'paragraphs_' || translate(left(seen_at, 7), '-', '_'))"
        " FROM paragraphs p JOIN revisions USING (article_id, revision)"
    )
    assert strays == [(3 * EACH * 2 + 2, 0)]


async def test_where_a_clock_jumped_a_row_stays_between_its_neighbours(parted: Parted) -> None:
    store = await open_store(parted.url)
    stored = [
        (await added(store, f"at {now}", now=now)).article_id
        for now in (datetime(2020, month, 15, tzinfo=UTC) for month in (6, 5, 4, 7))
    ]
    before = await contents_of(store.database)

    parted.run("by-month")

    assert await contents_of(store.database) == before
    assert parted.parts() == [*PARTS[:3], "paragraphs_2020_06", "paragraphs_2020_07", PARTS[3]]
    june, july = {"paragraphs_2020_06"}, {"paragraphs_2020_07"}
    assert [parted.lies_in(one) for one in stored] == [june, june, june, july]
    await store.close()


async def test_an_empty_table_is_parted_too(postgres: Databases) -> None:
    empty = Parted(postgres.server, postgres.new())
    empty.run("by-month")
    empty.run("next-month")
    store = await open_store(empty.url)

    first = await added(store, "first")

    assert empty.lies_in(first.article_id) == {empty.parts()[0]} != {"paragraphs_other"}
    assert await store.verify(deep=True) == []
    await store.close()
    postgres.server.drop(empty.name)


async def test_the_store_lives_on_in_a_parted_table(parted: Parted) -> None:
    parted.run("by-month")
    now = MONTHS[-1] + timedelta(days=1)
    store = await open_store(parted.url)
    first = await added(store, "new", wire(), now=now)
    arrival = Arrival(source=await a_source(store, "ب"), article=wire("آخر", *WIRE), identity="b")
    (copy,) = await store.add_articles([arrival], now=now)
    changed = await added(store, "0-1", new_article("0-1", "نص 0-1 المعدل."), now=now)

    assert [one.outcome for one in (first, copy, changed)] == [
        IntakeOutcome.STORED,
        IntakeOutcome.STORED,
        IntakeOutcome.REVISED,
    ]
    stored = await store.articles([first.article_id, copy.article_id, changed.article_id])
    assert stored[copy.article_id].article.copy_of == first.article_id
    assert [one.text for one in stored[changed.article_id].paragraphs] == ["نص 0-1 المعدل."]
    assert parted.lies_in(first.article_id) == {PARTS[2]}
    assert parted.lies_in(changed.article_id) == {PARTS[0], PARTS[2]}
    ids = [one.id for one in stored[first.article_id].paragraphs]
    assert [one.text for one in (await store.paragraphs(ids)).values()] == list(WIRE)
    lacking = await store.paragraphs_without("m", 1000)
    vectors = [Embedding(paragraph_id=one.paragraph.id, vector=b"\0\1") for one in lacking]
    assert ids[0] in {one.paragraph_id for one in vectors}
    assert await store.save_embeddings("m", vectors) == len(vectors)
    assert await store.count_without("m") == 0
    assert (await store.articles_of(ids)) == dict.fromkeys(ids, first.article_id)
    assert await store.verify(deep=True) == []
    await store.close()


async def test_no_revision_gets_a_position_twice_also_over_two_partitions(parted: Parted) -> None:
    parted.run("by-month")
    parted.run("next-month")
    store = await open_store(parted.url)
    again = {"article_id": 1, "revision": 1, "position": 0, "text": "مرة ثانية"}
    revision = {
        "article_id": 1,
        "revision": 1,
        "title": "",
        "content_hash": "",
        "seen_at": MONTHS[0],
    }
    before = await contents_of(store.database)

    with pytest.raises(StoreError):  # as the store writes them: the revision, then its paragraphs
        async with store.database.writing() as writer:
            await writer.execute(insert(revisions), revision)
            await writer.execute(insert(paragraphs), again)
    assert await contents_of(store.database) == before

    async with store.database.writing() as writer:  # what the database alone no longer refuses
        await writer.execute(insert(paragraphs), again)
    assert await store.verify(deep=True) == ["text: revision 1 of article 1 is not what was stored"]
    with pytest.raises(StoreError):
        async with store.database.writing() as writer:
            await writer.execute(insert(paragraphs), again)
    await store.close()


async def test_months_are_begun_one_after_another_and_nothing_is_ever_refused(
    parted: Parted,
) -> None:
    parted.run("by-month")
    store = await open_store(parted.url)
    seen = []
    for turn in range(3):
        parted.run("next-month")
        parted.run("next-month")  # a second time in a month it does nothing
        (newest,) = (
            set(parted.parts()) - set(PARTS) - {f"paragraphs_2020_{n:02}" for n in (5, 6, 7)}
        )
        intake = await added(store, f"month {turn}")
        seen.append(parted.lies_in(intake.article_id) == {newest})
        if turn == 1:  # more than there is room for
            parted.ask("SELECT setval('paragraphs_id_seq', 100000000)")
            intake = await added(store, "beyond")
            seen.append(parted.lies_in(intake.article_id) == {"paragraphs_other"})
        parted.ask(f"ALTER TABLE {newest} RENAME TO paragraphs_2020_{turn + 5:02}")
        parted.ask(
            f"ALTER TABLE paragraphs_2020_{turn + 5:02} RENAME CONSTRAINT uq_{newest} TO uq_{turn}"
        )

    assert seen == [True] * 4
    assert len(parted.parts()) == len(PARTS) + 3
    assert await store.verify(deep=True) == []
    await store.close()


async def test_old_months_are_dropped_once_retention_has_emptied_them_and_not_before(
    parted: Parted,
) -> None:
    parted.run("by-month")
    parted.run("drop-empty")
    assert parted.parts() == PARTS
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        parted.ask(f"ALTER TABLE paragraphs DETACH PARTITION {PARTS[0]}")
    store = await open_store(parted.url)
    claims = parted.ask("SELECT count(*) FROM claims")

    before = MONTHS[1] + timedelta(days=1)
    assert await store.remove_old(before=before, keep=None, now=MONTHS[2]) == 2 * EACH
    kept = await contents_of(store.database)
    parted.run("drop-empty")

    assert parted.parts() == PARTS[2:]
    assert await contents_of(store.database) == kept
    assert kept["paragraphs"].rows == 2 * EACH
    assert claims == [(3,)]
    assert parted.ask("SELECT count(*) FROM claims") == [(1,)]
    orphans = (
        "SELECT count(*) FROM embeddings WHERE paragraph_id NOT IN (SELECT id FROM paragraphs)"
    )
    assert parted.ask(orphans) == [(0,)]
    await added(store, "after")
    assert await store.verify(deep=True) == []
    await store.close()


async def test_backups_and_moves_of_a_parted_table_hold_every_row_and_make_plain_ones(
    parted: Parted, postgres: Databases, tmp_path: Path
) -> None:
    plain = parted.shape()
    parted.run("by-month")
    parted.run("next-month")
    store = await open_store(parted.url)
    last = await added(store, "last")
    held = await contents_of(store.database)
    backup = await store.back_up(tmp_path, now=MONTHS[-1])
    restored = Parted(postgres.server, postgres.server.new_database())
    file = tmp_path / "moved.db"
    moved = await database_at(f"sqlite+aiosqlite:///{file}")

    assert await restore(backup, restored.url) == held
    assert await copy_all(store.database, moved) == held
    await moved.close()

    assert (restored.shape(), restored.parts()) == (plain, [])
    expected = (await added(store, "next")).article_id
    for url in (restored.url, f"sqlite+aiosqlite:///{file}"):
        opened = await open_store(url)
        assert await opened.article(last.article_id) == await store.article(last.article_id)
        assert (await added(opened, "next")).article_id == expected
        assert await opened.verify(deep=True) == []
        await opened.close()
    newest = "SELECT max(id) FROM paragraphs"
    assert parted.ask(newest) == restored.ask(newest)  # the numbers go on behind the same one
    await store.close()
    postgres.server.drop(restored.name)


async def test_a_move_or_restore_into_a_parted_database_is_refused_in_a_line_and_marks_nothing(
    parted: Parted, postgres: Databases, tmp_path: Path
) -> None:
    source = await open_store(parted.url)
    backup = await source.back_up(tmp_path / "backups", now=MONTHS[-1])
    into = Parted(postgres.server, postgres.new())
    into.run("by-month")
    before, shape = rows_of(into.server, into.name), into.shape()
    folder = str(tmp_path / "data")

    moved = await mujaz("migrate-store", "--from", parted.url, "--to", into.url)
    restored = await mujaz(
        "restore", str(backup), "--data-dir", folder, MUJAZ_DATABASE_URL=into.url
    )

    for refused in (moved, restored):
        assert (refused.code, refused.out) == (1, "")
        (line,) = refused.err.strip().splitlines()
        assert "parted by month" in line
    assert (rows_of(into.server, into.name), into.shape()) == (before, shape)
    opened = await open_store(into.url)  # it is no half-filled one
    await added(opened, "of its own")
    assert await opened.verify(deep=True) == []
    await opened.close()
    await source.close()
    postgres.server.drop(into.name)


async def test_a_move_that_an_earlier_version_began_in_a_parted_database_goes_on_after_the_way_back(
    parted: Parted, postgres: Databases
) -> None:
    source = await open_store(parted.url)
    into = Parted(postgres.server, postgres.new())
    into.run("by-month")
    target = await database_at(into.url)
    async with target.writing() as writer:
        await writer.run_sync(target.mark_filling)

    with pytest.raises(StoreError) as refused:
        await copy_all(source.database, target)
    assert refused.value.key == "error.store.parted"
    with pytest.raises(StoreUnfinishedError):
        await open_store(into.url)
    into.run("back")

    assert await copy_all(source.database, target) == await contents_of(source.database)
    assert into.shape() == parted.shape()
    await target.close()
    await source.close()
    postgres.server.drop(into.name)


async def test_the_way_back_is_the_programs_own_table_with_every_row(parted: Parted) -> None:
    plain = parted.shape()
    parted.run("by-month")
    parted.run("next-month")
    store = await open_store(parted.url)
    await added(store, "in the new month")
    before = await contents_of(store.database)
    await store.close()
    assert parted.shape() != plain

    parted.run("back")

    assert (parted.shape(), parted.parts()) == (plain, [])
    store = await open_store(parted.url)
    assert await contents_of(store.database) == before
    await added(store, "afterwards")
    assert await store.verify(deep=True) == []
    await store.close()
    parted.run("by-month")  # and it can be parted again
    assert parted.parts() == [*PARTS[:3], f"paragraphs_{NOW:%Y_%m}", PARTS[3]]


async def test_a_script_that_does_not_fit_changes_nothing(parted: Parted) -> None:
    before, plain = await _contents(parted.url), parted.shape()
    for wrong in ("next-month", "back"):
        with pytest.raises(psycopg.Error):
            parted.run(wrong)
    assert (await _contents(parted.url), parted.shape()) == (before, plain)

    parted.run("by-month")
    split = parted.shape()
    with pytest.raises(psycopg.Error):
        parted.run("by-month")
    assert (await _contents(parted.url), parted.shape()) == (before, split)


def test_every_script_holds_what_writers_hold_for_its_one_transaction() -> None:
    texts = [path.read_text(encoding="utf-8") for path in sorted(SCRIPTS.glob("*.sql"))]

    assert len(texts) == 4
    for text in texts:
        assert text.count("\nBEGIN;\n") == text.count("\nCOMMIT;\n") == 1
        _, _, inside = text.partition("\nBEGIN;\n")
        assert f"pg_advisory_xact_lock(x'{WRITERS:X}'::bit(48)::bigint)" in inside[:400]
