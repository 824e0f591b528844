"""What a chat or a subscription has chosen: contents, delivery, looks. Defaults are for everybody.

All are stored as JSON beside their chat or subscription; a field added later has its default in
what was stored before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

_DAY, _WEEK = timedelta(hours=24), timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestFilters:
    """What a subscription's digests hold; empty tuples hold nothing back.

    ``places`` are gazetteer ids (places within them count), ``parties`` party ids, ``words_in`` and
    ``words_out`` words as the reader typed them, ``source_ids`` sources.
    """

    places: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    words_in: tuple[str, ...] = ()
    words_out: tuple[str, ...] = ()
    source_ids: tuple[int, ...] = ()
    conflict_only: bool = False
    max_events: int = 0  # 0: as many as the setting of the installation says
    short: bool = False  # headlines and figures without quoted paragraphs
    weekly: bool = False  # looks back on a week, once a week
    skip_quiet: bool = False  # nothing new: no message instead of one line
    chart: bool = False  # with a picture of the figures that moved, a message of its own

    @property
    def first_period(self) -> timedelta:
        """What a first digest, or one asked for, looks back on."""
        return _WEEK if self.weekly else _DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryOptions:
    """How a subscription's messages reach its chat.

    ``quiet_from`` and ``quiet_until`` are local wall times "HH:MM", both empty for none: what is
    due in between is sent without a sound, and alerts wait.
    """

    silent: bool = False
    pin: bool = False
    signature: str = ""
    quiet_from: str = ""
    quiet_until: str = ""
    edit_in_place: bool = False  # the day's digest is edited when figures move
    breaking: bool = False  # breaking posts between digests, for groups and channels


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a chat's messages look."""

    eastern_digits: bool = False  # ١٢٣ around quotes; quotes stay as stored
    months: str = ""  # ISO 3166 country whose month names are used; empty: by the time zone
    hijri: bool = False  # the Hijri date beside the other one
    text_only: bool = False  # no pictures, no previews, one compact message
    pictures: bool = True
    spoilers: bool = False  # casualty details and pictures hidden until touched
