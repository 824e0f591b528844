"""R3: ten thousand sends to a server that refuses, delays, cuts and forgets.

The server is the sandbox behind real sockets, its clock and ours are one virtual clock. Faults
fall on requests at random by a fixed seed, in the shares of the table in docs/reliability.md.
"""

from __future__ import annotations

import asyncio
import random
from bisect import bisect_left
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from bot.delivery.application import build_application
from bot.delivery.dispatch import Dispatcher
from bot.delivery.limits import Limits
from bot.delivery.pace import Pace
from bot.delivery.telegram import TelegramSender
from bot.models import ChatKind, OutboxKind, OutboxMessage, OutboxState
from bot.sandbox import Sandbox, SandboxServer
from bot.sandbox.faults import Fault
from bot.sandbox.journal import Entry
from bot.sandbox.world import Chat, Status
from bot.settings import Settings
from bot.store.sql import SqlStore, open_store
from tests.reliability.report import Report
from tests.reliability.town import (
    TOKEN,
    accepted,
    populate,
    readers,
    sends,
    write_chats,
    write_messages,
)
from tests.reliability.virtual import START, LoopClock, VirtualLoop, monotonic

TITLE = "a hostile server"
SEED = 3
PARTS = 2
GROUP_BASE = -1_002_000_000_000
SLACK_S = 0.001  # of comparing sums of floating-point seconds
SHARES = {
    "429": 0.05,
    "403": 0.02,
    "400": 0.01,
    "cut_after": 0.02,
    "cut_before": 0.01,
    "502": 0.02,
}
new_loop = VirtualLoop


@dataclass(slots=True)
class Harm:
    """Faults that fall on requests as they come; a fault source of the sandbox."""

    chance: random.Random
    done: Counter[str] = field(default_factory=Counter)
    pauses: dict[int, list[tuple[float, float]]] = field(default_factory=lambda: defaultdict(list))
    blocked: dict[int, float] = field(default_factory=dict)
    moved: dict[int, int] = field(default_factory=dict)

    def take(self, method: str, chat_id: int | None) -> Fault | None:
        """Return what befalls this request."""
        if method != "sendMessage" or chat_id is None:
            return None
        now = monotonic()
        if chat_id in self.blocked:
            self.done["to_a_blocked_chat"] += 1
        if chat_id in self.moved:
            self.done["migrated"] += 1
            return _error(400, "Bad Request: group chat was upgraded", to=self.moved[chat_id])
        kind = self._drawn()
        if not kind:
            return None
        self.done[kind] += 1
        if kind == "429":
            pause_s = self.chance.randint(1, 30)
            self.pauses[chat_id].append((now, now + pause_s))
            return Fault(method="sendMessage", kind="error", retry_after=pause_s)
        if kind == "403":
            self.blocked[chat_id] = now
            return _error(403, "Forbidden: bot was blocked by the user")
        if kind == "400":
            return _error(400, "Bad Request: can't parse entities: unsupported start tag")
        if kind == "502":
            return _error(502, "Bad Gateway")
        return Fault(method="sendMessage", kind=kind)

    def _drawn(self) -> str:
        """Return a kind of fault, each as often as its share says, or none."""
        draw = self.chance.random()
        for kind, share in SHARES.items():
            if draw < share:
                return kind
            draw -= share
        return ""


def _error(code: int, words: str, to: int | None = None) -> Fault:
    return Fault(
        method="sendMessage",
        kind="error",
        error_code=code,
        description=words,
        migrate_to_chat_id=to,
    )


def _group(sandbox: Sandbox, chat_id: int) -> None:
    statuses = {sandbox.bot.id: Status.ADMINISTRATOR}
    sandbox.world.chats[chat_id] = Chat(
        id=chat_id, type="supergroup", title="مجموعة", statuses=statuses, met_bot=True
    )


def most_within(stamps: list[float], window_s: float) -> int:
    """Return the greatest number of stamps in any window (its end not included)."""
    return max(
        (bisect_left(stamps, at + window_s - SLACK_S) - i for i, at in enumerate(stamps)),
        default=0,
    )


