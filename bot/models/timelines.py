"""What was reported of one matter, step by step: the answer to «what happened there, in order»."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.models.events import FollowKind
from bot.models.news import Article


@dataclass(frozen=True, slots=True)
class Matter:
    """What can be asked about or followed; ``value`` as in :class:`bot.models.Follow`."""

    kind: FollowKind
    value: str


class Order(StrEnum):
    """Whether steps run towards the present, an event each, or back from it, a report each."""

    TIMELINE = "timeline"
    LATEST = "latest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of a timeline: a report by its headline, with what else tells of the same.

    ``line`` is a sentence of the report where it has no headline; ``also_in`` are further outlets
    with the same text or event, ``reports`` how many reports the step stands for, copies not
    counted.
    """

    article: Article
    line: str = ""
    event_id: int | None = None
    also_in: tuple[Article, ...] = ()
    reports: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """One page of what was reported of a matter: ``total`` steps, of which these are shown.

    ``nearest`` is the newest report of the matter where the period has none; ``newest_at`` the
    newest date of the whole archive.
    """

    matter: Matter
    order: Order
    since_at: datetime
    until_at: datetime
    steps: tuple[Step, ...] = ()
    total: int = 0
    skip: int = 0  # steps that are newer than those shown
    nearest: Article | None = None
    newest_at: datetime | None = None
