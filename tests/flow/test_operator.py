"""Operators hand in articles by chat and add sources; others do not even see the commands."""

from __future__ import annotations

import asyncio
import base64

from bot.app import Mujaz
from tests.flow.person import Person, quotes, shown

SAMER = 1002
WITHIN_S = 1.0  # after which a stored article must be found
REPORT = (
    "افتتاح مخبز آلي في بلدة الكسرة\n\n"
    "افتُتح يوم الاثنين مخبز آلي في بلدة الكسرة غربي دير الزور، ينتج ستة أطنان من الخبز يوميًا.\n"
    "وقال مدير المخبز إن الإنتاج يكفي سبع قرى مجاورة، وإن سعر الربطة لم يتغير."
)


async def test_a_pasted_article_is_stored_on_request_and_answers_at_once(
    mujaz: Mujaz, layla: Person
) -> None:
    offer = await layla.says(REPORT)
    await layla.presses(offer, "حفظ")
    stored = (await layla.sees(layla.user_id, lambda m: "حُفظ في الأرشيف" in shown(m)))[0]

    await asyncio.sleep(WITHIN_S)
    reply = await layla.says("كم طنًا ينتج مخبز الكسرة؟")

    assert "افتتاح مخبز آلي" in shown(stored)
    assert "فقرتان" in shown(stored)
    assert "ستة أطنان" in quotes(reply)[0]


async def test_the_same_text_again_stores_nothing_new_and_says_so(
    mujaz: Mujaz, layla: Person
) -> None:
    for _ in range(2):
        offer = await layla.says(REPORT)
        await layla.presses(offer, "حفظ")
        answer = (
            await layla.sees(
                layla.user_id,
                lambda m, at=offer["message_id"]: (
                    m["message_id"] == at and "الأرشيف" in shown(m) and "هل" not in shown(m)
                ),  # type: ignore[misc]
            )
        )[0]

    assert "من قبل" in shown(answer)


async def test_a_forwarded_post_keeps_its_channel_link_and_time(
    mujaz: Mujaz, layla: Person
) -> None:
    said = await layla.says(
        REPORT,
        forward_origin={
            "type": "channel",
            "date": 1552395600,  # 12 March 2019, 15:00 in Damascus
            "chat": {"id": -1009, "type": "channel", "title": "قناة نموذجية", "username": "sample"},
            "message_id": 77,
        },
    )

    await asyncio.sleep(WITHIN_S)
    reply = await layla.says("كم طنًا ينتج مخبز الكسرة؟")

    assert "حُفظ في الأرشيف" in shown(said)
    assert "قناة نموذجية" in shown(reply)
    links = [e.get("url") for e in reply["entities"] if e["type"] == "text_link"]
    assert "https://t.me/sample/77" in links
    assert "15:00" in shown(reply)


async def test_a_text_file_is_read_and_a_wrong_one_is_refused_by_name(
    mujaz: Mujaz, layla: Person
) -> None:
    def file(name: str, content: bytes) -> dict[str, str]:
        encoded = base64.b64encode(content).decode()
        return {"file_name": name, "mime_type": "text/plain", "content_base64": encoded}

    good = await layla.says("", document=file("taqrir.txt", REPORT.encode()))
    bad = await layla.says("", document=file("photo.txt", bytes(range(256)) * 20))

    assert "حُفظ في الأرشيف" in shown(good)
    assert "photo.txt" in shown(bad)


async def test_a_stranger_is_told_of_no_operators_command_and_stores_nothing(
    mujaz: Mujaz, layla: Person
) -> None:
    samer = Person(str(layla._http.base_url), SAMER)

    menu = await samer.says("/help")
    known, unknown = await samer.says("/sources"), await samer.says("/nosuchcommand")
    await samer.says(REPORT)
    await asyncio.sleep(WITHIN_S)
    reply = await layla.says("كم طنًا ينتج مخبز الكسرة؟")

    assert "/sources" not in shown(menu)
    assert "/ask" in shown(menu)
    assert shown(known) == shown(unknown)
    assert quotes(reply) == [] or "ستة أطنان" not in quotes(reply)[0]
    await samer.close()
