"""Copies: which article had a text first, and the shingles by which it is found.

A revision is history: it names its columns itself and never follows ``bot.store.schema``.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the tables; articles that are held count as the first ones with their texts."""
    op.add_column("articles", sa.Column("copy_of", sa.Integer()))
    op.create_index("ix_articles_copy_of", "articles", ["copy_of"])
    op.create_table(
        "sketches",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("shingles", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["articles.id"],
            name="fk_sketches_article_id_articles",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("article_id", name="pk_sketches"),
    )
    op.create_index("ix_sketches_period", "sketches", ["period"])
    op.create_table(
        "shingles",
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("shingle", sa.BigInteger(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("period", "shingle", "article_id", name="pk_shingles"),
        sqlite_with_rowid=False,
    )
    op.drop_column("identities", "content_hash")  # of each revision it is held already