def judge(sandbox: Sandbox, harm: Harm, rows: list[OutboxMessage]) -> dict[str, int]:
    """Compare what the server saw with what the outbox says."""
    requests = [(e.at.timestamp() - START.timestamp(), e) for e in sends(sandbox)]
    by_chat: dict[int, list[float]] = defaultdict(list)
    arrived: Counter[tuple[int, str]] = Counter()
    in_pause = 0
    for at, entry in requests:
        chat = int(entry.params["chat_id"])
        by_chat[chat].append(at)
        arrived[harm.moved.get(chat, chat), _label(entry)] += accepted(entry)
        in_pause += any(a + SLACK_S < at < b - SLACK_S for a, b in harm.pauses.get(chat, ()))
    flagged = {(r.chat_id, _name(r)) for r in rows if r.state is OutboxState.UNCERTAIN}
    # A notice in doubt is written once more, marked; that row carries the doubt of the first.
    explained = {OutboxState.DEAD, OutboxState.CANCELLED, OutboxState.UNCERTAIN}
    lost = [r for r in rows if not arrived[r.chat_id, _name(r)] and r.state not in explained]
    doubles = [key for key, count in arrived.items() if count > 1 and key not in flagged]
    return {
        "requests": len(requests),
        "lost": len(lost),
        "doubles_unflagged": len(doubles),
        "sends_inside_a_pause": in_pause,
        "most_in_a_second": most_within([at for at, _ in requests], 1.0),
        "most_in_a_second_per_chat": max(most_within(s, 1.0) for s in by_chat.values()),
        "most_in_a_minute_per_group": max(
            (most_within(s, 60.0) for c, s in by_chat.items() if c < 0), default=0
        ),
        "sends_to_a_blocked_chat": harm.done["to_a_blocked_chat"],
    }


def _label(entry: Entry) -> str:
    """Return key and part, which every test message tells."""
    words = str(entry.params["text"]).replace("<b>", "").replace("</b>", "")
    return next(line for line in words.splitlines() if "/" in line)


def _name(row: OutboxMessage) -> str:
    return f"{row.key.removesuffix(':again')}/{row.part}"


async def fill(store: SqlStore, sandbox: Sandbox, harm: Harm, chats: int) -> int:
    """Write the messages: two parts for most, notices for some, groups among them."""
    people = readers(chats)
    populate(sandbox, people)
    groups = [GROUP_BASE - n for n in range(max(chats // 50, 4))]
    for place, group in enumerate(groups):
        _group(sandbox, group)
        if place % 2:
            harm.moved[group] = group - 10**9
            _group(sandbox, harm.moved[group])
    await write_chats(store, groups, ChatKind.GROUP)
    await write_messages(store, people[::10], key="notice", kind=OutboxKind.NOTICE, at=START)
    await write_messages(store, [*people, *groups], parts=PARTS, at=START)
    return len(people[::10]) + PARTS * (len(people) + len(groups))


async def run(folder: Path, *, quick: bool = False) -> Report:
    """Send everything and judge."""
    chats = 150 if quick else 4680
    harm = Harm(random.Random(SEED))  # noqa: S311 - the faults are no secrets
    clock = LoopClock()
    sandbox = Sandbox(token=TOKEN, clock=clock)
    sandbox.faults = harm  # type: ignore[assignment]  # the same one method
    sandbox.latency_s = 0.06
    store = await open_store(Settings(data_dir=folder).store_url)
    loop = asyncio.get_running_loop()
    if isinstance(loop, VirtualLoop):
        loop.wait_for(store.database)
    messages = await fill(store, sandbox, harm, chats)
    async with SandboxServer(sandbox) as server:
        pace = Pace(Limits(), monotonic=monotonic)
        application, _ = build_application(TOKEN, api_url=server.url, pace=pace)
        await application.bot.initialize()
        sender = TelegramSender(application.bot)
        dispatcher = Dispatcher(store, sender, pace, clock, in_flight=16)
        began = monotonic()
        dispatcher.start()
        async with asyncio.timeout(20_000):
            while {"pending", "sending"} & (await store.counts()).outbox.keys():  # noqa: ASYNC110
                await asyncio.sleep(5)
        took_s = monotonic() - began
        await dispatcher.stop()
        await application.bot.shutdown()
    rows = await store.outbox(limit=10 * messages)
    await store.close()
    found = judge(sandbox, harm, rows)
    states = Counter(str(row.state) for row in rows)
    figures = {
        "messages": messages,
        **found,
        **{f"state_{name}": count for name, count in sorted(states.items())},
        "virtual_s": round(took_s),
        "seed": SEED,
    }
    enough = {"429": 0.04, "403": 0.01, "cut_after": 0.015, "502": 0.015, "cut_before": 0.005}
    return Report(
        figures=figures,
        harm=dict(sorted(harm.done.items())),
        promises={
            "nothing is lost": found["lost"] == 0,
            "nothing is doubled unflagged": found["doubles_unflagged"] == 0,
            "no send inside a pause": found["sends_inside_a_pause"] == 0,
            "at most 30 in every second": found["most_in_a_second"] <= 30,
            "at most 1 in every second per chat": found["most_in_a_second_per_chat"] <= 1,
            "at most 20 in every minute per group": found["most_in_a_minute_per_group"] <= 20,
            "a chat that blocked us is left alone": found["sends_to_a_blocked_chat"] == 0,
            "there was harm": quick
            or all(harm.done[kind] >= share * messages for kind, share in enough.items()),
        },
    )
