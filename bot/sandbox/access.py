"""Who may do what where: the checks that come before every method on a chat."""

from bot.sandbox.errors import bad_request, forbidden, migrated
from bot.sandbox.messages import Stored
from bot.sandbox.params import Params
from bot.sandbox.state import Sandbox
from bot.sandbox.world import GENERAL_TOPIC_ID, Chat, Status


def known_chat(sandbox: Sandbox, params: Params, name: str = "chat_id") -> Chat:
    """Return the chat of a request if the bot can know of it; 400 otherwise."""
    wanted = params.text(name)
    if not wanted:
        raise bad_request(f"{name} is empty")
    chat = sandbox.world.find_chat(wanted)
    if chat is None or not (chat.met_bot or chat.username):
        raise bad_request("chat not found")
    if chat.migrated_to is not None:
        raise migrated(chat.migrated_to)
    return chat


def readable_chat(sandbox: Sandbox, params: Params) -> Chat:
    """Return the chat of a request if the bot may look into it; 400 or 403 otherwise."""
    chat = known_chat(sandbox, params)
    if chat.is_private:
        return chat
    status = sandbox.world.bot_status(chat)
    if status is Status.KICKED:
        raise forbidden(f"bot was kicked from the {chat.type} chat")
    if status is Status.LEFT and not chat.username:
        raise forbidden(f"bot is not a member of the {chat.type} chat")
    return chat


def writable_chat(sandbox: Sandbox, params: Params, what: str = "text messages") -> Chat:
    """Return the chat of a request if the bot may write ``what`` there; 400 or 403 otherwise."""
    chat = readable_chat(sandbox, params)
    status = sandbox.world.bot_status(chat)
    if chat.is_private:
        if status is Status.KICKED:
            raise forbidden("bot was blocked by the user")
        return chat
    if not status.inside:
        raise forbidden(f"bot is not a member of the {chat.type} chat")
    if chat.is_channel and (not status.rules or "can_post_messages" in chat.lacking):
        raise bad_request("need administrator rights in the channel chat")
    if status is Status.RESTRICTED:
        raise bad_request(f"not enough rights to send {what} to the chat")
    return chat


def pinning_chat(sandbox: Sandbox, params: Params) -> Chat:
    """Return the chat of a request if the bot may pin there; 400 or 403 otherwise."""
    chat = readable_chat(sandbox, params)
    status = sandbox.world.bot_status(chat)
    if chat.is_private:
        return writable_chat(sandbox, params)
    right = "can_edit_messages" if chat.is_channel else "can_pin_messages"
    if not status.rules or right in chat.lacking:
        raise bad_request("not enough rights to manage pinned messages in the chat")
    return chat


def topic(sandbox: Sandbox, chat: Chat, params: Params) -> int | None:
    """Return the topic that a request names, None for none; 400 when it is gone or closed.

    The general topic cannot be named, just as at Telegram: its messages carry no topic.
    """
    if not params.text("message_thread_id"):
        return None
    wanted = params.number("message_thread_id")
    if wanted == 0:
        return None
    if wanted == GENERAL_TOPIC_ID or wanted not in chat.topics:
        raise bad_request("message thread not found")
    if wanted in chat.closed_topics and not sandbox.world.bot_status(chat).rules:
        raise bad_request("TOPIC_CLOSED")
    return wanted


def existing_message(sandbox: Sandbox, chat: Chat, params: Params, what: str) -> Stored:
    """Return the message that a request names; 400 «``what`` not found» when there is none."""
    message_id = params.number("message_id")
    if message_id <= 0:
        raise bad_request("message identifier is not specified")
    stored = sandbox.messages.get(chat.id, message_id)
    if stored is None:
        raise bad_request(f"{what} not found")
    return stored
