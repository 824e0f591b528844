"""Embeddings: a vector for each paragraph and model."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "embeddings",
        sa.Column("paragraph_id", sa.Integer(), nullable=False),
        sa.Column("model", sa.String(length=200), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["paragraph_id"],
            ["paragraphs.id"],
            name="fk_embeddings_paragraph_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("paragraph_id", "model", name="pk_embeddings"),
    )
