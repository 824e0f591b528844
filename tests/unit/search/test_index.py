"""The index follows the store through kills, damage, and other processes."""

import asyncio
import json
import os
import signal
import sys
import time
from pathlib import Path

import pytest

from bot.errors import SearchIndexError
from bot.search.index import VERSION, SearchIndex
from bot.search.lexical import IndexBusyError, LexicalIndex, LexicalQuery, Mark
from tests.unit.search.archive import Archive, open_archive

BAGHOUZ = LexicalQuery(stems=(("باغوز", 1.0),))
ROOT = Path(__file__).parents[3]


async def found(archive: Archive, query: LexicalQuery = BAGHOUZ) -> list[int]:
    return sorted(hit.article_id for hit in await archive.index.search(query, 1_000))


async def fill(archive: Archive, articles: int) -> list[int]:
    return [
        await archive.add(f"خبر {number}", ["قصف في الباغوز", f"رقم {number}"])
        for number in range(articles)
    ]


async def test_what_is_stored_is_found_after_catching_up(archive: Archive) -> None:
    ids = await fill(archive, 3)
    assert await archive.index.lag() == 3
    assert await archive.index.catch_up() == 3
    assert await found(archive) == ids
    assert await archive.index.lag() == 0


async def test_catching_up_twice_does_nothing_the_second_time(archive: Archive) -> None:
    await fill(archive, 3)
    await archive.index.catch_up()
    assert await archive.index.catch_up() == 0


async def test_a_revised_article_is_found_only_as_it_now_stands(archive: Archive) -> None:
    first = await archive.add("خبر", ["قصف في الباغوز"], identity="one")
    await archive.index.catch_up()
    again = await archive.add("خبر", ["هدوء في هجين"], identity="one")
    await archive.index.catch_up()
    assert first == again
    assert await found(archive) == []
    assert await found(archive, LexicalQuery(stems=(("هجين", 1.0),))) == [first]


async def test_a_new_article_is_findable_within_a_second(archive: Archive) -> None:
    await fill(archive, 300)
    await archive.index.catch_up()
    took_s = []
    for town in ("هجين", "كفرنبل", "تفتناز"):  # other programs may hold up one of them
        started = time.monotonic()
        article_id = await archive.add("عاجل", [f"انفجار في {town}"])
        await archive.index.catch_up()
        hits = await archive.index.search(LexicalQuery(stems=((town, 1.0),)), 5)
        assert [hit.article_id for hit in hits] == [article_id]
        took_s.append(time.monotonic() - started)
    assert min(took_s) < 1.0


async def test_rebuilding_gives_the_same_and_tells_its_progress(tmp_path: Path) -> None:
    archive = await open_archive(tmp_path, batch=2)
    ids = await fill(archive, 5)
    await archive.index.catch_up()
    told: list[tuple[int, int]] = []
    assert await archive.index.rebuild(lambda seq, newest: told.append((seq, newest))) == 5
    assert told == [(2, 5), (4, 5), (5, 5)]
    assert await found(archive) == ids
    await archive.close()


async def test_an_index_of_another_version_is_built_again(tmp_path: Path) -> None:
    archive = await open_archive(tmp_path)
    ids = await fill(archive, 2)
    lexical = LexicalIndex(tmp_path / "index")
    writer = lexical.writer()
    writer.commit(Mark("an older analysis", 2))
    writer.close()
    assert await archive.index.catch_up() == 2
    assert await found(archive) == ids
    assert LexicalIndex(tmp_path / "index").mark == Mark(VERSION, 2)
    await archive.close()


async def test_an_index_ahead_of_its_store_is_built_again(tmp_path: Path) -> None:
    archive = await open_archive(tmp_path)
    await fill(archive, 2)
    await archive.index.catch_up()
    writer = LexicalIndex(tmp_path / "index").writer()
    writer.commit(Mark(VERSION, 900))
    writer.close()
    assert await archive.index.catch_up() == 2
    await archive.close()


