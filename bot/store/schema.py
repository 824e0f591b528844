"""The tables, as SQLAlchemy Core sees them, each with the index its queries need.

Nothing here asks or changes anything. The tables of a real database are made by ``migrations``;
a test compares the two. Nothing here is particular to SQLite except ``sqlite_autoincrement``,
which keeps the ids of deleted rows from being given again; PostgreSQL's sequences never do that.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
    false,
    text,
)

from bot.models import DeliveryOptions, DigestFilters, Look
from bot.store.columns import ButtonRows, Chosen, Text, UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

sources = Table(
    "sources",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("key", Text, nullable=False),  # of a feed its first address, else its name
    Column("name", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("etag", Text, nullable=False),
    Column("last_modified", Text, nullable=False),
    Column("checked_at", UtcDateTime),
    Column("next_check_at", UtcDateTime),
    Column("failures", Integer, nullable=False),
    Column("last_error", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("succeeded_at", UtcDateTime),
    Column("failing_since_at", UtcDateTime),
    Column("told_at", UtcDateTime),
    Column("moved_to", Text, nullable=False, server_default=""),
    Column("moved_at", UtcDateTime),
    Column("outlet", Text, nullable=False, server_default=""),
    Column("country", String(2), nullable=False, server_default=""),
    Column("language", String(35), nullable=False, server_default=""),
    Column("stance", String(16), nullable=False, server_default=""),
    UniqueConstraint("kind", "key"),
    Index(None, "kind", "enabled", "next_check_at"),
    sqlite_autoincrement=True,
)

articles = Table(
    "articles",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source_id", ForeignKey("sources.id"), nullable=False, index=True),
    Column("revision", Integer, nullable=False),  # the newest
    Column("title", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("language", String(35), nullable=False),
    Column("published_at", UtcDateTime),
    Column("first_seen_at", UtcDateTime, nullable=False),
    Column("dated_at", UtcDateTime, nullable=False, index=True),  # published, else first seen
    Column("origin", Text, nullable=False, server_default=""),  # whose post it forwards
    Column("copy_of", Integer, index=True),  # the earliest article with its text, where it is not
    sqlite_autoincrement=True,
)

# An identity outlives its article (no foreign key): a tidied article is not news a second time.
identities = Table(
    "identities",
    metadata,
    Column("key", Text, primary_key=True),
    Column("article_id", Integer, nullable=False),  # 0: several share it
    Column("created_at", UtcDateTime, nullable=False),
)

# By what an article is found again in another dress (bot/text/copies.py): all its shingles, and a
# sample of them by which it is looked up. Both are kept for some days only.
sketches = Table(
    "sketches",
    metadata,
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    Column("period", Integer, nullable=False, index=True),
    Column("shingles", LargeBinary, nullable=False),
)

shingles = Table(
    "shingles",
    metadata,
    Column("period", Integer, nullable=False),
    Column("shingle", BigInteger, nullable=False),
    Column("article_id", Integer, nullable=False),  # no foreign key: they go with their period
    PrimaryKeyConstraint("period", "shingle", "article_id"),
    sqlite_with_rowid=False,
)

revisions = Table(
    "revisions",
    metadata,
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("published_at", UtcDateTime),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("edit", JSON(none_as_null=True)),  # what changed, where it was more than added to
    PrimaryKeyConstraint("article_id", "revision"),
)

paragraphs = Table(
    "paragraphs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("article_id", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("text", Text, nullable=False),
    UniqueConstraint("article_id", "revision", "position"),
    ForeignKeyConstraint(
        ["article_id", "revision"],
        ["revisions.article_id", "revisions.revision"],
        ondelete="CASCADE",
    ),
    sqlite_autoincrement=True,
)

# No foreign key: the index must also learn of articles that are gone.
change_log = Table(
    "change_log",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("article_id", Integer, nullable=False),
    Column("revision", Integer, nullable=False),  # 1: the article is new
    Column("at", UtcDateTime, nullable=False),
    sqlite_autoincrement=True,
)

# The order of the key serves both uses: all vectors in the order of paragraphs, and one paragraph.
embeddings = Table(
    "embeddings",
    metadata,
    Column("paragraph_id", ForeignKey("paragraphs.id", ondelete="CASCADE"), nullable=False),
    Column("model", String(200), nullable=False),
    Column("vector", LargeBinary, nullable=False),  # float16
    PrimaryKeyConstraint("paragraph_id", "model"),
)

chats = Table(
    "chats",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),  # Telegram's
    Column("kind", String(16), nullable=False),
    Column("title", Text, nullable=False),
    Column("language", String(35), nullable=False),
    Column("timezone", String(64), nullable=False),
    Column("reachable", Boolean, nullable=False),
    Column("added_by", BigInteger, index=True),
    Column("look", Chosen(Look), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("chat_id", ForeignKey("chats.id"), nullable=False),
    Column("topic_id", BigInteger, nullable=False),
    Column("times", JSON, nullable=False),
    Column("weekdays", JSON, nullable=False),
    Column("timezone", String(64), nullable=False),
    Column("language", String(35), nullable=False),
    Column("active", Boolean, nullable=False, index=True),
    Column("paused_reason", String(16), nullable=False),
    Column("active_since_at", UtcDateTime, nullable=False),
    Column("last_slot_at", UtcDateTime),
    Column("cursor", Integer, nullable=False),
    Column("covered_until_at", UtcDateTime),
    Column("filters", Chosen(DigestFilters), nullable=False),
    Column("delivery", Chosen(DeliveryOptions), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("chat_id", "topic_id"),
    sqlite_autoincrement=True,
)

# Who asked and what are keyed hashes; the words of a question only where its answer was judged.
questions = Table(
    "questions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("asker", String(32), nullable=False, index=True),
    Column("hashed", String(32), nullable=False),
    Column("found", Boolean, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False, index=True),
    Column("verdict", String(8), nullable=False),
    Column("text", Text, nullable=False),
    Column("paragraph_ids", JSON, nullable=False),
    sqlite_autoincrement=True,
)

slots = Table(
    "slots",
    metadata,
    Column("subscription_id", ForeignKey("subscriptions.id", ondelete="CASCADE"), nullable=False),
    Column("local_date", Date, nullable=False),
    Column("time", String(5), nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("state", String(16), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    # How far its subscription's digests had come before it.
    Column("cursor_before", Integer),
    Column("covered_before_at", UtcDateTime),
    PrimaryKeyConstraint("subscription_id", "local_date", "time"),
)

# A million readers fill 31 bits of message numbers within two years.
outbox = Table(
    "outbox",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("chat_id", BigInteger, nullable=False),
    Column("topic_id", BigInteger, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("key", Text, nullable=False),
    Column("part", Integer, nullable=False),
    Column("html", Text, nullable=False),
    Column("plain", Text, nullable=False),
    Column("buttons", ButtonRows, nullable=False),
    Column("article_ids", JSON, nullable=False),
    Column("subscription_id", ForeignKey("subscriptions.id", ondelete="SET NULL")),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("not_before_at", UtcDateTime, nullable=False),
    Column("leased_until_at", UtcDateTime),
    Column("message_id", BigInteger),
    Column("reason", Text, nullable=False),
    Column("folded_at", UtcDateTime),  # when a later digest carried its articles again
    Column("created_at", UtcDateTime, nullable=False),
    Column("settled_at", UtcDateTime),
    Column("urgency", Integer, nullable=False, server_default="1"),  # 0 goes before 1
    Column("silent", Boolean, nullable=False, server_default=false()),
    Column("pin", String(8)),
    Column("origin_id", BigInteger),  # of an edit: the message that was sent first
    Column("edits", BigInteger),  # Telegram's id of the message that is to be edited
    Column("picture", Text),  # a chart as text: it is drawn when it is sent
    Column("hidden", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("chat_id", "topic_id", "kind", "key", "part"),
    Index(None, "state", "urgency", "not_before_at", "id"),  # what may be sent next
    Index(None, "state", "id"),
    Index(None, "chat_id", "state"),
    Index(None, "subscription_id", "state"),
    *(
        Index(
            f"ix_outbox_{name}",
            name,
            # Few have either. The revision says the same of PostgreSQL, whose dialects, named
            # here, would all be imported at each start.
            sqlite_where=text(f"{name} IS NOT NULL"),
        )
        for name in ("pin", "origin_id")
    ),
    sqlite_autoincrement=True,
)
