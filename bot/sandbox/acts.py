"""What else people do: change and delete messages, run topics, and let a group grow.

Like everything in ``conversation``, each act changes the world, tells the page, and becomes an
update where the real bot would see it.
"""

from typing import Any

from bot.sandbox.conversation import ActError, find, is_seen, spoken
from bot.sandbox.inline import InlineQuery
from bot.sandbox.messages import Stored
from bot.sandbox.state import Sandbox
from bot.sandbox.world import GENERAL_TOPIC_ID, Chat, Status, User

Json = dict[str, Any]


def edit(sandbox: Sandbox, *, chat_id: int, user_id: int, message_id: int, text: str) -> Json:
    """Let a person change the text of their message and return it."""
    chat, stored = _own(sandbox, chat_id, user_id, message_id)
    body = {k: v for k, v in stored.body.items() if k not in ("text", "entities")}
    body |= spoken(sandbox, text) | {"edit_date": sandbox.clock.unix()}
    sandbox.messages.replace(chat.id, message_id, body)
    sandbox.events.emit("edited", chat_id=chat.id, message=body)
    if is_seen(sandbox, chat, body):
        kind = "edited_channel_post" if chat.is_channel else "edited_message"
        sandbox.updates.put(kind, body)
    return body


def delete(sandbox: Sandbox, *, chat_id: int, user_id: int, message_id: int) -> None:
    """Let a person delete a message; the bot is not told, as at Telegram."""
    chat, user = find(sandbox, chat_id, user_id)
    stored = sandbox.messages.get(chat_id, message_id)
    may = chat.is_private or chat.status(user.id).rules
    if stored is None or not (may or stored.author_id == user.id):
        raise ActError(f"{user.first_name} cannot delete message {message_id}")
    sandbox.messages.delete(chat_id, message_id)
    sandbox.events.emit("deleted", chat_id=chat_id, message_id=message_id)


def _own(sandbox: Sandbox, chat_id: int, user_id: int, number: int) -> tuple[Chat, Stored]:
    chat, _ = find(sandbox, chat_id, user_id)
    stored = sandbox.messages.get(chat_id, number)
    if stored is None or stored.author_id != user_id or "text" not in stored.body:
        raise ActError(f"message {number} is no text of {user_id}")
    return chat, stored


def set_topic(chat: Chat, topic_id: int, state: str) -> None:
    """Close, reopen or delete a topic of a forum; ActError when it has none of that number."""
    if topic_id not in chat.topics or topic_id == GENERAL_TOPIC_ID:
        raise ActError(f"no topic {topic_id} in chat {chat.id}")
    match state:
        case "closed":
            chat.closed_topics.add(topic_id)
        case "open":
            chat.closed_topics.discard(topic_id)
        case "deleted":
            del chat.topics[topic_id]
            chat.closed_topics.discard(topic_id)
        case _:
            raise ActError("a topic is open, closed or deleted")


def migrate(sandbox: Sandbox, chat: Chat, actor: User) -> Chat:
    """Let a basic group become a supergroup and return that."""
    if chat.type != "group" or chat.migrated_to is not None:
        raise ActError(f"chat {chat.id} is no basic group")
    grown = sandbox.world.add_chat(kind="supergroup", title=chat.title, owner=actor)
    grown.statuses, grown.met_bot = dict(chat.statuses), chat.met_bot
    grown.lacking, grown.anonymous = chat.lacking, chat.anonymous
    for where, name, other in (
        (chat, "migrate_to_chat_id", grown),
        (grown, "migrate_from_chat_id", chat),
    ):
        message = sandbox.messages.add(where, actor, content={name: other.id})
        sandbox.events.emit("message", chat_id=where.id, message=message)
        if sandbox.world.bot_status(where).inside:
            sandbox.updates.put("message", message)
    chat.migrated_to = grown.id
    return grown


def choose(sandbox: Sandbox, *, query_id: str, result_id: str, chat_id: int) -> Json:
    """Let a person send one of the results of their inline query to a chat."""
    query: InlineQuery | None = sandbox.inline.get(query_id)
    if query is None or result_id not in query.contents:
        raise ActError(f"query {query_id} has no result {result_id}")
    chat, user = find(sandbox, chat_id, query.user_id)
    if chat.status(user.id) in (Status.LEFT, Status.KICKED):
        raise ActError(f"{user.first_name} cannot write in chat {chat_id}")
    content = {"via_bot": sandbox.bot.as_json()} | query.contents[result_id]
    message = sandbox.messages.add(chat, user, content=content)
    sandbox.events.emit("message", chat_id=chat.id, message=message)
    sandbox.updates.put(
        "chosen_inline_result",
        {"result_id": result_id, "from": user.as_json(), "query": query.text},
    )
    if is_seen(sandbox, chat, message):
        sandbox.updates.put("channel_post" if chat.is_channel else "message", message)
    return message
