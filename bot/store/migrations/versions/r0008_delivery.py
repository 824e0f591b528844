"""How a message is to arrive (urgent, silent, pinned, as an edit), and what a digest began from.

A revision is history: it names its columns itself and never follows ``bot.store.schema``.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the columns; what waits already arrives as it would have, notices first."""
    for column in (
        sa.Column("urgency", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("silent", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("pin", sa.String(8)),
        sa.Column("origin_id", sa.BigInteger()),
        sa.Column("edits", sa.BigInteger()),
    ):
        op.add_column("outbox", column)
    op.execute("UPDATE outbox SET urgency = 0 WHERE kind IN ('alert', 'notice')")
    for name in ("pin", "origin_id"):
        given = sa.text(f"{name} IS NOT NULL")
        op.create_index(
            f"ix_outbox_{name}", "outbox", [name], sqlite_where=given, postgresql_where=given
        )
    op.drop_index("ix_outbox_state_not_before_at_id", "outbox")
    op.create_index(
        "ix_outbox_state_urgency_not_before_at_id",
        "outbox",
        ["state", "urgency", "not_before_at", "id"],
    )
    op.add_column("slots", sa.Column("cursor_before", sa.Integer()))
    op.add_column("slots", sa.Column("covered_before_at", sa.String(27)))
