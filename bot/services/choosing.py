"""What a chat may choose, as fields with a value to read, to set and to set back.

Pure but for :class:`Choosing`, which keeps what was chosen. Sets are changed by "+x" and "-x" and
never by "the other way round": the same press twice, or by two admins at once, does no harm. Every
change has an inverse, which is what «undo» presses.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from weakref import WeakValueDictionary

from bot.clock import Clock
from bot.delivery.signature import LONGEST_SIGNATURE
from bot.models import Chat, Look, Subscription
from bot.store.base import ChatStore
from bot.text.dates import MONTHS, is_zone
from bot.text.languages import available_languages
from bot.text.markup import one_line, utf16_length
from bot.text.parties import parties
from bot.text.places import places

EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)
LENGTHS = (0, 5, 8, 12, 20)  # events in a digest; 0: as the installation says
LONGEST_WORD = 40
_MOST_TIMES = 6
_MOST_FILTERS = 20
_WALL_TIME = re.compile(r"([01]\d|2[0-3])([0-5]\d)", re.ASCII)
_QUIET = re.compile(r"([01]\d|2[0-3])([01]\d|2[0-3])", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """All that a chat has chosen, with the subscription of one of its topics.

    A subscription that is not there yet has the id 0 and is not active.
    """

    chat: Chat
    subscription: Subscription


class NotPossibleError(ValueError):
    """A value that a field cannot have, or a last one that cannot be taken away."""


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to choose; ``read`` returns its value as it would be set."""

    put: Callable[[Choices, str], Choices]  # raises NotPossibleError
    read: Callable[[Choices], str] | None = None  # None: a set, changed by "+x" and "-x"


def changed(choices: Choices, name: str, value: str) -> Choices:
    """Return the choices with one field set; NotPossibleError when it cannot be."""
    return FIELDS[name].put(choices, value)


def inverse(choices: Choices, name: str, value: str) -> str:
    """Return the value that undoes setting a field, "" when setting it changes nothing."""
    if changed(choices, name, value) == choices:
        return ""
    read = FIELDS[name].read
    if read is not None:
        return read(choices)
    return ("-" if value[0] == "+" else "+") + value[1:]


def _subscribed(choices: Choices, **values: object) -> Choices:
    return replace(choices, subscription=replace(choices.subscription, **values))  # type: ignore[arg-type]  # our own fields


def _with(held: tuple[str, ...], value: str, most: int, valid: bool) -> tuple[str, ...]:
    """Return a set of texts with one more or one less."""
    item = value[1:]
    if value[:1] == "-":
        return tuple(one for one in held if one != item)
    if value[:1] != "+" or not valid or (item not in held and len(held) >= most):
        raise NotPossibleError(value)
    return held if item in held else (*held, item)


def _times(choices: Choices, value: str) -> Choices:
    found = _WALL_TIME.fullmatch(value[1:])
    if found is None:
        raise NotPossibleError(value)
    written = f"{value[0]}{found[1]}:{found[2]}"
    times = _with(choices.subscription.times, written, _MOST_TIMES, valid=True)
    if not times:
        raise NotPossibleError(value)
    return _subscribed(choices, times=tuple(sorted(times)))


def _days(choices: Choices, value: str) -> Choices:
    held = tuple(str(day) for day in choices.subscription.weekdays)
    days = _with(held, value, 7, valid=value[1:] in {str(day) for day in EVERY_DAY})
    if not days:
        raise NotPossibleError(value)
    return _subscribed(choices, weekdays=tuple(sorted(int(day) for day in days)))


def _zone(choices: Choices, value: str) -> Choices:
    if not is_zone(value):
        raise NotPossibleError(value)
    moved = replace(choices, chat=replace(choices.chat, timezone=value))
    return _subscribed(moved, timezone=value)


def _language(choices: Choices, value: str) -> Choices:
    if value not in available_languages():
        raise NotPossibleError(value)
    spoken = replace(choices, chat=replace(choices.chat, language=value))
    return _subscribed(spoken, language=value)


