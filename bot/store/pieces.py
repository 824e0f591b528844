"""What is made of the rows that were fetched of a table: what the target takes, and the tally.

SQLAlchemy is not imported: the process that reads (:mod:`bot.store.worker`) starts in a moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.store.binary import rows_in_binary
from bot.store.rows import Form, Kind, Plain, Tally, lines_of, with_nul, without_nul


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """How rows of a table are fetched and what is made of them.

    ``written``: each comes as one line that the database wrote. ``of_postgres``: they come from
    PostgreSQL, which holds a NUL otherwise.
    """

    kinds: tuple[Kind, ...]
    form: Form
    written: bool
    of_postgres: bool


def made(making: Making, found: Sequence[Plain], tally: Tally | None) -> tuple[Sequence[Any], int]:
    """Return rows in their form, and about how many bytes they are; they are counted in."""
    if making.written:
        return _from_lines(making.kinds, found, tally)
    return _from_values(making, found, tally)


def _from_lines(
    kinds: Sequence[Kind], found: Sequence[Plain], tally: Tally | None
) -> tuple[Sequence[bytes], int]:
    """Return the lines that a database wrote."""
    lines = without_nul(kinds, [line for (line,) in found])
    if tally is not None:
        tally.add(lines)
    return lines, sum(map(len, lines))


def _from_values(
    making: Making, found: Sequence[Plain], tally: Tally | None
) -> tuple[Sequence[Any], int]:
    """Return plain values in a form."""
    kinds, form = making.kinds, making.form
    rows = with_nul(kinds, found) if making.of_postgres else found
    lines = lines_of(kinds, rows) if tally is not None or form is Form.LINES else []
    if tally is not None:
        tally.add(lines)
    weight = sum(len(it) for row in rows for it in row if isinstance(it, bytes | str))
    if form is Form.VALUES:
        return rows, weight
    return (lines if form is Form.LINES else rows_in_binary(kinds, rows)), weight