@pytest.mark.parametrize("damage", ["meta", "segments cut", "segments gone", "rubbish"])
async def test_a_damaged_index_is_built_again_by_itself(tmp_path: Path, damage: str) -> None:
    archive = await open_archive(tmp_path)
    ids = await fill(archive, 5)
    await archive.index.catch_up()
    await archive.close()
    for path in (tmp_path / "index").iterdir():
        if damage == "meta" and path.name == "meta.json":
            path.write_text("{", "utf-8")
        elif damage == "rubbish" and path.is_file():
            path.write_bytes(os.urandom(64))
        elif path.suffix in {".term", ".idx", ".store"} and damage == "segments cut":
            path.write_bytes(path.read_bytes()[:5])
        elif path.suffix in {".term", ".idx", ".store"} and damage == "segments gone":
            path.unlink()
    archive = await open_archive(tmp_path)
    await archive.index.catch_up()
    assert await found(archive) == ids
    await archive.close()


async def test_an_index_damaged_while_open_is_built_again_when_asked(tmp_path: Path) -> None:
    archive = await open_archive(tmp_path)
    ids = await fill(archive, 5)
    await archive.index.catch_up()
    for path in (tmp_path / "index").iterdir():
        path.unlink()
    await archive.add("آخر", ["قصف في الباغوز"])
    await archive.index.catch_up()
    assert len(await found(archive)) == len(ids) + 1
    await archive.close()


async def test_while_another_writes_nothing_is_done_and_nothing_is_lost(tmp_path: Path) -> None:
    archive = await open_archive(tmp_path)
    ids = await fill(archive, 2)
    other = LexicalIndex(tmp_path / "index").writer()
    assert await archive.index.catch_up() == 0
    with pytest.raises(IndexBusyError):
        await archive.index.rebuild()
    other.close()
    assert await archive.index.catch_up() == 2
    assert await found(archive) == ids
    await archive.close()


async def test_what_another_process_indexed_is_seen(tmp_path: Path) -> None:
    archive = await open_archive(tmp_path)
    other = SearchIndex(archive.store, tmp_path / "index")
    await other.open()
    ids = await fill(archive, 2)
    assert await other.catch_up() == 2
    assert await archive.index.catch_up() == 0
    assert await found(archive) == ids
    await other.close()
    await archive.close()


async def test_an_index_that_is_not_open_says_so(tmp_path: Path) -> None:
    archive = await open_archive(tmp_path)
    await archive.close()
    with pytest.raises(SearchIndexError):
        await archive.index.lag()


CHILD = """
import asyncio, json, sys
from pathlib import Path
from tests.unit.search.archive import open_archive

async def main():
    archive = await open_archive(Path(sys.argv[1]), batch=4)
    await archive.index.catch_up(lambda seq, newest: print(json.dumps([seq, newest]), flush=True))
    await archive.close()

asyncio.run(main())
"""


async def _kill_after(folder: Path, commits: int) -> tuple[int, int]:
    """Let a process catch up, kill -9 it after so many commits; return what it told last."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", CHILD, str(folder), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    told = (0, 0)
    for _ in range(commits):
        line = await process.stdout.readline()
        told = tuple(json.loads(line))
    process.send_signal(signal.SIGKILL)
    assert await process.wait() == -signal.SIGKILL
    return told


async def test_an_index_killed_in_the_middle_goes_on_and_holds_everything_once(
    tmp_path: Path,
) -> None:
    archive = await open_archive(tmp_path)
    ids = await fill(archive, 120)
    await archive.close()
    in_flight = 0
    for commits in (1, 2, 3):
        seq, newest = await _kill_after(tmp_path, commits)
        in_flight += seq < newest
    archive = await open_archive(tmp_path)
    assert in_flight == 3, "a kill came too late to prove anything"
    assert 0 < await archive.index.lag() < 120
    await archive.index.catch_up()
    assert await found(archive) == ids
    await archive.close()
