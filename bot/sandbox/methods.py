"""The table of all Bot API methods that the sandbox knows."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from bot.sandbox import (
    inline,
    methods_bot,
    methods_chat,
    methods_edit,
    methods_pin,
    methods_send,
    methods_updates,
)
from bot.sandbox.params import Params
from bot.sandbox.state import Sandbox

Run = Callable[[Sandbox, Params], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Method:
    """A method by the name that Telegram gives it, and what carries it out."""

    name: str
    run: Run


_PARTS: tuple[dict[str, Run], ...] = (
    dict(inline.METHODS),
    dict(methods_bot.METHODS),
    dict(methods_chat.METHODS),
    dict(methods_edit.METHODS),
    dict(methods_pin.METHODS),
    dict(methods_send.METHODS),
    dict(methods_updates.METHODS),
)
_METHODS = {name.lower(): Method(name, run) for part in _PARTS for name, run in part.items()}


def find_method(name: str) -> Method | None:
    """Return the method of this name in any case, or None when the sandbox lacks it."""
    return _METHODS.get(name.lower())