def _quiet(choices: Choices, value: str) -> Choices:
    found = _QUIET.fullmatch(value)
    if value != "no" and (found is None or found[1] == found[2]):
        raise NotPossibleError(value)
    hours = replace(
        choices.subscription.delivery,
        quiet_from=f"{found[1]}:00" if found else "",
        quiet_until=f"{found[2]}:00" if found else "",
    )
    return _subscribed(choices, delivery=hours)


def _read_quiet(choices: Choices) -> str:
    options = choices.subscription.delivery
    return options.quiet_from[:2] + options.quiet_until[:2] if options.quiet_from else "no"


def _delivery_flag(name: str) -> Field:
    return _flag(
        lambda choices, on: _arriving(choices, **{name: on}),
        lambda choices: getattr(choices.subscription.delivery, name),
    )


def _arriving(choices: Choices, **values: object) -> Choices:
    delivery = replace(choices.subscription.delivery, **values)  # type: ignore[arg-type]  # our own fields
    return _subscribed(choices, delivery=delivery)


def _signature(choices: Choices, value: str) -> Choices:
    """Take "+text" for a signature, "no" for none."""
    line = one_line(value[1:])
    fits = 0 < utf16_length(line) <= LONGEST_SIGNATURE
    if value != "no" and (value[:1] != "+" or not fits):
        raise NotPossibleError(value)
    return _arriving(choices, signature="" if value == "no" else line)


def _read_signature(choices: Choices) -> str:
    signature = choices.subscription.delivery.signature
    return f"+{signature}" if signature else "no"


def _length(choices: Choices, value: str) -> Choices:
    if value not in {str(length) for length in LENGTHS}:
        raise NotPossibleError(value)
    return _filtered(choices, max_events=int(value))


def _filtered(choices: Choices, **values: object) -> Choices:
    filters = replace(choices.subscription.filters, **values)  # type: ignore[arg-type]  # our own fields
    return _subscribed(choices, filters=filters)


def _filter_set(name: str, valid: Callable[[str], bool]) -> Field:
    """Return the field of a filter that is a set of texts."""

    def put(choices: Choices, value: str) -> Choices:
        held = getattr(choices.subscription.filters, name)
        return _filtered(choices, **{name: _with(held, value, _MOST_FILTERS, valid(value[1:]))})

    return Field(put)


def _flag(put: Callable[[Choices, bool], Choices], read: Callable[[Choices], bool]) -> Field:
    """Return the field of something that is or is not."""

    def set_flag(choices: Choices, value: str) -> Choices:
        if value not in ("0", "1"):
            raise NotPossibleError(value)
        return put(choices, value == "1")

    return Field(set_flag, lambda choices: str(int(read(choices))))


def _filter_flag(name: str) -> Field:
    return _flag(
        lambda choices, on: _filtered(choices, **{name: on}),
        lambda choices: getattr(choices.subscription.filters, name),
    )


def _look_flag(name: str) -> Field:
    return _flag(
        lambda choices, on: _looking(choices, **{name: on}),
        lambda choices: getattr(choices.chat.look, name),
    )


def _looking(choices: Choices, **values: object) -> Choices:
    look: Look = replace(choices.chat.look, **values)  # type: ignore[arg-type]  # our own fields
    return replace(choices, chat=replace(choices.chat, look=look))


def _months(choices: Choices, value: str) -> Choices:
    if value != "no" and value not in MONTHS:
        raise NotPossibleError(value)
    return _looking(choices, months="" if value == "no" else value)


def _good_word(word: str) -> bool:
    return 0 < len(word.strip()) <= LONGEST_WORD and word.isprintable()


