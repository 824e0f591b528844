"""Messages with a picture, which waits as text until it is sent.

A revision is history: it names its columns itself and never follows ``bot.store.schema``.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the columns; what waits already has no picture."""
    for column in (
        sa.Column("picture", sa.Text()),
        sa.Column("hidden", sa.Boolean(), nullable=False, server_default=sa.false()),
    ):
        op.add_column("outbox", column)
