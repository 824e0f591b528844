"""What a chat surely knew of an event before the state it was told last, and when that was.

A revision is history: it names its columns itself and never follows ``bot.store.schema``.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the columns; of what was shown before nothing is known but the newest state."""
    op.add_column("shown", sa.Column("before_id", sa.Integer()))
    op.add_column("shown", sa.Column("shown_at", sa.String(27)))
    op.add_column("alerts", sa.Column("before_id", sa.Integer()))
