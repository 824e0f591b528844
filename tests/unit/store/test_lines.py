"""Lines of rows are the same whoever writes them, and rows in binary are what COPY reads."""

from __future__ import annotations

import pytest
from sqlalchemy import Table

from bot.store.binary import has_binary_form, in_binary, rows_in_binary
from bot.store.lines import database_writes, kinds_of, lines_query, values_query
from bot.store.rows import Plain, Tally, lines_of, without_nul
from bot.store.schema import embeddings, metadata, paragraphs
from bot.store.sql import SqlStore
from tests.contract.calls import fill
from tests.contract.samples import added, new_article
from tests.contract.test_transfer import TRICKY


async def fetched(store: SqlStore, table: Table, *, lines: bool) -> list[Plain]:
    query = lines_query(table, "sqlite") if lines else values_query(table)
    async with (
        store.database.reading() as reader,
        store.database.fetching(reader, query) as fetch,
    ):
        return list(await fetch(1000))


async def test_sqlite_writes_the_lines_that_python_writes(store: SqlStore) -> None:
    await fill(store)
    await added(store, "tricky", new_article(TRICKY[3], *TRICKY))
    compared = 0
    for table in filter(database_writes, metadata.sorted_tables):
        found = without_nul(
            kinds_of(table), [line for (line,) in await fetched(store, table, lines=True)]
        )
        assert found == lines_of(kinds_of(table), await fetched(store, table, lines=False)), (
            table.name
        )
        compared += len(found)
    assert compared >= 20


def test_only_columns_that_may_have_a_nul_get_it_written_otherwise() -> None:
    values = [b"1\0" if n == 0 else b"a\0" for n, _ in enumerate(paragraphs.columns)]

    (line,) = without_nul(kinds_of(paragraphs), [b"\t".join(values)])

    assert line == b"\t".join([*values[:-1], "a\ue6e0\ue6e1".encode()])


def test_rows_in_binary_are_numbers_texts_and_bytes_with_their_lengths() -> None:
    rows = rows_in_binary(kinds_of(embeddings), [(7, "م", b"\0\xff"), (-1, "", b"")])

    assert rows == [
        b"\0\x03\0\0\0\x04\0\0\0\x07\0\0\0\x02\xd9\x85\0\0\0\x02\0\xff",
        b"\0\x03\0\0\0\x04\xff\xff\xff\xff\0\0\0\0\0\0\0\0",
    ]
    assert in_binary(rows).startswith(b"PGCOPY\n\xff\r\n\0" + bytes(8) + rows[0])
    assert in_binary(rows).endswith(rows[1] + b"\xff\xff")
    assert rows_in_binary(kinds_of(embeddings), []) == []


@pytest.mark.parametrize("table", [embeddings, metadata.tables["sketches"]])
def test_tables_of_bytes_are_sent_in_binary(table: Table) -> None:
    assert has_binary_form(kinds_of(table))
    assert not has_binary_form(kinds_of(paragraphs))


def test_a_tally_does_not_depend_on_pieces_or_order() -> None:
    whole, pieces, other = Tally(), Tally(), Tally()
    whole.add([b"a", b"b", b"c"])
    pieces.add([b"c"])
    pieces.add([])
    pieces.add([b"b", b"a"])
    other.add([b"a", b"b", b"d"])

    assert (whole.rows, whole.fingerprint) == (pieces.rows, pieces.fingerprint)
    assert whole.fingerprint != other.fingerprint
