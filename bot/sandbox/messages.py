"""The messages of all chats, as complete Bot API objects.

Nobody's rights are judged here; that is the business of the methods.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.sandbox.clock import SandboxClock
from bot.sandbox.world import GENERAL_TOPIC_ID, Chat, User, World

DELETABLE_FOR = timedelta(hours=48)

Json = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Stored:
    """A message and who really wrote it (a channel post does not say)."""

    author_id: int
    body: Json


class MessageStore:
    """Messages by chat and number; numbers count up in each chat and are never used again."""

    def __init__(self, world: World, clock: SandboxClock) -> None:
        self._world = world
        self._clock = clock
        self._chats: dict[int, dict[int, Stored]] = {}
        self._last_ids: dict[int, int] = {}
        for chat in world.chats.values():
            for topic_id, name in chat.topics.items():
                if topic_id != GENERAL_TOPIC_ID:
                    self._open_topic(chat, topic_id, name)

    def _open_topic(self, chat: Chat, topic_id: int, name: str) -> None:
        """A topic's id is the number of the service message that opened it."""
        self._last_ids[chat.id] = topic_id - 1
        owner = next(u for u, status in chat.statuses.items() if status == "creator")
        opened = {"name": name, "icon_color": 7322096}
        self.add(
            chat,
            self._world.users[owner],
            thread_id=topic_id,
            content={"forum_topic_created": opened},
        )

    def add(
        self,
        chat: Chat,
        author: User,
        *,
        content: Json,
        thread_id: int | None = None,
        reply_to: int | None = None,
    ) -> Json:
        """Store a message of ``author`` and return it; ``content`` is what it consists of.

        A reply goes to the topic of what it replies to, unless it names another.
        """
        if thread_id is None and reply_to is not None:
            thread_id = self._chats[chat.id][reply_to].body.get("message_thread_id")
        number = self._last_ids.get(chat.id, 0) + 1
        self._last_ids[chat.id] = number
        body: Json = {"message_id": number}
        if chat.is_channel:
            body["sender_chat"] = chat.as_json()
        else:
            body["from"] = author.as_json()
        body |= {"chat": chat.as_json(), "date": self._clock.unix()}
        if thread_id is not None:
            body |= {"message_thread_id": thread_id, "is_topic_message": True}
        replied = self.get(chat.id, reply_to if reply_to is not None else thread_id or 0)
        if replied is not None:
            body["reply_to_message"] = {
                key: value for key, value in replied.body.items() if key != "reply_to_message"
            }
        body |= content
        self._chats.setdefault(chat.id, {})[number] = Stored(author_id=author.id, body=body)
        return body

    def get(self, chat_id: int, message_id: int) -> Stored | None:
        """Return a message that exists and was not deleted."""
        return self._chats.get(chat_id, {}).get(message_id)

    def replace(self, chat_id: int, message_id: int, body: Json) -> Json:
        """Put an edited message in the place of the old one and return it."""
        self._chats[chat_id][message_id].body = body
        return body

    def delete(self, chat_id: int, message_id: int) -> None:
        """Remove a message."""
        del self._chats[chat_id][message_id]

    def in_chat(self, chat_id: int, thread_id: int | None = None) -> list[Json]:
        """Return the messages of a chat in order, or of one topic (1 is the general topic)."""
        bodies = [stored.body for stored in self._chats.get(chat_id, {}).values()]
        if thread_id is None:
            return bodies
        wanted = None if thread_id <= GENERAL_TOPIC_ID else thread_id
        return [body for body in bodies if body.get("message_thread_id") == wanted]

    def last(self, chat_id: int) -> Json | None:
        """Return the newest message of a chat."""
        stored = next(reversed(self._chats.get(chat_id, {}).values()), None)
        return stored.body if stored else None

    def is_old(self, body: Json) -> bool:
        """Whether a message can no longer be deleted for everyone."""
        return bool(self._clock.unix() - body["date"] > DELETABLE_FOR.total_seconds())
