"""R4: the digest clock over two years, in zones whose clocks jump at all hours, through outages.

The expected instants come from a second reckoning that shares no code with the first: the table
of a zone's offsets, in which the first minute that reads at least the wanted time is looked up.
Every minute is walked on the days around a change of clocks, after an outage and around every
slot; in the hours between, where only the passing of time could make something due, every
half-hour. ``minutes_covered`` counts the simulated minutes, ``ticks`` the questions really asked.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.digest.due import due_slot
from bot.models import Subscription
from tests.reliability.report import Report

TITLE = "one digest for each date and time, whatever the clocks do"
SEED = 4
START = datetime(2026, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TIMES = ("00:00", "00:30", "02:30", "08:00", "23:30")
ZONES = (
    "Asia/Damascus", "Asia/Baghdad", "Asia/Beirut", "Asia/Gaza", "Asia/Hebron", "Asia/Amman",
    "Asia/Aden", "Asia/Riyadh", "Asia/Dubai", "Asia/Tehran", "Asia/Kabul", "Asia/Kathmandu",
    "Africa/Cairo", "Africa/Khartoum", "Africa/Tripoli", "Africa/Casablanca", "Africa/El_Aaiun",
    "Europe/Istanbul", "Europe/Berlin", "Europe/London", "Europe/Stockholm", "America/New_York",
    "America/Toronto", "America/St_Johns", "America/Santiago", "Australia/Lord_Howe",
    "Pacific/Chatham", "Pacific/Kiritimati",
)  # fmt: skip


@dataclass(slots=True)
class Zone:
    """A zone as a table: minutes since START at which an offset (in minutes) begins."""

    starts: list[int]
    offsets: list[int]
    end: int

    def first_reading(self, wanted: int) -> int | None:
        """Return the first minute whose local reading is at least ``wanted`` local minutes."""
        for place, (start, offset) in enumerate(zip(self.starts, self.offsets, strict=True)):
            end = self.starts[place + 1] if place + 1 < len(self.starts) else self.end
            minute = max(start, wanted - offset)
            if minute < end:
                return minute
        return None


def table_of(name: str, minutes: int) -> Zone:
    """Read a zone's offsets every quarter of an hour, when all zones change theirs."""
    zone = ZoneInfo(name)
    starts: list[int] = []
    offsets: list[int] = []
    for minute in range(-3 * 1440, minutes + 3 * 1440, 15):
        shift = (START + minute * MINUTE).astimezone(zone).utcoffset() or timedelta()
        offset = int(shift.total_seconds() // 60)
        if not offsets or offsets[-1] != offset:
            starts.append(minute)
            offsets.append(offset)
    return Zone(starts, offsets, minutes + 3 * 1440)


def expected(table: Zone, days: int) -> dict[tuple[date, str], int]:
    """Return the minute at which each date's slots are due."""
    due = {}
    for ahead in range(-1, days + 2):
        for wall in TIMES:
            at = time.fromisoformat(wall)
            wanted = ahead * 1440 + at.hour * 60 + at.minute
            minute = table.first_reading(wanted)
            if minute is not None and 0 < minute <= days * 1440:
                due[(START + timedelta(days=ahead)).date(), wall] = minute
    return due


def walked(table: Zone, due: set[int], minutes: int, outages: list[tuple[int, int]]) -> set[int]:
    """Return the minutes at which the clock is asked."""
    ticks = set(range(0, minutes + 1, 30))
    for minute in due:
        ticks.update(range(minute - 2, minute + 3))
    for change in table.starts:
        ticks.update(range(change - 1440, change + 1440))
    for _, end in outages:
        ticks.update(range(end, end + 60))
    ticks.add(minutes)
    return {tick for tick in ticks if 0 <= tick <= minutes}


def stops(chance: random.Random, minutes: int) -> Iterator[tuple[int, int]]:
    """Yield about one outage a week, of 0 to 36 hours."""
    at = 0
    while True:
        at += chance.randint(3 * 1440, 10 * 1440)
        end = at + chance.randint(0, 36 * 60)
        if end >= minutes:
            return
        yield at, end
        at = end


def simulate(name: str, days: int, chance: random.Random) -> Counter[str]:
    """Live through so many days in one zone and compare what came with what should."""
    minutes, found = days * 1440, Counter[str]()
    table = table_of(name, minutes)
    due = expected(table, days)
    outages = list(stops(chance, minutes))
    down = [begin for begin, _ in outages]
    subscription = Subscription(id=1, chat_id=1, times=TIMES, timezone=name, active_since_at=START)
    came: Counter[tuple[date, str]] = Counter()
    for tick in sorted(walked(table, set(due.values()), minutes, outages)):
        place = bisect_right(down, tick) - 1
        if place >= 0 and tick < outages[place][1]:
            continue
        found["ticks"] += 1
        digest = due_slot(subscription, START + tick * MINUTE)
        if digest is None:
            continue
        found["digests"] += 1
        for slot in (*digest.covered, digest.slot):
            key = (slot.local_date, slot.time)
            came[key] += 1
            at = due.get(key)
            back = place >= 0 and outages[place][0] <= (at or 0) and tick == outages[place][1]
            found["early"] += at is None or tick < at
            found["late"] += at is not None and tick > at and not back
        found["catch_ups"] += len(digest.covered) > 0
        subscription = replace(subscription, last_slot_at=digest.slot.due_at)
    found["slots"] = len(due)
    found["missed"] = len(due.keys() - came.keys())
    found["twice"] = sum(count > 1 for count in came.values())
    found["unexpected"] = len(came.keys() - due.keys())
    found["outages"] = len(outages)
    found["clock_changes"] = len(table.starts) - 1
    return found


async def run(folder: Path, *, quick: bool = False) -> Report:
    """Simulate all zones."""
    zones, days = (ZONES[:3], 120) if quick else (ZONES, 730)
    total = Counter[str]()
    for number, name in enumerate(zones):
        total.update(simulate(name, days, random.Random(SEED + number)))  # noqa: S311
    wrong = {key: total[key] for key in ("missed", "twice", "early", "late", "unexpected")}
    figures = {
        "zones": len(zones),
        "days": days,
        "minutes_covered": len(zones) * days * 1440,
        "ticks": total["ticks"],
        "slots": total["slots"],
        "digests": total["digests"],
        **wrong,
        "seed": SEED,
    }
    harm = {key: total[key] for key in ("outages", "clock_changes", "catch_ups")}
    return Report(
        figures=figures,
        harm=harm,
        promises={
            "exactly one digest for each date and time": not any(wrong.values()),
            "there were outages and changes of clocks": min(harm.values()) > 0,
        },
    )
