"""The tables of events: what was read of articles, where they belong, and what was shown of it.

They stand beside those of ``schema``, in the same metadata. All but ``shown`` and the marks can be
made again from the articles.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
)

from bot.store.columns import Text, UtcDateTime
from bot.store.schema import metadata
from bot.store.snapshots import Snapshot

# What was read of an article, derived from it: made again by following the change log.
readings = Table(
    "readings",
    metadata,
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    Column("relevance", Float, nullable=False),  # 0…1
    Column("copy_of", Integer),  # no foreign key: the original may be tidied away before
    Column("read_at", UtcDateTime, nullable=False),
)

# A row for each place that is named (position 0, 1, …) and for each area one of them lies in (-1).
article_places = Table(
    "article_places",
    metadata,
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), nullable=False),
    Column("place", String(64), nullable=False),
    Column("position", Integer, nullable=False),
    PrimaryKeyConstraint("article_id", "place"),
    Index(None, "place", "article_id"),
)

article_parties = Table(
    "article_parties",
    metadata,
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), nullable=False),
    Column("party", String(64), nullable=False),
    Column("position", Integer, nullable=False),
    PrimaryKeyConstraint("article_id", "party"),
    Index(None, "party", "article_id"),
)

claims = Table(
    "claims",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), nullable=False, index=True),
    Column(
        "paragraph_id", ForeignKey("paragraphs.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    Column("kind", String(24), nullable=False),
    Column("minimum", BigInteger),
    Column("maximum", BigInteger),
    Column("qualifier", String(16), nullable=False),
    Column("scope", String(16), nullable=False),
    Column("negated", Boolean, nullable=False),
    Column("speaker", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("start", Integer, nullable=False),  # of the span in the paragraph, in characters
    Column("end", Integer, nullable=False),
)

# Ids are given by the clustering, which keeps in ``event_marks`` what it gave.
storylines = Table(
    "storylines",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("created_at", UtcDateTime, nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("storyline_id", ForeignKey("storylines.id"), nullable=False, index=True),
    Column("started_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False, index=True),
    Column("merged_into", Integer, index=True),
)

event_articles = Table(
    "event_articles",
    metadata,
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    Column("event_id", ForeignKey("events.id", ondelete="CASCADE"), nullable=False, index=True),
)

# Articles that went over from one event to another: splits and merges, in order.
event_moves = Table(
    "event_moves",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("from_event", Integer, nullable=False),
    Column("to_event", Integer, nullable=False, index=True),
    Column("moved_at", UtcDateTime, nullable=False),
)

event_marks = Table(
    "event_marks",
    metadata,
    Column("name", String(16), primary_key=True),
    Column("seq", Integer, nullable=False),  # of the change log, followed so far
    Column("next_event_id", Integer, nullable=False),
    Column("next_storyline_id", Integer, nullable=False),
)

# One state of an event, kept once for all that saw it; no foreign key: events may be made again.
event_snapshots = Table(
    "event_snapshots",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("event_id", Integer, nullable=False),
    Column("digest", String(64), nullable=False),  # of the state without its time
    Column("state", Snapshot, nullable=False),
    Column("created_at", UtcDateTime, nullable=False, index=True),
    UniqueConstraint("event_id", "digest"),
)

shown = Table(
    "shown",
    metadata,
    Column("subscription_id", ForeignKey("subscriptions.id", ondelete="CASCADE"), nullable=False),
    Column("event_id", Integer, nullable=False),
    Column(
        "snapshot_id",
        ForeignKey("event_snapshots.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("before_id", Integer),  # the snapshot that its chat surely knew before
    Column("shown_at", UtcDateTime),
    PrimaryKeyConstraint("subscription_id", "event_id"),
)

follows = Table(
    "follows",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("chat_id", ForeignKey("chats.id", ondelete="CASCADE"), nullable=False),
    Column("topic_id", BigInteger, nullable=False),
    Column("kind", String(8), nullable=False),
    Column("value", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("chat_id", "topic_id", "kind", "value"),
    Index(None, "kind", "value"),
    sqlite_autoincrement=True,
)

# What a chat was told of an event between digests, or waits to be told.
alerts = Table(
    "alerts",
    metadata,
    Column("chat_id", ForeignKey("chats.id", ondelete="CASCADE"), nullable=False),
    Column("topic_id", BigInteger, nullable=False),
    Column("event_id", Integer, nullable=False),
    Column(  # the state it was told last
        "snapshot_id", ForeignKey("event_snapshots.id", ondelete="CASCADE"), index=True
    ),
    Column("told_at", UtcDateTime, index=True),
    Column("held_at", UtcDateTime, index=True),  # since when something new waits
    Column("before_id", Integer),  # the snapshot that it knew before the one it was told last
    PrimaryKeyConstraint("chat_id", "topic_id", "event_id"),
)
