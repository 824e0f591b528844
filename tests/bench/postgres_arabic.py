"""PostgreSQL's own Arabic full-text search as a baseline: ``to_tsvector('arabic', …)``.

The words of a question are joined by "or", as for the other baselines, and ranked by ``ts_rank``,
divided by one plus the logarithm of the length; ``ts_rank_cd``, which is meant for words joined by
"and", finds far less.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from tests import postgres

NAME = "postgres_arabic"


class PostgresArabic:
    """The paragraphs in one table of a running server."""

    def __init__(self, server: postgres.Server) -> None:
        import psycopg

        dsn = server.url().replace("+psycopg", "")
        self._connection = psycopg.connect(dsn, autocommit=True)
        self._connection.execute("CREATE TABLE found (name text, words tsvector)")
        self._connection.execute("CREATE INDEX ON found USING gin (words)")

    def add(self, name: str, text: str) -> None:
        """Add a paragraph, its title included in ``text``."""
        self._connection.execute(
            "INSERT INTO found VALUES (%s, to_tsvector('arabic', %s))", (name, text)
        )

    def ranked(self, words: Sequence[str]) -> list[str]:
        """Return the best ten paragraphs with any of the words, best first."""
        rows = self._connection.execute(
            "WITH asked AS (SELECT string_agg(quote_literal(lexeme), ' | ')::tsquery AS query"
            " FROM unnest(to_tsvector('arabic', %s)))"
            " SELECT name FROM found, asked WHERE words @@ query"
            " ORDER BY ts_rank(words, query, 1) DESC, name LIMIT 10",
            (" ".join(words),),
        )
        return [str(name) for (name,) in rows]

    def close(self) -> None:
        """Let go of the server."""
        self._connection.close()


@contextmanager
def opened() -> Iterator[PostgresArabic | str]:
    """Give the baseline on a server of its own, or the reason why there is none."""
    reason = postgres.why_not()
    if reason:
        yield f"skipped: {reason}"
        return
    with postgres.running() as server:
        baseline = PostgresArabic(server)
        try:
            yield baseline
        finally:
            baseline.close()
