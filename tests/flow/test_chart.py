"""A chart of a place: a picture with all that it shows in words under it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from bot.app import Core, Mujaz
from bot.digest.chart import draw
from bot.digest.picture import Chart, Panel, Said, packed, unpacked
from bot.models import NewMessage, OutboxKind, OutboxState, Reply
from tests.flow.person import Person, shown

PNG = b"\x89PNG\r\n\x1a\n"


async def test_a_place_is_drawn_and_told_in_words(mujaz: Mujaz, layla: Person, core: Core) -> None:
    await core.services.enriching.follow()

    picture = await layla.says("/chart خان شيخون")

    assert picture["photo"]
    words = shown(picture)
    assert "خان شيخون" in words
    assert "مرصد وادي النهر" in words
    assert " 3" in words
    asked = [r for r in await layla.journal() if r["method"].lower() == "sendphoto"]
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("/chart", "اكتب مكانًا"),
        ("/chart زحلوقة", "لا أعرف مكانًا"),
        ("/chart زحلة", "لا شيء عن"),
        ("/chart <b>", "لا أعرف مكانًا"),
    ],
)
async def test_what_cannot_be_drawn_is_said_kindly(
    mujaz: Mujaz, layla: Person, asked: str, told: str
) -> None:
    assert told in shown(await layla.says(asked))


async def test_who_wants_text_alone_gets_the_words(mujaz: Mujaz, layla: Person, core: Core) -> None:
    await layla.says("/start")
    await core.services.choosing.choose(layla.user_id, 0, "p", "0")
    await core.services.enriching.follow()

    words = await layla.says("/chart خان شيخون")

    assert "photo" not in words
    assert "خان شيخون" in shown(words)


NO_PHOTOS = {
    "method": "sendPhoto",
    "kind": "error",
    "error_code": 400,
    "description": "Bad Request: not enough rights to send photos to the chat",
}


def a_chart(chat_id: int, key: str, **more: Any) -> NewMessage:
    chart = Chart(title="خان شيخون", days_title="كل يوم", days=((date(2019, 3, 9), 2),))
    reply = Reply(html="ما يُرى &lt;3", plain="ما يُرى <3", picture=packed(chart), **more)
    return NewMessage(
        chat_id=chat_id, topic_id=0, kind=OutboxKind.DIGEST, key=key, part=1000, reply=reply
    )


async def test_a_picture_waits_in_the_outbox_and_is_drawn_once_for_all(
    mujaz: Mujaz, layla: Person, core: Core
) -> None:
    await layla.says("/start")
    now = core.clock.now()
    waiting = [a_chart(layla.user_id, "a"), a_chart(layla.user_id, "b", hidden=True)]
    assert await core.store.enqueue(waiting, now=now) == 2
    assert await core.store.enqueue(waiting, now=now) == 0

    first, second = await layla.sees(layla.user_id, lambda m: "photo" in m, 2)

    assert shown(first) == shown(second) == "ما يُرى <3"
    assert "has_media_spoiler" not in first
    assert second["has_media_spoiler"]
    assert first["photo"][-1]["file_id"] == second["photo"][-1]["file_id"]  # sent by its number


async def test_a_chat_without_pictures_gets_the_words_and_a_line_that_breaks_is_no_such_chat(
    mujaz: Mujaz, layla: Person, core: Core
) -> None:
    await layla.says("/start")
    await layla.control("faults", times=1, **NO_PHOTOS)
    await core.store.enqueue([a_chart(layla.user_id, "a")], now=core.clock.now())

    (words,) = await layla.sees(layla.user_id, lambda m: "ما يُرى" in shown(m))

    assert "photo" not in words
    chat = await core.store.chat(layla.user_id)
    assert chat is not None
    assert chat.reachable

    await layla.control("faults", times=1, method="sendPhoto", kind="error", error_code=502)
    await core.store.enqueue([a_chart(layla.user_id, "b")], now=core.clock.now())
    async with asyncio.timeout(60):
        while not await core.store.outbox(OutboxState.UNCERTAIN):  # noqa: ASYNC110 - no event to wait for
            await asyncio.sleep(0.05)


async def test_what_cannot_be_drawn_is_sent_in_words(
    mujaz: Mujaz, layla: Person, core: Core
) -> None:
    await layla.says("/start")
    broken = a_chart(layla.user_id, "a")
    broken = replace(broken, reply=replace(broken.reply, picture="{"))
    await core.store.enqueue([broken], now=core.clock.now())

    (words,) = await layla.sees(layla.user_id, lambda m: "ما يُرى" in shown(m))

    assert "photo" not in words


def test_a_drawing_is_a_picture_whatever_is_said() -> None:
    said = [
        Said(who=who, at=datetime(2019, 3, 9, 12), low=low, high=high)  # noqa: DTZ001  # wall time
        for who, low, high in (("$x^", 3, 3), ("الدفاع المدني", 3, 9), ("<b>", 10**9, 10**12))
    ]
    for figures in (tuple(said), ()):
        chart = Chart(
            title="خان شيخون $", days_title="كل يوم",
            days=((date(2019, 3, 9), 2), (date(2019, 3, 10), 0)),
            panels=(Panel(title="القتلى", said=figures),) if figures else (),
        )  # fmt: skip
        assert unpacked(packed(chart)) == chart
        assert draw(chart).startswith(PNG)
