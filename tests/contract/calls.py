"""One call of every method of the store, for tests that make the database fail.

``WRITES`` are calls that change something; their texts are large enough to need new pages.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.models import (
    Alert,
    Arrival,
    Chat,
    ChatKind,
    DigestFilters,
    Embedding,
    FollowKind,
    NewArticle,
    OutboxKind,
    OutboxMessage,
    OutboxState,
    PinState,
    Reply,
    Source,
    SourceKind,
    Subscription,
    Verdict,
)
from bot.store.base import Store
from tests.contract.samples import (
    LATER,
    NOW,
    a_slot,
    a_snapshot,
    a_source,
    a_step,
    a_subscription,
    added,
    leased,
    message,
    new_article,
    send_digest,
)

LARGE = "نص " * 20_000
LARGE_REPLY = Reply(html=LARGE, plain=LARGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a filled store holds, for the calls that need something to work on."""

    source: Source
    article_id: int
    subscription: Subscription
    sending: OutboxMessage
    question_id: int
    sent_id: int


Call = Callable[[Store, Held], Awaitable[object]]


async def fill(store: Store) -> Held:
    """Put something of everything into a store."""
    intake = await added(store, "held", new_article("محفوظ"))
    subscription = await a_subscription(store, 7)
    await a_subscription(store, 8)
    await store.save_events(a_step(intake.article_id), now=NOW)
    states = [a_snapshot(intake.article_id), a_snapshot(intake.article_id, outlets=("ثانية",))]
    await store.keep_snapshots(states, now=NOW)
    await send_digest(store, subscription, message(7), shown={1: 1})
    (sending,) = await leased(store)
    await store.enqueue([message(6, "sent")], now=NOW)
    (sent,) = await leased(store)
    await store.settle_sent({sent.id: 5}, now=NOW)
    await store.enqueue([message(8, "waiting")], now=NOW)
    await store.follow(7, 0, FollowKind.PLACE, "sy-aleppo", now=NOW)
    told = Alert(chat_id=7, topic_id=0, event_id=1, snapshot_id=1, told_at=NOW)
    await store.save_alerts([], [told], before=0, after=1, now=NOW)
    return Held(
        source=await a_source(store),
        article_id=intake.article_id,
        subscription=subscription,
        sending=sending,
        question_id=await store.note_question("asker", "words", found=True, now=NOW),
        sent_id=sent.id,
    )


def _large_arrival(source: Source) -> Arrival:
    article = NewArticle(title="جديد", paragraphs=("قصير", LARGE))
    return Arrival(source=source, article=article, identity="arrived")


async def _retry(store: Store, held: Held) -> bool:
    await store.recover(now=LATER, everything=True)
    return await store.retry(held.sending.id, now=NOW)


async def _next_step(store: Store, held: Held) -> bool:
    before = await store.events_mark()
    step = a_step(held.article_id, event_id=2, before=before)
    return await store.save_events(step, now=NOW)


async def _remove_old(store: Store) -> int:
    for chat_id in (7, 8):  # as long as they are to hear of it, nothing is removed
        await store.pause(chat_id, None, "admin")
    return await store.remove_old(before=LATER, keep=None, now=LATER)


