"""Numbers on PostgreSQL that began at 1 again after a move or restore from SQLite.

A revision is history: it names its tables itself and never follows ``bot.store.schema``.
"""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Let each go on behind the newest row; one that is further on stays where it is.

    SQLite keeps no last number of these tables, so the row itself is asked, and nothing needs it.
    """
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in ("claims", "event_moves", "event_snapshots"):
        op.execute(
            f"SELECT setval(given, newest) FROM (SELECT max(id) AS newest FROM {table}) AS held,"  # noqa: S608 - named above
            f" CAST(pg_get_serial_sequence('{table}', 'id') AS regclass) AS given"
            " WHERE newest > coalesce(pg_sequence_last_value(given), 0)"
        )
