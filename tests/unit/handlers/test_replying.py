"""Readers are told that we are searching, but only when it takes long."""

from __future__ import annotations

import asyncio

import pytest
from telegram.error import TimedOut

from handlers.replying import patiently


class Told:
    def __init__(self, error: Exception | None = None) -> None:
        self.times = 0
        self._error = error

    async def __call__(self) -> None:
        self.times += 1
        if self._error:
            raise self._error


async def slow() -> str:
    await asyncio.sleep(0.2)
    return "found"


async def quick() -> str:
    return "found"


async def broken() -> str:
    raise LookupError("nothing")


async def test_a_quick_answer_comes_without_a_word() -> None:
    told = Told()

    assert await patiently(quick(), told, after_s=30) == "found"
    assert told.times == 0


async def test_a_slow_one_is_announced_once_and_comes() -> None:
    told = Told()

    assert await patiently(slow(), told, after_s=0.01) == "found"
    assert told.times == 1


async def test_a_word_that_cannot_be_said_hinders_no_answer() -> None:
    assert await patiently(slow(), Told(TimedOut()), after_s=0.01) == "found"


async def test_errors_and_cancelling_go_through() -> None:
    with pytest.raises(LookupError):
        await patiently(broken(), Told(), after_s=30)
    work = asyncio.ensure_future(patiently(slow(), Told(), after_s=30))
    await asyncio.sleep(0)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
