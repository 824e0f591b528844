"""Small values to fill a store with, each different from the next where that matters."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bot.models import (
    Article,
    Chat,
    ChatKind,
    Claim,
    ClaimKind,
    ClaimQualifier,
    DueDigest,
    Event,
    EventsMark,
    EventSnapshot,
    EventsStep,
    Figure,
    Intake,
    NewArticle,
    NewMessage,
    OutboxKind,
    OutboxMessage,
    OutboxState,
    Reading,
    Reply,
    Slot,
    Source,
    SourceKind,
    Subscription,
)
from bot.store.base import Store

NOW = datetime(2026, 3, 1, 5, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
LEASE_S = 60.0


def new_article(
    title: str = "خبر", *paragraphs: str, published_at: datetime | None = None, url: str = ""
) -> NewArticle:
    texts = paragraphs or ("الفقرة الأولى.", "الفقرة الثانية.")
    return NewArticle(title=title, paragraphs=texts, published_at=published_at, url=url)


async def a_source(store: Store, name: str = "ملف") -> Source:
    return await store.ensure_source(SourceKind.FILE, name, now=NOW)


async def added(
    store: Store, identity: str, article: NewArticle | None = None, *, now: datetime = NOW
) -> Intake:
    source = await a_source(store)
    return await store.add_article(source, article or new_article(identity), identity, now=now)


async def a_chat(store: Store, chat_id: int = 7, kind: ChatKind = ChatKind.GROUP) -> Chat:
    return await store.save_chat(Chat(id=chat_id, kind=kind, title="غرفة"), now=NOW)


async def a_subscription(
    store: Store, chat_id: int = 7, topic_id: int = 0, *, now: datetime = NOW
) -> Subscription:
    if await store.chat(chat_id) is None:
        await a_chat(store, chat_id)
    return await store.subscribe(
        chat_id, topic_id, times=("08:00",), timezone="Asia/Damascus", language="ar", now=now
    )


def a_slot(subscription: Subscription, day: int = 1) -> Slot:
    due_at = datetime(2026, 3, day, 5, 0, tzinfo=UTC)
    local = date(2026, 3, day)
    return Slot(subscription_id=subscription.id, local_date=local, time="08:00", due_at=due_at)


def message(
    chat_id: int = 7,
    key: str = "one",
    part: int = 0,
    *,
    kind: OutboxKind = OutboxKind.DIGEST,
    topic_id: int = 0,
    subscription_id: int | None = None,
    reply: Reply | None = None,
    pin: bool = False,
    not_before_at: datetime | None = None,
) -> NewMessage:
    return NewMessage(
        chat_id=chat_id,
        topic_id=topic_id,
        kind=kind,
        key=key,
        part=part,
        reply=reply or Reply(html=f"<b>{key}</b> {part}", plain=f"{key} {part}"),
        subscription_id=subscription_id,
        pin=pin,
        not_before_at=not_before_at,
    )


async def send_digest(
    store: Store,
    subscription: Subscription,
    *messages: NewMessage,
    day: int = 1,
    covered: tuple[Slot, ...] = (),
    cursor: int = 0,
    folds: tuple[int, ...] = (),
    replaces: tuple[int, ...] = (),
    shown: Mapping[int, int] | None = None,
    now: datetime = NOW,
) -> bool:
    """Enqueue a digest of the subscription with these messages."""
    slot = a_slot(subscription, day)
    due = DueDigest(
        slot=slot,
        covered=covered,
        messages=messages,
        cursor=cursor,
        covered_until_at=slot.due_at,
        folds=folds,
        replaces=replaces,
        shown=shown or {},
    )
    (written,) = await store.enqueue_digests([due], now=now)
    return written


async def leased(store: Store, limit: int = 10, *, now: datetime = NOW) -> list[OutboxMessage]:
    return await store.lease(limit, now=now, lease_s=LEASE_S)


async def states(store: Store) -> dict[int, OutboxState]:
    return {held.id: held.state for held in await store.outbox(limit=10_000)}


def a_claim(paragraph_id: int = 1, minimum: int | None = 12, **chosen: Any) -> Claim:
    held: dict[str, Any] = {
        "paragraph_id": paragraph_id,
        "kind": ClaimKind.KILLED,
        "minimum": minimum,
        "maximum": minimum,
        "qualifier": ClaimQualifier.EXACT,
        "speaker": "الدفاع المدني",
        "place": "حلب",
        "start": 0,
        "end": 5,
    }
    return Claim(**{**held, **chosen})


def a_reading(article_id: int, **chosen: Any) -> Reading:
    held: dict[str, Any] = {
        "article_id": article_id,
        "relevance": 0.75,
        "places": ("g1", "g2"),
        "areas": ("sy", "sy-aleppo"),
        "parties": ("sdf",),
        "claims": (a_claim(),),
    }
    return Reading(**{**held, **chosen})


def an_event(event_id: int, *article_ids: int, **chosen: Any) -> Event:
    held: dict[str, Any] = {
        "id": event_id,
        "storyline_id": 1,
        "article_ids": article_ids,
        "started_at": NOW,
        "updated_at": NOW,
    }
    return Event(**{**held, **chosen})


def a_step(
    article_id: int, *, event_id: int = 1, before: EventsMark | None = None, **chosen: Any
) -> EventsStep:
    """Return a step that reads one article and puts it into an event."""
    before = before or EventsMark()
    return EventsStep(
        before=before,
        after=EventsMark(seq=before.seq + 1, next_event_id=event_id + 1, next_storyline_id=2),
        readings=(a_reading(article_id, **chosen),),
        events=(an_event(event_id, article_id),),
        homes=((article_id, event_id),),
    )


def a_snapshot(article_id: int = 1, event_id: int = 1, **chosen: Any) -> EventSnapshot:
    figure = Figure(claim=a_claim(), article_id=article_id, outlet="ملف", at=NOW)
    held: dict[str, Any] = {
        "event_id": event_id,
        "storyline_id": 1,
        "at": NOW,
        "article_ids": (article_id,),
        "outlets": ("ملف",),
        "places": ("g1",),
        "parties": ("sdf",),
        "figures": (figure,),
    }
    return EventSnapshot(**{**held, **chosen})


def titles(articles: list[Article]) -> list[str]:
    return [article.title for article in articles]


def database_threads() -> set[threading.Thread]:
    """Return the threads of connections to a database."""
    return {thread for thread in threading.enumerate() if "connection_worker" in thread.name}


async def threads_end(before: set[threading.Thread]) -> None:
    """Wait until no connection has a thread that was not there before; fail when one stays."""
    for _ in range(200):
        if not database_threads() - before:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"left behind: {database_threads() - before}")
