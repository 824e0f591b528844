"""What a command is: its name, what it does, who may use it and where."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from telegram import Update
from telegram.ext import ContextTypes

from bot.services import Services
from bot.text.languages import Texts
from handlers.guards import Role

Handler = Callable[[Services, Update, ContextTypes.DEFAULT_TYPE], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command; its help text has the key ``command.<name>``."""

    name: str
    run: Handler
    role: Role = Role.READER
    in_groups: bool = True

    def describe(self, texts: Texts) -> str:
        """Return its one-line description, as shown in menus and in the help."""
        return texts(f"command.{self.name}")


def visible_commands(commands: Iterable[Command], private: bool, role: Role) -> list[Command]:
    """Return the commands that somebody of this role is told about; others do not exist."""
    return [
        command for command in commands if (private or command.in_groups) and role.may(command.role)
    ]