FIELDS: Mapping[str, Field] = {
    "on": _flag(
        lambda choices, on: _subscribed(choices, active=on),
        lambda choices: choices.subscription.active,
    ),
    "t": Field(_times),
    "d": Field(_days),
    "z": Field(_zone, lambda choices: choices.subscription.timezone),
    "l": Field(_language, lambda choices: choices.chat.language),
    "q": Field(_quiet, _read_quiet),
    "u": _delivery_flag("silent"),
    "b": _delivery_flag("pin"),
    "ed": _delivery_flag("edit_in_place"),
    "br": _delivery_flag("breaking"),
    "j": Field(_signature, _read_signature),
    "n": Field(_length, lambda choices: str(choices.subscription.filters.max_events)),
    "s": _filter_flag("short"),
    "e": _filter_flag("skip_quiet"),
    "c": _filter_flag("conflict_only"),
    "f": _filter_flag("chart"),
    "a": _filter_set("places", lambda place: place in places()),
    "y": _filter_set("parties", lambda party: party in parties()),
    "w": _filter_set("words_in", _good_word),
    "v": _filter_set("words_out", _good_word),
    "g": _look_flag("eastern_digits"),
    "m": Field(_months, lambda choices: choices.chat.look.months or "no"),
    "h": _look_flag("hijri"),
    "x": _look_flag("text_only"),
    "p": _look_flag("pictures"),
    "o": _look_flag("spoilers"),
}


class Choosing:
    """Reads and keeps what chats choose."""

    def __init__(self, store: ChatStore, clock: Clock, *, digest_time: str) -> None:
        self._store = store
        self._clock = clock
        self._digest_time = digest_time
        # Held by whoever waits: a lock that nobody holds is forgotten by itself.
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def of(self, chat_id: int, topic_id: int, known: Chat | None = None) -> Choices | None:
        """Return what a chat has chosen, None when it is not known; ``known`` was read just now."""
        chat = known or await self._store.chat(chat_id)
        if chat is None:
            return None
        current = await self._store.subscription(chat_id, topic_id)
        return Choices(chat=chat, subscription=current or self._none_yet(chat, topic_id))

    async def choose(
        self, chat_id: int, topic_id: int, name: str, value: str, *, known: Chat | None = None
    ) -> tuple[Choices, str] | None:
        """Set one field and keep it; return the choices now, and the value that undoes it.

        None when the chat is not known; NotPossibleError when the field cannot be set so. Two
        people who choose for one chat are taken one after the other.
        """
        lock = self._locks.setdefault(chat_id, asyncio.Lock())
        async with lock:
            before = await self.of(chat_id, topic_id, known)
            if before is None:
                return None
            undo = inverse(before, name, value)
            return await self._chosen(before, changed(before, name, value)), undo

    async def _chosen(self, before: Choices, wanted: Choices) -> Choices:
        if wanted == before:
            return before
        chat, subscription = wanted.chat, wanted.subscription
        if chat != before.chat:
            await self._store.set_chat_settings(
                chat.id, language=chat.language, timezone=chat.timezone, look=chat.look
            )
        if subscription != before.subscription:
            await self._keep(before.subscription, subscription)
        if before.subscription.id == 0:  # now it has a number
            return await self.of(chat.id, subscription.topic_id) or wanted
        return wanted

    async def _keep(self, before: Subscription, wanted: Subscription) -> None:
        """Keep a changed subscription, paused as long as nobody turns it on."""
        chat_id, topic_id, now = wanted.chat_id, wanted.topic_id, self._clock.now()
        if before.id == 0 and not wanted.active and not _chosen(before, wanted):
            return  # zone and language are the chat's; they need no subscription
        if before.id == 0 or (wanted.active and not before.active):
            await self._store.subscribe(
                chat_id,
                topic_id,
                times=wanted.times,
                timezone=wanted.timezone,
                language=wanted.language,
                now=now,
            )
        if not wanted.active and (before.active or before.id == 0):
            await self._store.pause(chat_id, topic_id, "reader")
        if replace(wanted, active=before.active, language=before.language) == before:
            return
        await self._store.choose(
            chat_id,
            topic_id,
            times=wanted.times,
            timezone=wanted.timezone,
            weekdays=wanted.weekdays,
            filters=wanted.filters,
            delivery=wanted.delivery,
            now=now,
        )

    def _none_yet(self, chat: Chat, topic_id: int) -> Subscription:
        return Subscription(
            id=0,
            chat_id=chat.id,
            topic_id=topic_id,
            times=(self._digest_time,),
            timezone=chat.timezone,
            language=chat.language,
            active=False,
            active_since_at=self._clock.now(),
        )


def _chosen(before: Subscription, wanted: Subscription) -> bool:
    """Tell whether more than zone and language differ."""
    alike = replace(wanted, timezone=before.timezone, language=before.language)
    return alike != before
