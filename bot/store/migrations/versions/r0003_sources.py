"""What sources need to be watched: successes, moves, labels; and what a revision changed.

A revision is history: it names its columns itself and never follows ``bot.store.schema``.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_TEXTS = (
    ("moved_to", sa.Text()),
    ("outlet", sa.Text()),
    ("country", sa.String(length=2)),
    ("language", sa.String(length=35)),
    ("stance", sa.String(length=16)),
)
_INSTANTS = ("succeeded_at", "failing_since_at", "told_at", "moved_at")


def upgrade() -> None:
    """Add the columns; what is there counts as never failed and never moved."""
    for name in _INSTANTS:
        op.add_column("sources", sa.Column(name, sa.String(length=27)))
    for name, kind in _TEXTS:
        op.add_column("sources", sa.Column(name, kind, nullable=False, server_default=""))
    origin = sa.Column("origin", sa.Text(), nullable=False, server_default="")
    op.add_column("articles", origin)
    op.add_column("revisions", sa.Column("edit", sa.JSON()))
    op.execute("UPDATE sources SET succeeded_at = checked_at WHERE failures = 0")
    op.execute("UPDATE sources SET failing_since_at = checked_at WHERE failures > 0")
