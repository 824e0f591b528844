"""R6: ten thousand damaged feeds and twenty bombs; the parser may die, the program goes on.

The feeds are real ones where the evaluation data are there, else our own in the same shapes. Time
is measured around each read, memory and blocking in this process, which is the bot's side: the
loop counts as blocked for as long as its thread really worked between two turns.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import random
import resource
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from bot.errors import FeedError
from bot.sources.base import BodyKind
from bot.sources.parser import ParserProcess
from tests.reliability.bombs import bombs
from tests.reliability.report import Report
from tests.unit.sources.feed_texts import member, rss

TITLE = "no damaged feed and no bomb stops, holds up or swells the program"
SEED = 6
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MUTATIONS, QUICK = 10_000, 600
LARGEST = 200_000  # bytes; larger feeds would only cost time
MOST_S, MOST_MB, MOST_BLOCKED_S = 5.0, 50.0, 0.05
ADDRESS = "https://feed.example/rss"


def _feeds() -> list[bytes]:
    folder = Path(os.environ.get("MUJAZ_EVAL_DATA", "../shared/data"), "feeds")
    found = [p.read_bytes() for p in sorted(folder.glob("*")) if p.suffix != ".tsv"]
    own = [rss(*(member(n, title=f"خبر رقم {n}") for n in range(k))).encode() for k in (1, 5, 20)]
    return [feed for feed in found if len(feed) <= LARGEST] + own


def _flipped(body: bytes, chance: random.Random) -> bytes:
    damaged = bytearray(body)
    for _ in range(chance.randint(1, 30)):
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
    return bytes(damaged)


def _cut(body: bytes, chance: random.Random) -> bytes:
    start, end = sorted(chance.randrange(len(body) + 1) for _ in range(2))
    return body[:end] if chance.random() < 0.5 else body[:start] + body[end:]


def _other_charset(body: bytes, chance: random.Random) -> bytes:
    name = chance.choice(["cp1256", "utf-16", "utf-16-le", "utf-32", "iso8859-6", "utf-7"])
    return body.decode("utf-8", "replace").encode(name, "replace")


def _repeated(body: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(body))
    piece = body[start : start + chance.randint(1, 200)]
    return body[:start] + piece * chance.randint(2, 50) + body[start:]


def _strange(body: bytes, chance: random.Random) -> bytes:
    pieces = [b"<![CDATA[", b"]]>", b"<!--", b"&#0;", b"&nbsp;", b"\0", b"\x1b", b"<item>", b"</"]
    pieces += [b"&x;", b"\xff\xfe", "\u202e".encode(), b"<!DOCTYPE a>", b'"', b"<?xml?>"]
    at = chance.randrange(len(body))
    return body[:at] + chance.choice(pieces) * chance.randint(1, 9) + body[at:]


WAYS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _flipped, _cut, _other_charset, _repeated, _strange,
)  # fmt: skip


class _Watch:
    """How long the loop's thread worked without a turn for others, and what memory grew by."""

    def __init__(self) -> None:
        self.blocked_s = 0.0
        self._task = asyncio.create_task(self._look())

    async def _look(self) -> None:
        while True:
            before = time.thread_time()
            await asyncio.sleep(0.002)
            self.blocked_s = max(self.blocked_s, time.thread_time() - before)

    async def stop(self) -> None:
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task


def _memory_mb() -> float:
    gc.collect()
    with contextlib.suppress(OSError):
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * resource.getpagesize() / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


async def _read(worker: ParserProcess, body: bytes, kind: BodyKind, seen: Counter[str]) -> float:
    began = time.monotonic()
    try:
        await worker.read(body, content_type="", address=ADDRESS, now=NOW, kind=kind)
        seen["read"] += 1
    except FeedError as error:
        seen[error.key] += 1
    except Exception as error:  # what is counted here must never happen
        seen[f"crash: {error!r}"[:80]] += 1
    return time.monotonic() - began


async def run(folder: Path, *, quick: bool) -> Report:
    """Damage feeds in five ways, then read the bombs."""
    chance = random.Random(SEED)  # noqa: S311 - damage, not secrets
    feeds, worker, seen = _feeds(), ParserProcess(), Counter[str]()
    explosives = bombs()
    await _read(worker, feeds[0], BodyKind.FEED, Counter())
    memory_mb, watch, slowest_s = _memory_mb(), None, 0.0
    watch = _Watch()
    count = QUICK if quick else MUTATIONS
    for number in range(count):
        damaged = WAYS[number % len(WAYS)](chance.choice(feeds), chance)
        await asyncio.sleep(0)  # damaging is our work, not the program's
        slowest_s = max(slowest_s, await _read(worker, damaged, BodyKind.FEED, seen))
    after_bombs: dict[str, float] = {}
    for name, (kind, body) in explosives.items():
        after_bombs[name] = await _read(worker, body, kind, seen)
    alive = Counter[str]()
    await _read(worker, rss(member()).encode(), BodyKind.FEED, alive)
    await watch.stop()
    await worker.close()
    grown_mb = _memory_mb() - memory_mb
    crashes = sum(n for key, n in seen.items() if key.startswith("crash"))
    slowest_bomb_s = max(after_bombs.values())
    return Report(
        figures={
            "mutations": count,
            "bombs": len(explosives),
            "crashes": crashes,
            "slowest_s": round(slowest_s, 2),
            "slowest_bomb_s": round(slowest_bomb_s, 2),
            "memory_mb": round(grown_mb, 1),
            "blocked_ms": round(watch.blocked_s * 1000, 1),
            "seed": SEED,
        },
        harm={**dict(seen.most_common()), "feeds": len(feeds)},
        promises={
            "no crash": crashes == 0,
            "each within 5 s": max(slowest_s, slowest_bomb_s) <= MOST_S,
            "at most 50 MB more": grown_mb <= MOST_MB,
            "the loop is never blocked for 50 ms": watch.blocked_s <= MOST_BLOCKED_S,
            "20 bombs, and at least one needed the limits": len(explosives) == 20
            and seen["error.feed.too_heavy"] > 0,
            "feeds were damaged beyond reading": seen["error.feed.unreadable"] > count / 100,
            "the next feed is read": alive["read"] == 1,
        },
    )
