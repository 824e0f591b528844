"""``mujaz check``: is this installation sound, and if not, what is wrong?

Looks at the database, the search index, the outbox and the token, and prints one line for each.
It changes nothing but the revision of a database that an older version left. Wrong settings are
refused before it comes to this.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from bot.app import Core, open_core
from bot.delivery.application import bot_name
from bot.errors import MujazError
from bot.models import OutboxState, PassedOver
from bot.settings import Settings
from bot.store.base import Replica
from bot.text.languages import Texts

_LOOK_S = 0.5
_MOST_WAITED_S = 15.0
_REPLICA = {
    PassedOver.NOT: "check.replica",
    PassedOver.UNSEEN: "check.replica_away",
    PassedOver.AWAY: "check.replica_away",
    PassedOver.BEHIND: "check.replica_behind",
    PassedOver.PROMOTED: "check.replica_promoted",
    PassedOver.TIMELINE: "check.replica_timeline",
    PassedOver.ANOTHER: "check.replica_another",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the report; ``sound`` is None where there is nothing to judge."""

    sound: bool | None
    text: str


async def check(settings: Settings, say: Texts, *, deep: bool = False) -> AsyncGenerator[Finding]:
    """Give one finding after the other; ``deep``: every stored text is read."""
    yield Finding(sound=True, text=say("check.settings"))
    try:
        async with open_core(settings) as core:
            async for finding in _stored(core, say, deep):
                yield finding
    except MujazError as error:
        cause = f" ({error.detail})" if error.detail else ""
        yield Finding(sound=False, text=say(error.key, **error.params) + cause)
    yield await _token(settings, say)


async def _stored(core: Core, say: Texts, deep: bool) -> AsyncGenerator[Finding]:
    problems = await core.store.verify(deep=deep)
    counts = await core.store.counts()
    summary = say(
        "check.database", articles=counts.articles, paragraphs=counts.paragraphs, chats=counts.chats
    )
    yield Finding(sound=not problems, text="; ".join([summary, *problems]))
    if core.replica is not None:
        why = await _why_passed_over(core.replica, core.settings.replica_lag_s)
        yield Finding(sound=not why, text=say(_REPLICA[why]))
    behind = await core.index.lag()
    yield Finding(sound=True, text=say("check.index", behind=behind))
    yield Finding(sound=None, text=await meaning_state(core, say))
    waiting = {state: counts.outbox.get(state, 0) for state in OutboxState}
    yield Finding(
        sound=None,
        text=say(
            "check.outbox",
            pending=waiting[OutboxState.PENDING],
            uncertain=waiting[OutboxState.UNCERTAIN],
            dead=waiting[OutboxState.DEAD],
        ),
    )


async def _why_passed_over(replica: Replica, may_lag_s: float) -> PassedOver:
    """Return why a replica is not read, once it had the time that it may lag.

    Of more than some seconds nobody waits for the end; it is told as it is then.
    """
    left_s = min(may_lag_s, _MOST_WAITED_S)
    while replica.state.why is PassedOver.BEHIND and left_s > 0:
        await asyncio.sleep(_LOOK_S)
        left_s -= _LOOK_S
        await replica.look()
    return replica.state.why


async def _token(settings: Settings, say: Texts) -> Finding:
    token = settings.telegram_bot_token
    if token is None:
        return Finding(sound=False, text=say("check.token_missing"))
    try:
        name = await bot_name(token.get_secret_value(), settings.telegram_api_url)
    except MujazError as error:
        return Finding(sound=False, text=say(error.key, **error.params))
    return Finding(sound=True, text=say("check.token", name=f"@{name}"))


async def meaning_state(core: Core, say: Texts) -> str:
    """Return a sentence on how far the search by meaning has come."""
    missing = await core.semantic.missing()
    if missing is None:
        return say("check.meaning_off")
    return say("check.meaning", model=core.semantic.model, missing=missing)
