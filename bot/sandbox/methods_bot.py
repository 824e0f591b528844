"""The methods about the bot itself: who it is, its commands and its descriptions."""

import re
from typing import Any

from bot.sandbox.commands import MOST, Command
from bot.sandbox.errors import bad_request
from bot.sandbox.params import Params
from bot.sandbox.state import Sandbox

Json = dict[str, Any]

_NAME = re.compile(r"[a-z0-9_]{1,32}")
_LANGUAGE = re.compile(r"|[a-z]{2}")
LONGEST_DESCRIPTION = 256


async def get_me(sandbox: Sandbox, params: Params) -> Json:  # noqa: ARG001 - takes no parameters
    """Carry out ``getMe``."""
    return sandbox.bot.as_json() | {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": True,
        "can_connect_to_business": False,
        "has_main_web_app": False,
        "has_topics_enabled": False,
        "allows_users_to_create_topics": False,
        "can_manage_bots": False,
        "supports_guest_queries": False,
    }


async def set_my_commands(sandbox: Sandbox, params: Params) -> bool:
    """Carry out ``setMyCommands``."""
    commands = params.nested("commands", "can't parse commands JSON object")
    if commands is None:
        commands = []
    if not isinstance(commands, list):
        raise bad_request("expected an Array of BotCommand")
    if len(commands) > MOST:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    checked = [_command(command) for command in commands]
    scope = _scope(sandbox, params)
    sandbox.commands.put(scope, _language(params), checked)
    sandbox.events.emit("commands")
    return True


def _command(command: Any) -> Command:
    if not isinstance(command, dict):
        raise bad_request("can't parse BotCommand: expected an Object")
    for name in ("command", "description"):
        if not isinstance(command.get(name), str):
            raise bad_request(f"can't parse BotCommand: Can't find field \"{name}\"")
    name = command["command"].removeprefix("/")
    if not _NAME.fullmatch(name):
        raise bad_request("BOT_COMMAND_INVALID")
    description = command["description"].strip()
    if not description:
        raise bad_request("command description must be non-empty")
    if len(description) > LONGEST_DESCRIPTION:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": name, "description": description}


async def get_my_commands(sandbox: Sandbox, params: Params) -> list[Command]:
    """Carry out ``getMyCommands``."""
    return sandbox.commands.get(_scope(sandbox, params), _language(params))


async def delete_my_commands(sandbox: Sandbox, params: Params) -> bool:
    """Carry out ``deleteMyCommands``."""
    sandbox.commands.drop(_scope(sandbox, params), _language(params))
    sandbox.events.emit("commands")
    return True


def _scope(sandbox: Sandbox, params: Params) -> tuple[str, int, int]:
    scope = params.nested("scope", "can't parse BotCommandScope JSON object")
    return sandbox.commands.read_scope(scope)


def _language(params: Params) -> str:
    language = params.text("language_code")
    if not _LANGUAGE.fullmatch(language):
        raise bad_request("invalid language code specified")
    return language


def _accept(name: str, longest: int) -> Any:
    """Make a method that takes a text about the bot, checks its length and keeps nothing."""

    async def accept(sandbox: Sandbox, params: Params) -> bool:  # noqa: ARG001 - same for all
        if len(params.text(name)) > longest:
            raise bad_request(f"bot {name.replace('_', ' ')} is too long")
        _language(params)
        return True

    return accept


METHODS = {
    "getMe": get_me,
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
    "setMyName": _accept("name", 64),
    "setMyDescription": _accept("description", 512),
    "setMyShortDescription": _accept("short_description", 120),
}
