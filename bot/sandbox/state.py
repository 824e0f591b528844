"""The sandbox as a whole: the parts that the methods, the control interface and tests work on.

It knows nothing of HTTP.
"""

import secrets
from dataclasses import dataclass
from typing import Any

from bot.sandbox.clock import SandboxClock
from bot.sandbox.commands import CommandLists
from bot.sandbox.events import EventHub
from bot.sandbox.faults import Faults
from bot.sandbox.files import FileStore
from bot.sandbox.flood import Flood
from bot.sandbox.journal import Journal
from bot.sandbox.messages import MessageStore
from bot.sandbox.strict import Strict
from bot.sandbox.updates import UpdateQueue
from bot.sandbox.webhook import Webhook
from bot.sandbox.world import READER_ID, Chat, User, World

Json = dict[str, Any]

DEMO_TOKEN = "424242:sandbox-token-that-opens-nothing-real"  # noqa: S105 - opens nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A pressed button that the bot has not answered yet."""

    chat_id: int
    user_id: int
    pressed_at: int


class Sandbox:
    """Telegram in small: one bot, its chats, and everything said in them."""

    def __init__(
        self,
        *,
        clock: SandboxClock | None = None,
        token: str = DEMO_TOKEN,
        bot_name: str = "موجز",
        bot_username: str = "mujaz_bot",
        reader_language: str = "ar",
        display_zone: str = "Asia/Damascus",
    ) -> None:
        """Seed a world around one bot; the page shows times in ``display_zone``."""
        head, _, _ = token.partition(":")
        if not head.isdigit() or ":" not in token:
            raise ValueError("a bot token is a number, a colon and a secret")
        bot = User(id=int(head), first_name=bot_name, is_bot=True, username=bot_username)
        self.token = token
        self.display_zone = display_zone
        self.clock = clock or SandboxClock()
        self.events = EventHub()
        self.world = World(bot=bot, reader_language=reader_language)
        self.messages = MessageStore(self.world, self.clock)
        self.updates = UpdateQueue(self.clock)
        self.webhook = Webhook(self.updates, self.clock)
        self.commands = CommandLists(self.world)
        self.files = FileStore()
        self.journal = Journal()
        self.faults = Faults()
        self.strict = Strict()
        self.flood = Flood(self.clock)
        self.latency_s = 0.0
        self.queries: dict[str, Query] = {}
        self.inline: dict[str, Any] = {}  # of ``inline.InlineQuery``, by query id
        self.pins: dict[int, list[int]] = {}  # message numbers by chat, the newest last
        self._instances: dict[int, str] = {}
        self.clock.on_change(lambda moment: self.events.emit("clock", now=moment.isoformat()))

    @property
    def bot(self) -> User:
        """The one bot of this sandbox."""
        return self.world.bot

    @property
    def reader(self) -> User:
        """The person who sits at the chat page."""
        return self.world.users[READER_ID]

    def chat_instance(self, chat: Chat) -> str:
        """Return the opaque number by which Telegram marks the chat of a pressed button."""
        if chat.id not in self._instances:
            self._instances[chat.id] = str(secrets.randbits(62) - 2**61)
        return self._instances[chat.id]
