"""Questions without their askers, kept for a while, with what readers thought of the answers.

A revision is history: it names its columns itself and never follows ``bot.store.schema``.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "questions",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("asker", sa.String(32), nullable=False),
        sa.Column("hashed", sa.String(32), nullable=False),
        sa.Column("found", sa.Boolean, nullable=False),
        sa.Column("asked_at", sa.String(27), nullable=False),
        sa.Column("verdict", sa.String(8), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("paragraph_ids", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_questions"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_questions_asker", "questions", ["asker"])
    op.create_index("ix_questions_asked_at", "questions", ["asked_at"])
