"""What was read of articles, as rows: relevance, places, parties and claims of each.

Written anew whenever an article is read again. The events they are in are written in ``events``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import Claim, ClaimKind, ClaimQualifier, ClaimScope, Reading
from bot.store.engine import chunks
from bot.store.schema import articles, paragraphs
from bot.store.schema_events import (
    article_parties,
    article_places,
    claims,
    event_articles,
    readings,
)

_WITHIN = -1  # the position of an area that a named place lies in
_GREATEST = 2**63 - 1  # a figure beyond is no number that a database keeps
_CHARS = 64  # of an id


async def write_readings(
    connection: AsyncConnection, read: Sequence[Reading], now: datetime
) -> set[int]:
    """Replace what is held of these articles; return those of them that exist."""
    ids = [one.article_id for one in read]
    there: set[int] = set()
    for chunk in chunks(ids):
        there |= set(
            (await connection.scalars(select(articles.c.id).where(articles.c.id.in_(chunk)))).all()
        )
        for table in (claims, article_places, article_parties, readings):
            await connection.execute(delete(table).where(table.c.article_id.in_(chunk)))
    kept = list({one.article_id: one for one in read if one.article_id in there}.values())
    quoted = [claim.paragraph_id for one in kept for claim in one.claims]
    known = await _paragraphs(connection, [one for one in quoted if one is not None])
    rows = (
        (readings, [_reading_row(one, now) for one in kept]),
        (article_places, [row for one in kept for row in _place_rows(one)]),
        (article_parties, [row for one in kept for row in _party_rows(one)]),
        (claims, [row for one in kept for row in _claim_rows(one, known)]),
    )
    for table, values in rows:
        if values:
            await connection.execute(insert(table), values)
    return there


async def read_readings(connection: AsyncConnection, ids: Sequence[int]) -> dict[int, Reading]:
    """Return what is held of those of the named articles that were read, by id."""
    found: dict[int, Reading] = {}
    for chunk in chunks(ids):
        places = defaultdict[int, list[Any]](list)
        parties = defaultdict[int, list[str]](list)
        said = defaultdict[int, list[Claim]](list)
        for row in await connection.execute(
            select(article_places)
            .where(article_places.c.article_id.in_(chunk))
            .order_by(article_places.c.position, article_places.c.place)
        ):
            places[row.article_id].append(row)
        for row in await connection.execute(
            select(article_parties)
            .where(article_parties.c.article_id.in_(chunk))
            .order_by(article_parties.c.position)
        ):
            parties[row.article_id].append(row.party)
        for row in await connection.execute(
            select(claims).where(claims.c.article_id.in_(chunk)).order_by(claims.c.id)
        ):
            said[row.article_id].append(_claim(row))
        query = (
            select(readings, event_articles.c.event_id)
            .outerjoin(event_articles, event_articles.c.article_id == readings.c.article_id)
            .where(readings.c.article_id.in_(chunk))
        )
        for row in await connection.execute(query):
            named = places[row.article_id]
            found[row.article_id] = Reading(
                article_id=row.article_id,
                relevance=row.relevance,
                copy_of=row.copy_of,
                places=tuple(one.place for one in named if one.position != _WITHIN),
                areas=tuple(one.place for one in named if one.position == _WITHIN),
                parties=tuple(parties[row.article_id]),
                claims=tuple(said[row.article_id]),
                event_id=row.event_id,
            )
    return found


async def _paragraphs(connection: AsyncConnection, ids: Sequence[int]) -> set[int]:
    there: set[int] = set()
    for chunk in chunks(ids):
        query = select(paragraphs.c.id).where(paragraphs.c.id.in_(chunk))
        there |= set((await connection.scalars(query)).all())
    return there


def _reading_row(one: Reading, now: datetime) -> dict[str, object]:
    return {
        "article_id": one.article_id,
        "relevance": one.relevance,
        "copy_of": one.copy_of,
        "read_at": now,
    }


def _place_rows(one: Reading) -> list[dict[str, object]]:
    positions = dict.fromkeys(one.areas, _WITHIN)
    positions |= {place: at for at, place in reversed(list(enumerate(one.places)))}
    return [
        {"article_id": one.article_id, "place": place, "position": at}
        for place, at in positions.items()
        if len(place) <= _CHARS
    ]


def _party_rows(one: Reading) -> list[dict[str, object]]:
    return [
        {"article_id": one.article_id, "party": party, "position": at}
        for at, party in enumerate(dict.fromkeys(one.parties))
        if len(party) <= _CHARS
    ]


def _claim_rows(one: Reading, known: set[int]) -> list[dict[str, object]]:
    """Return the rows of the claims that stand in a paragraph that is held."""
    return [
        {
            "article_id": one.article_id,
            "paragraph_id": claim.paragraph_id,
            "kind": claim.kind,
            "minimum": claim.minimum,
            "maximum": claim.maximum,
            "qualifier": claim.qualifier,
            "scope": claim.scope,
            "negated": claim.negated,
            "speaker": claim.speaker,
            "place": claim.place,
            "start": claim.start,
            "end": claim.end,
        }
        for claim in one.claims
        if claim.paragraph_id in known and max(claim.minimum or 0, claim.maximum or 0) <= _GREATEST
    ]


def _claim(row: Row[Any]) -> Claim:
    return Claim(
        paragraph_id=row.paragraph_id,
        kind=ClaimKind(row.kind),
        minimum=row.minimum,
        maximum=row.maximum,
        qualifier=ClaimQualifier(row.qualifier),
        scope=ClaimScope(row.scope),
        negated=row.negated,
        speaker=row.speaker,
        place=row.place,
        start=row.start,
        end=row.end,
    )
