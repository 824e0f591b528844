"""Who and what exists in the sandbox: users, chats, forum topics and the bot's place in each chat.

What was said in the chats lives in ``messages``; what the bot is told about it in ``updates``.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

READER_ID = 1001
GROUP_ID = -1001000000001
CHANNEL_ID = -1001000000002
GENERAL_TOPIC_ID = 1

Json = dict[str, Any]


class Status(StrEnum):
    """The standing of a user, or of the bot, in a chat."""

    CREATOR = "creator"
    ADMINISTRATOR = "administrator"
    MEMBER = "member"
    RESTRICTED = "restricted"
    """Still inside, but without the right to write."""
    LEFT = "left"
    KICKED = "kicked"

    @property
    def inside(self) -> bool:
        """Whether one with this standing takes part in the chat."""
        return self not in (Status.LEFT, Status.KICKED)

    @property
    def rules(self) -> bool:
        """Whether one with this standing has administrator rights."""
        return self in (Status.CREATOR, Status.ADMINISTRATOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person, or the bot itself."""

    id: int
    first_name: str
    is_bot: bool = False
    username: str | None = None
    language_code: str | None = None

    def as_json(self) -> Json:
        """Return the Bot API object ``User``."""
        body: Json = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        if self.username:
            body["username"] = self.username
        if self.language_code:
            body["language_code"] = self.language_code
        return body


@dataclass(slots=True, kw_only=True)
class Chat:
    """A private chat, a group or a channel, with the standing of everyone known there."""

    id: int
    type: str
    title: str = ""
    username: str | None = None
    topics: dict[int, str] = field(default_factory=dict)
    statuses: dict[int, Status] = field(default_factory=dict)
    closed_topics: set[int] = field(default_factory=set)
    lacking: frozenset[str] = frozenset()
    """The rights of an administrator that the bot was not given here."""
    anonymous: bool = False
    """Whether the bot, as an administrator, acts in the name of the group."""
    linked: int | None = None
    """Of a channel the group in which its posts are commented on, and the other way round."""
    migrated_to: int | None = None
    """The supergroup that a basic group has become."""
    met_bot: bool = False
    """Whether the bot ever took part: Telegram hides private groups from a bot it never met."""

    @property
    def is_private(self) -> bool:
        """Whether this is a chat of one person with the bot."""
        return self.type == "private"

    @property
    def is_channel(self) -> bool:
        """Whether only administrators post here, in the chat's own name."""
        return self.type == "channel"

    def status(self, user_id: int) -> Status:
        """Return the standing of a user here; one never seen has left."""
        return self.statuses.get(user_id, Status.LEFT)

    def as_json(self) -> Json:
        """Return the Bot API object ``Chat``."""
        name = "first_name" if self.is_private else "title"
        body: Json = {"id": self.id, "type": self.type, name: self.title}
        if self.username:
            body["username"] = self.username
        if self.topics:
            body["is_forum"] = True
        return body


class World:
    """The users and chats of one sandbox, seeded with a small believable neighbourhood."""

    def __init__(self, *, bot: User, reader_language: str) -> None:
        self.bot = bot
        self.users: dict[int, User] = {bot.id: bot}
        self.chats: dict[int, Chat] = {}
        self.add_person(User(id=READER_ID, first_name="ليلى", language_code=reader_language))
        self.add_person(User(id=1002, first_name="سامر", language_code="ar"))
        self.add_person(User(id=1003, first_name="هدى", language_code="ar"))
        self.chats[GROUP_ID] = Chat(
            id=GROUP_ID,
            type="supergroup",
            title="أهل دير الزور",
            topics={GENERAL_TOPIC_ID: "General", 2: "موجز اليوم", 3: "نقاش"},
            statuses={
                READER_ID: Status.CREATOR,
                1003: Status.ADMINISTRATOR,
                1002: Status.MEMBER,
            },
        )
        self.chats[CHANNEL_ID] = Chat(
            id=CHANNEL_ID,
            type="channel",
            title="أخبار الفرات",
            username="furat_sample",
            statuses={READER_ID: Status.CREATOR, 1002: Status.MEMBER},
        )

    def add_person(self, user: User) -> Chat:
        """Add a person and their private chat with the bot; ValueError when the id is taken."""
        if user.id in self.users or user.id <= 0:
            raise ValueError(f"user id {user.id} is taken or not positive")
        self.users[user.id] = user
        chat = Chat(
            id=user.id,
            type="private",
            title=user.first_name,
            username=user.username,
            statuses={user.id: Status.MEMBER, self.bot.id: Status.MEMBER},
            met_bot=True,
        )
        self.chats[chat.id] = chat
        return chat

    def add_chat(self, *, kind: str, title: str, owner: User, username: str | None = None) -> Chat:
        """Add a group, supergroup or channel of ``owner``."""
        if kind not in ("group", "supergroup", "channel"):
            raise ValueError("a chat is a group, a supergroup or a channel")
        lowest = min(self.chats)
        chat_id = lowest - 1 if kind != "group" else -(len(self.chats) + 4000)
        chat = Chat(
            id=chat_id,
            type=kind,
            title=title,
            username=username,
            statuses={owner.id: Status.CREATOR},
        )
        self.chats[chat.id] = chat
        return chat

    def next_user_id(self) -> int:
        """Return an id that no user has."""
        return max(user_id for user_id in self.users if user_id != self.bot.id) + 1

    def find_chat(self, name: str | int) -> Chat | None:
        """Return the chat with this id, or with this ``@username``, as Telegram writes both."""
        text = str(name)
        if text.startswith("@"):
            wanted = text[1:].lower()
            return next(
                (c for c in self.chats.values() if c.username and c.username.lower() == wanted),
                None,
            )
        try:
            return self.chats.get(int(text))
        except ValueError:
            return None

    def bot_status(self, chat: Chat) -> Status:
        """Return the bot's standing in a chat."""
        return chat.status(self.bot.id)
