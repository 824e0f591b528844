"""The command lists that the bot set, by scope and language, and which of them a reader sees."""

from typing import Any

from bot.sandbox.errors import bad_request
from bot.sandbox.world import Chat, User, World

MOST = 100
_PLAIN_SCOPES = (
    "default",
    "all_private_chats",
    "all_group_chats",
    "all_chat_administrators",
)
_CHAT_SCOPES = ("chat", "chat_administrators", "chat_member")

Key = tuple[str, int, int]
Command = dict[str, str]


class CommandLists:
    """Command lists keyed by scope and two-letter language code («» is every language)."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._lists: dict[tuple[Key, str], list[Command]] = {}

    def put(self, scope: Key, language: str, commands: list[Command]) -> None:
        """Set the list of one scope and language."""
        self._lists[scope, language] = commands

    def get(self, scope: Key, language: str) -> list[Command]:
        """Return exactly the list of one scope and language."""
        return self._lists.get((scope, language), [])

    def drop(self, scope: Key, language: str) -> None:
        """Delete the list of one scope and language."""
        self._lists.pop((scope, language), None)

    def seen_by(self, user: User, chat: Chat) -> list[Command]:
        """Return what Telegram shows this user in this chat: the narrowest list there is."""
        for scope in self._scopes(user, chat):
            for language in (user.language_code or "", ""):
                if (scope, language) in self._lists:
                    return self._lists[scope, language]
        return []

    @staticmethod
    def _scopes(user: User, chat: Chat) -> list[Key]:
        if chat.is_private:
            return [("chat", chat.id, 0), ("all_private_chats", 0, 0), ("default", 0, 0)]
        scopes: list[Key] = [("chat_member", chat.id, user.id)]
        if chat.status(user.id).rules:
            scopes.append(("chat_administrators", chat.id, 0))
        scopes.append(("chat", chat.id, 0))
        if chat.status(user.id).rules:
            scopes.append(("all_chat_administrators", 0, 0))
        return [*scopes, ("all_group_chats", 0, 0), ("default", 0, 0)]

    def read_scope(self, scope: Any) -> Key:
        """Turn a ``BotCommandScope`` (None is the default) into a key, or refuse it."""
        if scope is None:
            return ("default", 0, 0)
        if not isinstance(scope, dict):
            raise bad_request("can't parse BotCommandScope: BotCommandScope must be an Object")
        kind = scope.get("type")
        if kind in _PLAIN_SCOPES:
            return (str(kind), 0, 0)
        if kind not in _CHAT_SCOPES:
            raise bad_request("can't parse BotCommandScope: Unsupported type specified")
        chat_id = scope.get("chat_id")
        if not chat_id:
            raise bad_request("can't parse BotCommandScope: Empty chat_id specified")
        chat = self._world.find_chat(chat_id)
        if chat is None:
            raise bad_request("chat not found")
        user_id = int(scope.get("user_id", 0)) if kind == "chat_member" else 0
        if kind == "chat_member" and user_id <= 0:
            raise bad_request("can't parse BotCommandScope: Invalid user_id specified")
        return (str(kind), chat.id, user_id)
