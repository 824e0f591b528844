"""Questions without their askers, and everything of one chat found and deleted."""

from __future__ import annotations

from datetime import timedelta

from bot.models import Chat, ChatKind, OutboxState, Verdict
from bot.store.base import Store
from tests.contract.samples import NOW, a_subscription, message, send_digest


async def test_questions_are_counted_judged_and_expire(store: Store) -> None:
    old = await store.note_question("a", "q1", found=True, now=NOW - timedelta(days=91))
    new = await store.note_question("a", "q2", found=False, now=NOW)

    judged = await store.judge_question(old, Verdict.GOOD, text="كم؟", paragraph_ids=(3, 5))
    again = await store.judge_question(old, Verdict.BAD, text="كم؟", paragraph_ids=(3, 5))

    assert judged
    assert again
    assert await store.questions_since(NOW - timedelta(days=100)) == (2, 1)
    (kept,) = await store.judged_questions()
    assert (kept.id, kept.verdict, kept.text, kept.paragraph_ids) == (
        old,
        Verdict.BAD,
        "كم؟",
        (3, 5),
    )
    assert await store.expire_questions(NOW - timedelta(days=90)) == 1
    assert await store.judged_questions() == []
    assert not await store.judge_question(old, Verdict.GOOD, text="", paragraph_ids=())
    assert await store.judge_question(new, Verdict.GOOD, text="", paragraph_ids=())


async def test_forgetting_takes_all_of_one_chat_and_nothing_of_others(store: Store) -> None:
    for chat in (7, 8):
        await a_subscription(store, chat)
        subscription = await store.subscription(chat, 0)
        assert subscription is not None
        await send_digest(store, subscription, message(chat))
        await store.note_question(f"asker {chat}", "q", found=True, now=NOW)
    group = Chat(id=-100, kind=ChatKind.GROUP, title="مجموعة", added_by=7)
    await store.save_chat(group, now=NOW)
    held = await store.personal(7, "asker 7")
    others = await store.personal(8, "asker 8")

    gone = await store.forget_chat(7, "asker 7")

    assert {"chats", "subscriptions", "outbox", "questions"} <= set(held)
    assert gone == sum(len(rows) for rows in held.values())
    assert await store.personal(7, "asker 7") == {}
    assert await store.personal(8, "asker 8") == others
    assert await store.chats_added_by(7) == []
    assert await store.chat(-100) is not None
    assert len(await store.outbox(OutboxState.PENDING)) == 1
    assert await store.verify() == []
