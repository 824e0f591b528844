"""Strict mode: every request is judged by a description of the Bot API that others wrote.

Telegram itself overlooks what it does not know, so a parameter with a slip in its name changes
nothing and nobody notices. In strict mode, which tests turn on, such a request is refused and
remembered. The sandbox only knows that there is a judge, and counts what was judged.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.errors import ApiError, bad_request

Judge = Callable[[str, Mapping[str, Any], Collection[str]], list[str]]
"""From a method, its parameters and the names of its files to what is wrong with them."""


@dataclass(slots=True)
class Strict:
    """What was judged so far, and what was found wrong; nothing is judged without a judge."""

    judge: Judge | None = None
    judged: int = 0
    wrong: list[str] = field(default_factory=list)

    def check(self, method: str, values: Mapping[str, Any], files: Collection[str] = ()) -> None:
        """Judge one request; raises the 400 that refuses a wrong one."""
        if self.judge is None:
            return
        self.judged += 1
        if problems := self.judge(method, values, files):
            self.wrong += [f"{method}: {problem}" for problem in problems]
            raise bad_request(f"not in the Bot API: {problems[0]}")

    def unknown(self, method: str) -> ApiError:
        """Note a method that the sandbox lacks; return its refusal."""
        if self.judge is not None:
            self.judged += 1
            self.wrong.append(f"{method}: no such method")
        return ApiError(404, "Not Found: method not found")
