"""A report that cannot be read keeps nobody from the news."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import signal
import sys
import time
from datetime import timedelta

import pytest

from bot.app import Core, Mujaz
from bot.demo import Samples
from bot.models import NewArticle
from bot.sandbox import READER_ID, SandboxClock
from tests.flow.person import Person, shown
from tests.unit.services.test_enriching import child, started, there

TITLE = "قصف جوي على سوق شعبي في مدينة إدلب"
TEXT = "قال الدفاع المدني إن 12 مدنياً قتلوا في قصف جوي استهدف سوقاً شعبياً وسط مدينة إدلب."


async def test_digests_go_out_where_no_process_can_read_and_reading_goes_on_later(
    mujaz: Mujaz,
    layla: Person,
    core: Core,
    clock: SandboxClock,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await layla.says("/subscribe")
    chat = await core.store.chat(READER_ID)
    assert chat is not None
    await core.services.subscribing.change(chat, 0, time="19:00")
    with monkeypatch.context() as broken, caplog.at_level(logging.ERROR):
        ends_at_once = shutil.which("false")
        assert ends_at_once
        broken.setattr(sys, "executable", ends_at_once)
        await core.services.enriching.close()  # from now on every process ends at once
        article = NewArticle(title=TITLE, paragraphs=(TEXT,), published_at=clock.now())
        stored = await core.services.intake.store(article, source_name="وكالة")
        clock.advance(timedelta(minutes=31))
        (found,) = await layla.sees(READER_ID, lambda m: TITLE in shown(m) and "موجز" in shown(m))

    assert "وكالة" in shown(found)
    failed = [one.message for one in caplog.records if "reports cannot be read" in one.message]
    assert failed
    assert not await core.store.readings([stored.article_id])

    await core.services.enriching.follow()
    assert await core.store.readings([stored.article_id])


async def test_digests_go_out_while_reading_hangs_and_stopping_does_not_wait_for_it(
    layla: Person, core: Core, clock: SandboxClock, caplog: pytest.LogCaptureFixture
) -> None:
    samples = Samples(core.services.intake, clock)
    await samples.arrive()
    mujaz = Mujaz(core, before_digests=samples.arrive, reading_s=1.0)
    await mujaz.start()
    try:
        await layla.says("/subscribe")
        chat = await core.store.chat(READER_ID)
        assert chat is not None
        await core.services.subscribing.change(chat, 0, time="19:00")
        async with asyncio.timeout(30.0):
            pid = await started()
            while await core.store.changes((await core.store.events_mark()).seq, 1):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        await asyncio.sleep(1.0)  # some looks at which nothing is new
        caplog.clear()
        assert child() == pid
        os.kill(pid, signal.SIGSTOP)
        article = NewArticle(title=TITLE, paragraphs=(TEXT,), published_at=clock.now())
        stored = await core.services.intake.store(article, source_name="وكالة")
        clock.advance(timedelta(minutes=31))

        (found,) = await layla.sees(READER_ID, lambda m: TITLE in shown(m) and "موجز" in shown(m))

        assert "وكالة" in shown(found)
        assert there(pid)
        assert not await core.store.readings([stored.article_id])
        await asyncio.sleep(1.0)  # some more looks, of which nothing is said
        slow = [one.message for one in caplog.records if "still being read" in one.message]
        assert len(slow) == 1
    finally:
        begun = time.monotonic()
        await mujaz.stop()
    assert time.monotonic() - begun < core.settings.shutdown_s
    assert not there(pid)
