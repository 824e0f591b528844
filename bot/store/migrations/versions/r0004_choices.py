"""What chats and subscriptions choose: contents and delivery of digests, and how messages look.

A revision is history: it names its columns itself and never follows ``bot.store.schema``.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the columns; whatever is there has chosen nothing yet."""
    for table, name in (
        ("chats", "look"),
        ("subscriptions", "filters"),
        ("subscriptions", "delivery"),
    ):
        op.add_column(table, sa.Column(name, sa.JSON(), nullable=False, server_default="{}"))
