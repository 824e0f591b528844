"""The column types that need care: texts, instants, the buttons of a message, what was chosen.

Only how a value looks inside the database is decided here; ``schema`` says which columns there are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Dialect, String
from sqlalchemy import Text as PlainText
from sqlalchemy.types import TypeDecorator

from bot.clock import require_aware
from bot.models import Button, DeliveryOptions, DigestFilters, Look
from bot.store.nul import escaped, unescaped


class Text(TypeDecorator[str]):
    """Text of any characters; also the NUL, which PostgreSQL does not store and we must keep.

    There it is written as two characters of the private use area. Everywhere else, and in every
    text without these characters, what is stored is the text itself.
    """

    impl = PlainText
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Return what is stored for ``value``."""
        if value is None or dialect.name != "postgresql":
            return value
        return escaped(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Return the text that ``value`` stands for."""
        if value is None or dialect.name != "postgresql":
            return value
        return unescaped(value)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant as ``2026-11-22T05:00:00.000000Z``: always UTC, always 27 characters.

    Text of a fixed width sorts in the order of time on every database, and does not depend on
    how a driver treats zones. A naive datetime is refused with ValueError.
    """

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Return the text that stands for ``value``."""
        if value is None:
            return None
        return require_aware(value).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Return the instant that the text stands for, aware, in UTC."""
        return None if value is None else datetime.fromisoformat(value)


class ButtonRows(TypeDecorator[tuple[tuple[Button, ...], ...]]):
    """The rows of buttons under a message, as nested JSON lists of label, data and address."""

    impl = JSON
    cache_ok = True

    def process_bind_param(
        self,
        value: tuple[tuple[Button, ...], ...] | None,
        dialect: Dialect,  # noqa: ARG002 - SQLAlchemy's signature
    ) -> list[list[list[str]]] | None:
        """Return the lists that stand for the buttons."""
        if value is None:
            return None
        return [[[button.label, button.data, button.url] for button in row] for row in value]

    def process_result_value(
        self,
        value: Sequence[Sequence[Sequence[str]]] | None,
        dialect: Dialect,  # noqa: ARG002 - SQLAlchemy's signature
    ) -> tuple[tuple[Button, ...], ...] | None:
        """Return the buttons that the lists stand for."""
        if value is None:
            return None
        return tuple(
            tuple(Button(label, data=data, url=url) for label, data, url in row) for row in value
        )


class Chosen(TypeDecorator[DigestFilters | DeliveryOptions | Look]):
    """A value of ``bot.models.choices``, as a JSON object of what differs from its default.

    A name that the class does not have (any more) is passed over, a missing one has its default.
    """

    impl = JSON
    cache_ok = True

    def __init__(self, kind: type[DigestFilters | DeliveryOptions | Look]) -> None:
        super().__init__()
        self.kind = kind
        self._usual = kind()  # what nearly everybody has; it cannot be changed
        self._named = asdict(self._usual)

    def process_bind_param(
        self,
        value: DigestFilters | DeliveryOptions | Look | None,
        dialect: Dialect,  # noqa: ARG002 - SQLAlchemy's signature
    ) -> dict[str, object]:
        """Return the object that stands for what was chosen."""
        chosen = self._named if value is None else asdict(value)
        return {name: held for name, held in chosen.items() if held != self._named[name]}

    def process_result_value(
        self,
        value: Mapping[str, Any] | None,
        dialect: Dialect,  # noqa: ARG002 - SQLAlchemy's signature
    ) -> DigestFilters | DeliveryOptions | Look:
        """Return what was chosen."""
        if not value:
            return self._usual
        given: dict[str, Any] = {
            name: tuple(held) if isinstance(held, list) else held
            for name, held in value.items()
            if name in self._named
        }
        return self.kind(**given)
