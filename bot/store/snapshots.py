"""A snapshot of an event as JSON: what is kept of what a reader was shown."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Dialect
from sqlalchemy.types import TypeDecorator

from bot.models import (
    Claim,
    ClaimKind,
    ClaimQualifier,
    ClaimScope,
    EventSnapshot,
    Figure,
)


def digest_of(snapshot: EventSnapshot) -> str:
    """Return what tells one state of an event from another; when it was taken does not count."""
    state = _to_json(snapshot)
    del state["at"]
    text = json.dumps(state, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class Snapshot(TypeDecorator[EventSnapshot]):
    """A state of an event, as a JSON object."""

    impl = JSON
    cache_ok = True

    def process_bind_param(
        self,
        value: EventSnapshot | None,
        dialect: Dialect,  # noqa: ARG002 - SQLAlchemy's signature
    ) -> dict[str, Any] | None:
        """Return the object that stands for the state."""
        return None if value is None else _to_json(value)

    def process_result_value(
        self,
        value: Mapping[str, Any] | None,
        dialect: Dialect,  # noqa: ARG002 - SQLAlchemy's signature
    ) -> EventSnapshot | None:
        """Return the state that the object stands for."""
        return None if value is None else _from_json(value)


def _to_json(snapshot: EventSnapshot) -> dict[str, Any]:
    return {
        "event": snapshot.event_id,
        "storyline": snapshot.storyline_id,
        "at": snapshot.at.isoformat(),
        "articles": list(snapshot.article_ids),
        "outlets": list(snapshot.outlets),
        "places": list(snapshot.places),
        "parties": list(snapshot.parties),
        "figures": [_figure_to_json(figure) for figure in snapshot.figures],
    }


def _from_json(held: Mapping[str, Any]) -> EventSnapshot:
    return EventSnapshot(
        event_id=held["event"],
        storyline_id=held["storyline"],
        at=datetime.fromisoformat(held["at"]),
        article_ids=tuple(held["articles"]),
        outlets=tuple(held["outlets"]),
        places=tuple(held["places"]),
        parties=tuple(held["parties"]),
        figures=tuple(_figure_from_json(figure) for figure in held["figures"]),
    )


def _figure_to_json(figure: Figure) -> dict[str, Any]:
    claim = figure.claim
    return {
        "paragraph": claim.paragraph_id,
        "kind": claim.kind.value,
        "bounds": [claim.minimum, claim.maximum],
        "qualifier": claim.qualifier.value,
        "scope": claim.scope.value,
        "negated": claim.negated,
        "speaker": claim.speaker,
        "place": claim.place,
        "span": [claim.start, claim.end],
        "article": figure.article_id,
        "outlet": figure.outlet,
        "at": figure.at.isoformat(),
    }


def _figure_from_json(held: Mapping[str, Any]) -> Figure:
    minimum, maximum = held["bounds"]
    start, end = held["span"]
    return Figure(
        claim=Claim(
            paragraph_id=held["paragraph"],
            kind=ClaimKind(held["kind"]),
            minimum=minimum,
            maximum=maximum,
            qualifier=ClaimQualifier(held["qualifier"]),
            scope=ClaimScope(held["scope"]),
            negated=held["negated"],
            speaker=held["speaker"],
            place=held["place"],
            start=start,
            end=end,
        ),
        article_id=held["article"],
        outlet=held["outlet"],
        at=datetime.fromisoformat(held["at"]),
    )
