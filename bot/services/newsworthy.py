"""What is new about one event for one chat, and whether what the chat follows asks for it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.digest.alerting import is_told_of, seen_before, worth_telling
from bot.digest.happenings import Happening
from bot.events.changes import changes
from bot.models import Alert, EventChange, EventSnapshot, Follow, FollowKind, Matter
from bot.services.happenings import Period
from bot.text.matters import matter_name
from bot.text.names import NameList
from bot.text.tokens import tokenize


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """An event with something new for one chat, with what the chat was told of it before.

    ``held`` is the note of its alerts, which may wait; ``place``: it is in a place that the chat
    follows.
    """

    happening: Happening
    state: EventSnapshot
    changes: tuple[EventChange, ...]
    before: EventSnapshot | None
    held: Alert | None
    names: tuple[str, ...]
    place: bool

    @property
    def baseline(self) -> EventSnapshot | None:
        """The state to compare with once it is told; None where its note has it already."""
        return self.before if self.held is None else None


def news_of(
    happening: Happening,
    state: EventSnapshot,
    follows: Iterable[Follow],
    row: Alert | None,
    before: EventSnapshot | None,
    language: str,
) -> News:
    """Return what is new about an event beside ``before``; ``row`` is the note of its alerts."""
    wanting = [one for one in follows if _names(one, happening)]
    matters = [Matter(one.kind, one.value) for one in wanting]
    return News(
        happening=happening,
        state=state,
        changes=worth_telling(changes(before, state)),
        before=before,
        held=row,
        names=tuple(matter_name(matter, language) for matter in matters),
        place=any(matter.kind is FollowKind.PLACE for matter in matters),
    )


def known_before(
    happening: Happening,
    period: Period,
    row: Alert | None,
    told: Mapping[int, EventSnapshot],
    kept: Mapping[int, EventSnapshot],
    *,
    whole: bool = False,
) -> EventSnapshot | None:
    """Return the state that a chat knows an event in, None where it knows nothing of it.

    ``told`` are the states that it was told, by event id. Where it was told none, one that is held
    is compared with what it was when it began to be held (in ``kept``, by snapshot id), and one of
    which there is no note with what stood before its new reports, or (``whole``) with nothing.
    """
    known_as = period.known_as(happening.state, told) if happening.state else None
    if known_as is not None:
        return told[known_as]
    if row is None:
        return None if whole else seen_before(happening)
    return kept.get(row.snapshot_id or 0) if row.told_at is None else None


def wants(follow: Follow, happening: Happening, named: Mapping[int, set[str]]) -> bool:
    """Tell whether a follow asks for an event; ``named`` are the followed words in each."""
    if happening.state is None:
        return False
    if follow.kind is FollowKind.WORD:
        return follow.value in named.get(happening.state.event_id, ())
    return is_told_of(happening, follow.kind, follow.value)


def words_in(happening: Happening, words: NameList[str]) -> set[str]:
    """Return the followed words that stand in the new reports of an event."""
    found: set[str] = set()
    for one in happening.new:
        for text in (one.article.title, *(paragraph.text for paragraph in one.paragraphs)):
            for name in words.find(text, tokenize(text)):
                found.update(name.value)
    return found


def _names(follow: Follow, happening: Happening) -> bool:
    return follow.kind is FollowKind.WORD or is_told_of(happening, follow.kind, follow.value)
