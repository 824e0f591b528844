"""What cannot be delivered is seen, told to the ones concerned, and can be sent again."""

from __future__ import annotations

from bot.app import Core, Mujaz
from bot.models import NewMessage, OutboxKind, OutboxState, Reply
from bot.sandbox import GROUP_ID, SandboxServer
from tests.flow.person import Person, shown

HUDA = 1003
GONE_TOPIC = 99


async def enqueue(core: Core, chat_id: int, topic_id: int = 0) -> None:
    reply = Reply(html="<b>موجز الاختبار</b>", plain="موجز الاختبار")
    message = NewMessage(
        chat_id=chat_id,
        topic_id=topic_id,
        kind=OutboxKind.DIGEST,
        key="undelivered",
        part=1,
        reply=reply,
    )
    await core.store.enqueue([message], now=core.clock.now())


async def test_an_operator_sees_a_dead_message_with_its_reason_and_sends_it_again(
    mujaz: Mujaz, core: Core, layla: Person
) -> None:
    await layla.control(
        "faults",
        method="sendMessage",
        kind="error",
        chat_id=HUDA,
        error_code=400,
        description="Bad Request: message is too strange",
    )
    await enqueue(core, HUDA)
    while not await core.store.outbox(OutboxState.DEAD):
        await layla.messages()

    listed = await layla.says("/outbox")
    await layla.presses(listed, "أعد إرسال")
    arrived = await layla.sees(HUDA, lambda m: "موجز الاختبار" in shown(m))

    assert "message is too strange" in shown(listed).lower()
    assert len(arrived) == 1
    assert not await core.store.outbox(OutboxState.DEAD)


async def test_others_do_not_know_the_command(
    mujaz: Mujaz, server: SandboxServer, core: Core
) -> None:
    huda = Person(server.url, HUDA)

    answer = await huda.says("/outbox")
    await huda.close()

    assert "صندوق الصادر" not in shown(answer)


async def test_a_digest_of_a_deleted_topic_goes_to_the_group_and_its_admin_is_told_once(
    mujaz: Mujaz, core: Core, layla: Person
) -> None:
    await layla.control("membership", chat_id=GROUP_ID, status="administrator")
    await layla.sees(layla.user_id, lambda m: "أهل دير الزور" in shown(m))

    await enqueue(core, GROUP_ID, GONE_TOPIC)
    (posted,) = await layla.sees(GROUP_ID, lambda m: "موجز الاختبار" in shown(m))
    told = await layla.sees(layla.user_id, lambda m: "لم يعد موجود" in shown(m))

    assert "message_thread_id" not in posted
    assert "أهل دير الزور" in shown(told[0])
    assert len(told) == 1


async def test_a_reader_who_unblocks_is_told_that_the_digest_comes_again(
    mujaz: Mujaz, core: Core, layla: Person
) -> None:
    await layla.says("/subscribe")
    await layla.control("membership", chat_id=layla.user_id, status="kicked")
    while (await core.store.subscriptions()) != []:
        await layla.messages()

    await layla.control("membership", chat_id=layla.user_id, status="member")

    assert await layla.sees(layla.user_id, lambda m: "أهلًا بعودتك" in shown(m))
    assert len(await core.store.subscriptions()) == 1
