"""What a chat knows of events: the state it was told last, by a digest or by an alert.

Digests and alerts ask here, so that what came in one comes in the other only once it changed. What
surely never arrived, or may not have, is not known: then the state before it counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.models import Alert, EventSnapshot, Shown
from bot.store.base import Store

# How long what was told of an event is kept after its last report. Corrections of reports that are
# older are not told, so that forgetting changes nothing in a digest.
KNOWN_FOR = timedelta(days=180)

Where = tuple[int, int]  # chat and topic


@dataclass(frozen=True, slots=True)
class Told:
    """The snapshot of an event that a chat was told last, and the one it knew before that."""

    snapshot_id: int
    before_id: int | None = None
    by_alert: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What some chats were told of some events (by event id), and the snapshots named there."""

    told: Mapping[Where, Mapping[int, Told]]
    snapshots: Mapping[int, EventSnapshot]


async def known_to(
    store: Store, readers: Mapping[Where, int | None], event_ids: Sequence[int]
) -> Known:
    """Return what chats and topics, each with its subscription if it has one, know of events."""
    named = {number: where for where, number in readers.items() if number is not None}
    found: defaultdict[Where, dict[int, Told]] = defaultdict(dict)
    alerts = [one for one in await store.alerts(list(readers), event_ids)
              if one.told_at is not None and one.snapshot_id is not None]  # fmt: skip
    shown = await store.shown(list(named), event_ids) if named else []
    notes: list[Alert | Shown] = [*alerts, *shown]
    wanted = {key for one in notes for key in (one.snapshot_id, one.before_id)}
    snapshots = await store.snapshots(sorted(key for key in wanted if key is not None))
    shown_at = {}
    for one in shown:
        if one.snapshot_id in snapshots:
            where = named[one.subscription_id]
            shown_at[where, one.event_id] = one.shown_at
            before = one.before_id if one.before_id in snapshots else None
            found[where][one.event_id] = Told(one.snapshot_id, before)
    lost = await store.lost_alerts([(one.chat_id, one.topic_id) for one in alerts])
    for alert in alerts:
        where, state = (alert.chat_id, alert.topic_id), snapshots.get(alert.snapshot_id or 0)
        digest_at = shown_at.get((where, alert.event_id))
        if state is None or (digest_at and alert.told_at and alert.told_at <= digest_at):
            continue
        arrived = lost.get(where, frozenset()).isdisjoint(state.article_ids)
        sure = alert.snapshot_id if arrived else alert.before_id
        if sure in snapshots:
            found[where][alert.event_id] = Told(sure or 0, by_alert=True)
    return Known(told=found, snapshots=snapshots)


def surely(
    told: Mapping[int, Told], snapshots: Mapping[int, EventSnapshot], doubted: frozenset[int]
) -> dict[int, int]:
    """Return the snapshot of each event that a chat has surely been told (event id → snapshot id).

    ``doubted`` are articles of digests that may not have arrived, or never will: of an event that
    was shown with one of them, what was known before counts.
    """
    if not doubted:
        return {event: one.snapshot_id for event, one in told.items()}
    found: dict[int, int] = {}
    for event, one in told.items():
        held = () if one.by_alert else snapshots[one.snapshot_id].article_ids
        sure = one.snapshot_id if doubted.isdisjoint(held) else one.before_id
        if sure is not None:
            found[event] = sure
    return found