WRITES: dict[str, Call] = {
    "ensure_source": lambda s, _: s.ensure_source(SourceKind.FILE, LARGE, now=NOW),
    "ensure_sources": lambda s, _: s.ensure_sources(SourceKind.FILE, [LARGE, "ملف"], now=NOW),
    "save_check": lambda s, h: s.save_check(replace(h.source, last_error=LARGE)),
    "remove_source": lambda s, h: s.remove_source(h.source.id),
    "add_article": lambda s, h: s.add_article(
        h.source, NewArticle(title="جديد", paragraphs=("قصير", LARGE)), "new", now=NOW
    ),
    "add_articles": lambda s, h: s.add_articles([_large_arrival(h.source)], now=NOW),
    "label_source": lambda s, h: s.label_source(replace(h.source, outlet=LARGE)),
    "save_embeddings": lambda s, _: s.save_embeddings(
        "model", [Embedding(paragraph_id=1, vector=bytes(200_000))]
    ),
    "save_events": lambda s, h: _next_step(s, h),
    "follow_again": lambda s, _: s.follow_again(),
    "keep_snapshots": lambda s, h: s.keep_snapshots(
        [a_snapshot(h.article_id, outlets=(LARGE,))], now=NOW
    ),
    "show_anew": lambda s, h: s.show_anew(h.subscription.id, {1: 2}),
    "forget_shown": lambda s, _: s.forget_shown(LATER),
    "follow": lambda s, _: s.follow(7, 0, FollowKind.WORD, LARGE, now=NOW),
    "unfollow": lambda s, _: s.unfollow(7, 1),
    "save_alerts": lambda s, _: s.save_alerts(
        [message(7, kind=OutboxKind.ALERT, reply=LARGE_REPLY)],
        [Alert(chat_id=7, topic_id=0, event_id=1, told_at=LATER)],
        before=1,
        after=2,
        now=NOW,
    ),
    "forget_alerts": lambda s, _: s.forget_alerts(LATER),
    "save_chat": lambda s, _: s.save_chat(Chat(id=9, kind=ChatKind.GROUP, title=LARGE), now=NOW),
    "set_chat_settings": lambda s, _: s.set_chat_settings(7, language=LARGE),
    "subscribe": lambda s, _: s.subscribe(
        7, 1, times=("08:00",) * 9_000, timezone="UTC", language="ar", now=NOW
    ),
    "choose": lambda s, _: s.choose(
        7, 0, filters=DigestFilters(words_in=(LARGE,)), weekdays=(1,), now=NOW
    ),
    "pause": lambda s, _: s.pause(8, None, LARGE),
    "set_reachable": lambda s, _: s.set_reachable(8, False, now=NOW),
    "migrate_chat": lambda s, _: s.migrate_chat(8, -100, now=NOW),
    "enqueue_digests": lambda s, h: send_digest(
        s, h.subscription, message(key="new", reply=LARGE_REPLY), day=2
    ),
    "enqueue": lambda s, _: s.enqueue([message(9, reply=LARGE_REPLY)], now=NOW),
    "lease": lambda s, _: s.lease(5, now=NOW, lease_s=60),
    "settle": lambda s, h: s.settle(h.sending.id, OutboxState.PENDING, now=NOW, html=LARGE),
    "settle_sent": lambda s, h: s.settle_sent({h.sending.id: 1}, now=NOW),
    "retry": lambda s, h: _retry(s, h),
    "note_question": lambda s, _: s.note_question(LARGE, LARGE, found=True, now=NOW),
    "judge_question": lambda s, h: s.judge_question(
        h.question_id, Verdict.GOOD, text=LARGE, paragraph_ids=(1,)
    ),
    "expire_questions": lambda s, _: s.expire_questions(LATER),
    "forget_chat": lambda s, _: s.forget_chat(7, "asker"),
    "recover": lambda s, _: s.recover(now=LATER, everything=True),
    "remove_old": lambda s, _: _remove_old(s),
    "enqueue_edit": lambda s, h: s.enqueue_edit(h.sent_id, LARGE_REPLY, now=NOW),
    "set_times_right": lambda s, _: s.set_times_right(now=NOW - timedelta(days=2)),
    "settle_pin": lambda s, h: s.settle_pin(h.sending.id, PinState.DONE),
}

