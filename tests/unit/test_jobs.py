"""Periodic work: goes on after failures, never overlaps itself, is not cut off in the middle."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import StoreAwayError
from bot.jobs import Jobs
from tests.reliability.town import until


async def test_work_that_fails_is_logged_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    jobs, tries = Jobs(), 0

    async def fails() -> None:
        nonlocal tries
        tries += 1
        raise ValueError("no luck")

    jobs.every(0.05, "trying", fails)
    with caplog.at_level(logging.ERROR):
        jobs.start()
        assert await until(lambda: tries >= 2)
        await jobs.stop(1)

    assert "trying failed" in caplog.text


async def test_what_is_done_rarely_is_done_soon_after_the_start() -> None:
    jobs, done = Jobs(first_s=0.1), asyncio.Event()

    async def works() -> None:
        done.set()

    jobs.every(3600, "hourly", works)
    jobs.start()
    await asyncio.wait_for(done.wait(), 60)
    await jobs.stop(1)

    assert done.is_set()


class ClockSetRight:
    """A clock that is an hour ahead until it is asked for the second time."""

    def __init__(self) -> None:
        self._ahead = timedelta(hours=1)

    def now(self) -> datetime:
        """Return the time that it shows."""
        ahead, self._ahead = self._ahead, timedelta(0)
        return datetime.now(UTC) + ahead


async def test_a_clock_that_is_set_back_by_an_hour_holds_nothing_up_for_an_hour() -> None:
    jobs, often, rarely = Jobs(first_s=0.2, clock=ClockSetRight()), 0, 0

    async def works() -> None:
        nonlocal often
        often += 1

    async def works_hourly() -> None:
        nonlocal rarely
        rarely += 1

    jobs.every(0.1, "often", works)
    jobs.every(1800, "rarely", works_hourly)
    jobs.start()
    assert await until(lambda: often >= 3 and rarely > 0, within_s=60)
    await jobs.stop(1)

    assert rarely == 1


async def test_what_runs_when_stopping_is_finished_and_nothing_begins_after(
    caplog: pytest.LogCaptureFixture,
) -> None:
    jobs, begun, finished = Jobs(), 0, 0

    async def works() -> None:
        nonlocal begun, finished
        begun += 1
        await asyncio.sleep(0.3)
        finished += 1

    jobs.every(0.05, "working", works)
    jobs.start()
    assert await until(lambda: begun == 1)
    await jobs.stop(5)
    ended = begun
    await asyncio.sleep(0.2)

    assert begun == finished == ended == 1  # and it never ran twice at a time
    assert caplog.text == ""  # which is nothing to warn of


async def test_what_runs_too_long_is_cancelled() -> None:
    jobs = Jobs()
    begun, cancelled = asyncio.Event(), asyncio.Event()

    async def hangs() -> None:
        begun.set()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.set()
            raise

    jobs.every(0.05, "hanging", hangs)
    jobs.start()
    await asyncio.wait_for(begun.wait(), 60)
    await jobs.stop(0.1)

    assert cancelled.is_set()


async def test_kept_work_goes_on_after_a_failure_and_is_ended_at_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    jobs, begun = Jobs(), 0

    async def works() -> None:
        nonlocal begun
        begun += 1
        if begun == 2:
            raise ValueError("no luck")
        if begun == 4:
            await asyncio.sleep(60)

    jobs.keep(0.01, "keeping", works)
    with caplog.at_level(logging.ERROR):
        jobs.start()
        assert await until(lambda: begun == 4)
    async with asyncio.timeout(2):
        await jobs.stop(5)

    assert begun == 4
    assert "keeping failed" in caplog.text


@pytest.mark.parametrize("kept", [False, True])
async def test_a_database_that_is_away_is_told_once_in_a_line_and_so_is_its_end(
    kept: bool, caplog: pytest.LogCaptureFixture
) -> None:
    jobs, tries, enough = Jobs(), 0, asyncio.Event()

    async def works() -> None:
        nonlocal tries
        tries += 1
        if tries <= 5:
            raise StoreAwayError("connection refused")
        if tries == 8:
            enough.set()

    (jobs.keep if kept else jobs.every)(0.02, "indexing", works)
    with caplog.at_level(logging.INFO, "bot"):
        jobs.start()
        await asyncio.wait_for(enough.wait(), 60)
        await jobs.stop(1)

    lines = [record.getMessage() for record in caplog.records if record.name == "bot.jobs"]
    assert lines == [
        "indexing failed; it will be tried again: connection refused",
        "indexing works again",
    ]
    assert "Traceback" not in caplog.text


async def test_an_error_of_our_own_has_its_traceback_and_another_one_is_told_too(
    caplog: pytest.LogCaptureFixture,
) -> None:
    jobs, tries, enough = Jobs(), 0, asyncio.Event()

    async def works() -> None:
        nonlocal tries
        tries += 1
        if tries == 6:
            enough.set()
        raise ValueError("first" if tries <= 3 else "second")

    jobs.keep(0.01, "reading", works)
    with caplog.at_level(logging.ERROR, "bot"):
        jobs.start()
        await asyncio.wait_for(enough.wait(), 60)
        await jobs.stop(1)

    assert [record.getMessage().rpartition(" ")[2] for record in caplog.records] == [
        "first",
        "second",
    ]
    assert caplog.text.count("Traceback") == 2
