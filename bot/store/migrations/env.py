"""What Alembic runs for each command: the revisions on the connection it is given.

The caller (``bot.store.migrations``) owns the transaction; nothing is committed here.
"""

from alembic import context

from bot.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite changes a table by rebuilding it
)
with context.begin_transaction():
    context.run_migrations()
