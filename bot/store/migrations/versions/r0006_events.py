"""Events: what is read of articles, the events they make, what was shown, what is followed.

A revision is history: it names its columns itself and never follows ``bot.store.schema_events``.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the tables; the change log is then followed from its beginning."""
    _readings()
    _events()
    _shown()
    _followed()


def _instant() -> sa.String:
    """Return the type of an instant in UTC as text."""
    return sa.String(length=27)


def _owner(column: str, target: str, name: str, *, cascade: bool = True) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [target], name=op.f(name), ondelete="CASCADE" if cascade else None
    )


def _readings() -> None:
    op.create_table(
        "readings",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("relevance", sa.Float(), nullable=False),
        sa.Column("copy_of", sa.Integer()),
        sa.Column("read_at", _instant(), nullable=False),
        _owner("article_id", "articles.id", "fk_readings_article_id"),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_readings")),
    )
    op.create_table(
        "article_places",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        _owner("article_id", "articles.id", "fk_article_places_article_id"),
        sa.PrimaryKeyConstraint("article_id", "place", name=op.f("pk_article_places")),
    )
    op.create_index(
        op.f("ix_article_places_place_article_id"), "article_places", ["place", "article_id"]
    )
    op.create_table(
        "article_parties",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("party", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        _owner("article_id", "articles.id", "fk_article_parties_article_id"),
        sa.PrimaryKeyConstraint("article_id", "party", name=op.f("pk_article_parties")),
    )
    op.create_index(
        op.f("ix_article_parties_party_article_id"), "article_parties", ["party", "article_id"]
    )
    op.create_table(
        "claims",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("paragraph_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("minimum", sa.BigInteger()),
        sa.Column("maximum", sa.BigInteger()),
        sa.Column("qualifier", sa.String(length=16), nullable=False),
        sa.Column("scope", sa.String(length=16), nullable=False),
        sa.Column("negated", sa.Boolean(), nullable=False),
        sa.Column("speaker", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        _owner("article_id", "articles.id", "fk_claims_article_id"),
        _owner("paragraph_id", "paragraphs.id", "fk_claims_paragraph_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claims")),
    )
    op.create_index(op.f("ix_claims_article_id"), "claims", ["article_id"])
    op.create_index(op.f("ix_claims_paragraph_id"), "claims", ["paragraph_id"])


def _events() -> None:
    op.create_table(
        "storylines",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("created_at", _instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_storylines")),
    )
    op.create_table(
        "events",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("storyline_id", sa.Integer(), nullable=False),
        sa.Column("started_at", _instant(), nullable=False),
        sa.Column("updated_at", _instant(), nullable=False),
        sa.Column("merged_into", sa.Integer()),
        _owner("storyline_id", "storylines.id", "fk_events_storyline_id", cascade=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
    )
    op.create_index(op.f("ix_events_merged_into"), "events", ["merged_into"])
    op.create_index(op.f("ix_events_storyline_id"), "events", ["storyline_id"])
    op.create_index(op.f("ix_events_updated_at"), "events", ["updated_at"])
    op.create_table(
        "event_articles",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        _owner("article_id", "articles.id", "fk_event_articles_article_id"),
        _owner("event_id", "events.id", "fk_event_articles_event_id"),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_event_articles")),
    )
    op.create_index(op.f("ix_event_articles_event_id"), "event_articles", ["event_id"])
    op.create_table(
        "event_moves",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("from_event", sa.Integer(), nullable=False),
        sa.Column("to_event", sa.Integer(), nullable=False),
        sa.Column("moved_at", _instant(), nullable=False),
        _owner("article_id", "articles.id", "fk_event_moves_article_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_moves")),
    )
    op.create_index(op.f("ix_event_moves_article_id"), "event_moves", ["article_id"])
    op.create_index(op.f("ix_event_moves_to_event"), "event_moves", ["to_event"])
    op.create_table(
        "event_marks",
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("next_event_id", sa.Integer(), nullable=False),
        sa.Column("next_storyline_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_event_marks")),
    )


def _shown() -> None:
    op.create_table(
        "event_snapshots",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.Column("created_at", _instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_snapshots")),
        sa.UniqueConstraint("event_id", "digest", name=op.f("uq_event_snapshots_event_id_digest")),
    )
    op.create_index(op.f("ix_event_snapshots_created_at"), "event_snapshots", ["created_at"])
    op.create_table(
        "shown",
        sa.Column("subscription_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        _owner("snapshot_id", "event_snapshots.id", "fk_shown_snapshot_id"),
        _owner("subscription_id", "subscriptions.id", "fk_shown_subscription_id"),
        sa.PrimaryKeyConstraint("subscription_id", "event_id", name=op.f("pk_shown")),
    )
    op.create_index(op.f("ix_shown_snapshot_id"), "shown", ["snapshot_id"])


def _followed() -> None:
    op.create_table(
        "follows",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("topic_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("created_at", _instant(), nullable=False),
        _owner("chat_id", "chats.id", "fk_follows_chat_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follows")),
        sa.UniqueConstraint(
            "chat_id",
            "topic_id",
            "kind",
            "value",
            name=op.f("uq_follows_chat_id_topic_id_kind_value"),
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_follows_kind_value"), "follows", ["kind", "value"])
    op.create_table(
        "alerts",
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("topic_id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("snapshot_id", sa.Integer()),
        sa.Column("told_at", _instant()),
        sa.Column("held_at", _instant()),
        _owner("chat_id", "chats.id", "fk_alerts_chat_id"),
        _owner("snapshot_id", "event_snapshots.id", "fk_alerts_snapshot_id"),
        sa.PrimaryKeyConstraint("chat_id", "topic_id", "event_id", name=op.f("pk_alerts")),
    )
    op.create_index(op.f("ix_alerts_held_at"), "alerts", ["held_at"])
    op.create_index(op.f("ix_alerts_snapshot_id"), "alerts", ["snapshot_id"])
    op.create_index(op.f("ix_alerts_told_at"), "alerts", ["told_at"])
