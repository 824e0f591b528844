"""What people do in the sandbox: speak, press buttons, add and remove the bot.

Each act changes the world, tells the page, and becomes an update if the real bot would see it.
"""

import secrets
from typing import Any

from bot.sandbox.content import LONGEST_TEXT, entities_json
from bot.sandbox.entities import speak_text
from bot.sandbox.keyboards import has_data
from bot.sandbox.members import member
from bot.sandbox.state import Query, Sandbox
from bot.sandbox.world import GENERAL_TOPIC_ID, Chat, Status, User

Json = dict[str, Any]


class ActError(Exception):
    """A person cannot do that; the text says why."""


def find(sandbox: Sandbox, chat_id: int, user_id: int) -> tuple[Chat, User]:
    """Return chat and person of an act, or raise ActError."""
    chat = sandbox.world.chats.get(chat_id)
    user = sandbox.world.users.get(user_id)
    if chat is None:
        raise ActError(f"no chat {chat_id}")
    if user is None or user.is_bot:
        raise ActError(f"no person {user_id}")
    return chat, user


def say(
    sandbox: Sandbox,
    *,
    chat_id: int,
    user_id: int,
    content: Json,
    thread_id: int | None = None,
    reply_to: int | None = None,
) -> Json:
    """Let a person send a message and return it; ``content`` is all but its heading.

    ActError when that person cannot write there.
    """
    chat, user = find(sandbox, chat_id, user_id)
    status = chat.status(user_id)
    if chat.migrated_to is not None:
        raise ActError(f"chat {chat_id} is now {chat.migrated_to}")
    if not status.inside or (chat.is_channel and not status.rules):
        raise ActError(f"{user.first_name} cannot write in chat {chat_id}")
    if thread_id is not None and thread_id <= GENERAL_TOPIC_ID:
        thread_id = None
    if thread_id is not None and thread_id not in chat.topics:
        raise ActError(f"no topic {thread_id} in chat {chat_id}")
    if reply_to is not None and sandbox.messages.get(chat_id, reply_to) is None:
        raise ActError(f"no message {reply_to} in chat {chat_id}")
    if chat.is_private and sandbox.world.bot_status(chat) is Status.KICKED:
        set_bot_status(sandbox, chat, actor=user, status=Status.MEMBER)
    message = sandbox.messages.add(
        chat, user, content=content, thread_id=thread_id, reply_to=reply_to
    )
    sandbox.events.emit("message", chat_id=chat.id, message=message)
    if is_seen(sandbox, chat, message):
        sandbox.updates.put("channel_post" if chat.is_channel else "message", message)
    return message


def spoken(sandbox: Sandbox, text: str, *, name: str = "text") -> Json:
    """Return a typed text, or a caption, with what Telegram recognises in it."""
    formatted = speak_text(text)
    content: Json = {name: formatted.text} if formatted.text else {}
    if entities := entities_json(sandbox, formatted.entities):
        content["entities" if name == "text" else "caption_entities"] = entities
    return content


def split_text(text: str) -> list[str]:
    """Cut a long text as Telegram's apps do: at a line or word end, 4096 characters at most."""
    parts = []
    while len(text) > LONGEST_TEXT:
        head = text[:LONGEST_TEXT]
        cut = max(head.rfind("\n"), 0) or max(head.rfind(" "), 0) or LONGEST_TEXT
        parts.append(text[:cut])
        text = text[cut:].lstrip()
    return [*parts, text]


def is_seen(sandbox: Sandbox, chat: Chat, message: Json) -> bool:
    """Whether the bot gets a message: in groups it has privacy mode unless it is administrator."""
    status = sandbox.world.bot_status(chat)
    if chat.is_private or not status.inside:
        return chat.is_private
    if status.rules:
        return True
    if chat.is_channel:
        return False
    replied = message.get("reply_to_message", {})
    if replied.get("from", {}).get("id") == sandbox.bot.id:
        return True
    entities = message.get("entities") or message.get("caption_entities") or ()
    return any(_addresses_bot(sandbox, message, entity) for entity in entities)


def _addresses_bot(sandbox: Sandbox, message: Json, entity: Json) -> bool:
    begin, end = entity["offset"] * 2, (entity["offset"] + entity["length"]) * 2
    whole = str(message.get("text") or message.get("caption"))
    text = whole.encode("utf-16-le")[begin:end].decode("utf-16-le")
    name = f"@{sandbox.bot.username}".lower()
    match entity["type"]:
        case "mention":
            return text.lower() == name
        case "bot_command":
            return "@" not in text or text.lower().endswith(name)
        case "text_mention":
            return bool(entity["user"]["id"] == sandbox.bot.id)
    return False


def press(sandbox: Sandbox, *, chat_id: int, user_id: int, message_id: int, data: str) -> str:
    """Let a person press a button and return the id of the query; ActError when there is none."""
    chat, user = find(sandbox, chat_id, user_id)
    stored = sandbox.messages.get(chat_id, message_id)
    if stored is None or not has_data(stored.body.get("reply_markup"), data):
        raise ActError(f"message {message_id} in chat {chat_id} has no such button")
    query_id = str(secrets.randbits(62))
    sandbox.queries[query_id] = Query(
        chat_id=chat_id, user_id=user_id, pressed_at=sandbox.clock.unix()
    )
    sandbox.updates.put(
        "callback_query",
        {
            "id": query_id,
            "from": user.as_json(),
            "message": stored.body,
            "chat_instance": sandbox.chat_instance(chat),
            "data": data,
        },
    )
    return query_id


def set_bot_status(
    sandbox: Sandbox,
    chat: Chat,
    *,
    actor: User,
    status: Status,
    lacking: frozenset[str] = frozenset(),
    anonymous: bool = False,
) -> bool:
    """Give the bot another standing in a chat; False when it had that standing already.

    In a private chat «kicked» means that the person blocked the bot and «member» that they
    unblocked it. An administrator may be ``lacking`` some rights, or be anonymous.
    """
    old, inside = member(chat, sandbox.bot), sandbox.world.bot_status(chat).inside
    chat.statuses[sandbox.bot.id] = status
    chat.lacking, chat.anonymous = lacking, anonymous
    new = member(chat, sandbox.bot)
    if new == old:
        return False
    chat.met_bot = True
    sandbox.updates.put(
        "my_chat_member",
        {
            "chat": chat.as_json(),
            "from": actor.as_json(),
            "date": sandbox.clock.unix(),
            "old_chat_member": old,
            "new_chat_member": new,
        },
    )
    if chat.type in ("group", "supergroup") and inside is not status.inside:
        _announce(sandbox, chat, actor, joined=status.inside)
    sandbox.events.emit("membership", chat_id=chat.id, status=status.value)
    return True


def _announce(sandbox: Sandbox, chat: Chat, actor: User, *, joined: bool) -> None:
    """Leave the service message of the bot's coming or going in a group."""
    bot = sandbox.bot.as_json()
    content: Json = {"new_chat_members": [bot]} if joined else {"left_chat_member": bot}
    message = sandbox.messages.add(chat, actor, content=content)
    sandbox.events.emit("message", chat_id=chat.id, message=message)
    if joined:
        sandbox.updates.put("message", message)
