"""Where a message leads on: the buttons under answers and timelines, the same everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.delivery.steps import steps_data
from bot.models import Button, Chat, ChatKind, FollowKind, Matter, Order, Reply
from bot.text.languages import texts
from bot.text.markup import shorten
from bot.text.matters import LETTERS, matter_name

_LABEL_UNITS = 24


def leading_on(matter: Matter, chat: Chat, *, told: bool) -> tuple[Button, ...]:
    """Return the buttons from an answer to the timeline of what it is about, and to follow it.

    Where nothing was ``told`` there is no timeline to open. In groups only admins may follow, and
    they have the command: no button there tempts everybody else.
    """
    say = texts(chat.language)
    row = [Button(say("alert.timeline"), steps_data(Order.TIMELINE, matter))] if told else []
    return (*row, *follow_button(matter, chat))


def follow_button(matter: Matter, chat: Chat) -> tuple[Button, ...]:
    """Return the button that follows something from under another message, in private."""
    if chat.kind is not ChatKind.PRIVATE:
        return ()
    say = texts(chat.language)
    if matter.kind is FollowKind.EVENT:
        label = say("follow.this_event")
    else:
        label = say("follow.this", name=shorten(matter_name(matter, say.code), _LABEL_UNITS))
    return (Button(label, f"k|*|{LETTERS[matter.kind]}|{matter.value}"),)


def verdicts(key: str) -> tuple[Button, ...]:
    """Return the buttons for judging an answer."""
    return Button("👍", f"f|{key}|u"), Button("👎", f"f|{key}|d")


def with_row(replies: Sequence[Reply], row: tuple[Button, ...]) -> list[Reply]:
    """Return the replies with a row of buttons more under the last."""
    *before, last = replies
    return [*before, replace(last, buttons=(*last.buttons, row))] if row else list(replies)