READS: dict[str, Call] = {
    "sources": lambda s, _: s.sources(),
    "outlets": lambda s, _: s.outlets(),
    "sources_due": lambda s, _: s.sources_due(NOW),
    "activity": lambda s, _: s.activity(NOW - timedelta(days=1), LATER),
    "known_titles": lambda s, _: s.known_titles(["held", "unknown"]),
    "edits": lambda s, _: s.edits(),
    "article": lambda s, h: s.article(h.article_id),
    "copies": lambda s, h: s.copies([h.article_id]),
    "articles": lambda s, h: s.articles([h.article_id]),
    "paragraphs": lambda s, _: s.paragraphs([1, 2]),
    "changes": lambda s, _: s.changes(0, 10),
    "last_seq": lambda s, _: s.last_seq(),
    "articles_between": lambda s, _: s.articles_between(0, 10),
    "count_between": lambda s, _: s.count_between(0, 10, since=NOW),
    "articles_in": lambda s, _: s.articles_in(NOW - timedelta(days=1), NOW, 5),
    "articles_since": lambda s, _: s.articles_since(NOW - timedelta(days=1)),
    "newest_at": lambda s, _: s.newest_at(),
    "paragraphs_without": lambda s, _: s.paragraphs_without("model", 10),
    "count_without": lambda s, _: s.count_without("model"),
    "embeddings": lambda s, _: s.embeddings("model", 0, 10),
    "articles_of": lambda s, _: s.articles_of([1, 2]),
    "events_mark": lambda s, _: s.events_mark(),
    "readings": lambda s, h: s.readings([h.article_id]),
    "events": lambda s, _: s.events([1]),
    "recent_events": lambda s, _: s.recent_events(NOW),
    "revised_articles": lambda s, _: s.revised_articles(0, 10, since=NOW, limit=5),
    "headlines": lambda s, h: s.headlines([h.article_id]),
    "forebears": lambda s, _: s.forebears([1]),
    "articles_about": lambda s, _: s.articles_about(
        FollowKind.PLACE, "sy-aleppo", since=NOW - timedelta(days=1), until=LATER, limit=5
    ),
    "snapshots": lambda s, _: s.snapshots([1]),
    "shown_by": lambda s, h: s.shown_by(a_slot(h.subscription)),
    "shown": lambda s, h: s.shown([h.subscription.id], [1]),
    "follows": lambda s, _: s.follows(7, 0),
    "followers": lambda s, _: s.followers({FollowKind.PLACE: ["sy-aleppo"]}),
    "followed_words": lambda s, _: s.followed_words(),
    "alerts_seq": lambda s, _: s.alerts_seq(),
    "alerts": lambda s, _: s.alerts([(7, 0)], [1]),
    "lost_alerts": lambda s, _: s.lost_alerts([(7, 0)]),
    "held_alerts": lambda s, _: s.held_alerts(10),
    "alerts_since": lambda s, _: s.alerts_since([(7, 0)], NOW),
    "chat": lambda s, _: s.chat(7),
    "joined_since": lambda s, _: s.joined_since(NOW),
    "looks": lambda s, _: s.looks(),
    "chats_added_by": lambda s, _: s.chats_added_by(1),
    "subscription": lambda s, _: s.subscription(7, 0),
    "subscriptions": lambda s, _: s.subscriptions(),
    "unsettled_subscriptions": lambda s, _: s.unsettled_subscriptions(),
    "doubtful": lambda s, h: s.doubtful(h.subscription.id),
    "outbox": lambda s, _: s.outbox(),
    "messages_of": lambda s, h: s.messages_of(a_slot(h.subscription)),
    "latest_slot": lambda s, h: s.latest_slot(h.subscription.id),
    "waiting_digests": lambda s, h: s.waiting_digests(h.subscription.id),
    "pins_wanted": lambda s, _: s.pins_wanted(NOW),
    "pinned_before": lambda s, h: s.pinned_before(h.sending),
    "outbox_wakeup_at": lambda s, _: s.outbox_wakeup_at(),
    "judged_questions": lambda s, _: s.judged_questions(),
    "questions_since": lambda s, _: s.questions_since(NOW),
    "personal": lambda s, _: s.personal(7, "asker"),
    "counts": lambda s, _: s.counts(),
    "verify": lambda s, _: s.verify(),
}
