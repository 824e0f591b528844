"""The four things the bot does, each one readable page, and the bundle handlers are given."""

from __future__ import annotations

from dataclasses import dataclass

from bot.services.alerting import Alerting
from bot.services.answering import Answering
from bot.services.broadcasting import Broadcasting
from bot.services.charting import Charting
from bot.services.choosing import Choosing
from bot.services.enriching import Enriching
from bot.services.following import Following
from bot.services.intake import Ingest
from bot.services.judging import Judging
from bot.services.keeping import Keeping
from bot.services.outgoing import Outgoing
from bot.services.overseeing import Overseeing
from bot.services.privacy import Privacy
from bot.services.revising import Revising
from bot.services.subscribing import Subscribing
from bot.services.timelines import Timelines
from bot.services.watching import Watching


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What handlers may call."""

    alerting: Alerting
    answering: Answering
    broadcasting: Broadcasting
    charting: Charting
    choosing: Choosing
    enriching: Enriching
    following: Following
    intake: Ingest
    subscribing: Subscribing
    judging: Judging
    outgoing: Outgoing
    overseeing: Overseeing
    privacy: Privacy
    revising: Revising
    timelines: Timelines
    watching: Watching
    keeping: Keeping
    operators: frozenset[int]  # numeric ids from MUJAZ_ADMIN_IDS
    questions_per_minute: int
    default_language: str
