"""Groups and channels: set up in private by the admin who added the bot, nowhere else."""

from __future__ import annotations

import json
from datetime import timedelta

from bot.app import Mujaz
from bot.sandbox import CHANNEL_ID, GROUP_ID, READER_ID, SandboxClock
from tests.flow.person import Person, quotes, shown

SAMER, HUDA = 1002, 1003


async def test_a_channel_is_set_up_in_private_and_gets_its_digest(
    mujaz: Mujaz, layla: Person, clock: SandboxClock
) -> None:
    await layla.says("/start")
    await layla.control("membership", chat_id=CHANNEL_ID, status="administrator")
    panel = (await layla.sees(READER_ID, lambda m: "أخبار الفرات" in shown(m)))[0]
    await layla.presses(panel, "تفعيل")
    (asked,) = await layla.sees(READER_ID, lambda m: "هكذا سيُنشر" in shown(m))
    previews = await layla.sees(READER_ID, lambda m: quotes(m) != [])
    assert "12 آذار 2019" in shown(previews[0])
    assert await layla.messages(CHANNEL_ID) == []  # nothing is posted before the owner says so
    await layla.presses(asked, "انشر")
    await layla.sees(READER_ID, lambda m: "أخبار الفرات" in shown(m) and "مفعّل" in shown(m))

    clock.advance(timedelta(hours=13, minutes=31))
    digest = (await layla.sees(CHANNEL_ID, lambda m: quotes(m) != []))[0]

    assert "13 آذار 2019" in shown(digest)
    assert digest["chat"]["type"] == "channel"


async def test_a_stranger_cannot_press_the_admins_button(mujaz: Mujaz, layla: Person) -> None:
    await layla.says("/start")
    await layla.control("membership", chat_id=CHANNEL_ID, status="administrator")
    panel = (await layla.sees(READER_ID, lambda m: "أخبار الفرات" in shown(m)))[0]
    before = shown(panel)

    await layla.control(
        "press",
        chat_id=READER_ID,
        message_id=panel["message_id"],
        user_id=SAMER,
        data=f"d|{CHANNEL_ID}|0|on",
    )
    await layla.says("/help")  # handled after the press

    after = next(m for m in await layla.messages() if m["message_id"] == panel["message_id"])
    assert shown(after) == before
    answers = [r for r in await layla.journal() if r["method"].lower() == "answercallbackquery"]
    assert "مشرف" in json.dumps(answers, ensure_ascii=False)


async def test_a_group_hears_answers_only_when_it_asks(mujaz: Mujaz, layla: Person) -> None:
    await layla.control("membership", chat_id=GROUP_ID, status="administrator")
    samer = Person(str(layla._http.base_url), SAMER)
    await samer.control("messages", chat_id=GROUP_ID, user_id=SAMER, text="صباح الخير جميعاً")

    by_command = await samer.says("/ask كم شخصاً يعيش في مخيم الهول؟", GROUP_ID)
    by_mention = await samer.says("@mujaz_bot كم شخصاً يعيش في مخيم الهول؟", GROUP_ID)
    by_reply = await samer.says(
        "كم شخصاً يعيش في مخيم الهول؟", GROUP_ID, reply_to_message_id=by_mention["message_id"]
    )

    for reply in (by_command, by_mention, by_reply):
        assert "65 ألف شخص" in quotes(reply)[0]
        assert reply["reply_to_message"]["from"]["id"] == SAMER
    greeted = [m for m in await layla.messages(GROUP_ID) if m.get("from", {}).get("is_bot")]
    assert len(greeted) == 3 + ("مرحب" in shown(greeted[0]))
    await samer.close()


async def test_only_an_admin_may_start_the_digest_of_a_forum_topic(
    mujaz: Mujaz, layla: Person, clock: SandboxClock
) -> None:
    topic = 2
    await layla.control("membership", chat_id=GROUP_ID, status="administrator")
    samer, huda = (Person(str(layla._http.base_url), who) for who in (SAMER, HUDA))

    refused = await samer.says("/subscribe", GROUP_ID, message_thread_id=topic)
    started = await huda.says("/subscribe", GROUP_ID, message_thread_id=topic)
    clock.advance(timedelta(hours=13, minutes=31))
    digest = (await layla.sees(GROUP_ID, lambda m: quotes(m) != []))[0]

    assert "مشرف" in shown(refused)
    assert "مفعّل" in shown(started)
    assert digest["message_thread_id"] == topic
    await samer.close()
    await huda.close()


async def test_a_block_pauses_the_digest_and_a_return_resumes_it(
    mujaz: Mujaz, layla: Person, clock: SandboxClock
) -> None:
    await layla.says("/subscribe")
    await layla.control("membership", chat_id=READER_ID, status="kicked")
    clock.advance(timedelta(days=1))
    await layla.control("membership", chat_id=READER_ID, status="member")
    await layla.says("/help")
    sent = [r for r in await layla.journal() if r["method"].lower() == "sendmessage"]

    clock.advance(timedelta(days=1))
    digest = (await layla.sees(READER_ID, lambda m: quotes(m) != []))[0]

    assert all(request["ok"] for request in sent)  # nothing was sent into the block
    assert "14 آذار 2019" in shown(digest)


async def test_the_comments_group_of_a_channel_is_named_and_only_questions_are_answered_there(
    mujaz: Mujaz, layla: Person, clock: SandboxClock
) -> None:
    await layla.says("/start")
    await layla.control("comments", channel_id=CHANNEL_ID, group_id=GROUP_ID)
    await layla.control("membership", chat_id=CHANNEL_ID, status="administrator")
    (without,) = await layla.sees(READER_ID, lambda m: "أخبار الفرات" in shown(m))
    assert "مجموعة تعليقات لستُ فيها" in shown(without)
    await layla.control("membership", chat_id=GROUP_ID, status="administrator")
    await layla.control("membership", chat_id=CHANNEL_ID, status="left")
    await layla.control("membership", chat_id=CHANNEL_ID, status="administrator")
    panels = await layla.sees(READER_ID, lambda m: "مجموعة التعليقات" in shown(m))
    assert "أهل دير الزور" in shown(panels[-1])

    await layla.presses(panels[-1], "تفعيل")
    (asked,) = await layla.sees(READER_ID, lambda m: "هكذا سيُنشر" in shown(m))
    await layla.presses(asked, "انشر")
    await layla.sees(READER_ID, lambda m: "مفعّل" in shown(m))
    clock.advance(timedelta(hours=13, minutes=31))
    await layla.sees(CHANNEL_ID, lambda m: quotes(m) != [])
    group = await layla.messages(GROUP_ID)
    post = next(m for m in group if m.get("is_automatic_forward"))
    samer = Person(str(layla._http.base_url), SAMER)
    number = post["message_id"]
    await samer.control(
        "messages", chat_id=GROUP_ID, user_id=SAMER, text="خبر محزن", reply_to_message_id=number
    )
    bare = await samer.says("/ask", GROUP_ID, reply_to_message_id=number)
    answer = await samer.says(
        "/ask كم شخصاً يعيش في مخيم الهول؟", GROUP_ID, reply_to_message_id=number
    )

    assert "اكتب سؤالك بعد الأمر" in shown(bare)  # the post itself is no question
    assert "65 ألف شخص" in quotes(answer)[0]
    ours = [m for m in await layla.messages(GROUP_ID) if m.get("from", {}).get("is_bot")]
    said = [m for m in ours if m["message_id"] > number]
    assert [m["message_id"] for m in said] == [bare["message_id"], answer["message_id"]]
    await samer.close()
