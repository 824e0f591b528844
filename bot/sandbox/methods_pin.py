"""The methods that pin, unpin and react: what a bot does to a message without changing it."""

from typing import Any

from bot.sandbox.access import existing_message, pinning_chat, readable_chat
from bot.sandbox.errors import bad_request
from bot.sandbox.params import Params
from bot.sandbox.state import Sandbox
from bot.sandbox.world import Chat

_REACTIONS = frozenset(
    "👍👎🔥🥰👏😁🤔🤯😱🤬😢🎉🤩🤮💩🙏👌🕊🤡🥱🥴😍🐳🌚🌭💯🤣🍌🏆💔🤨😐🍓🍾💋🖕😈😴😭🤓👻👀🎃🙈😇😨🤝🤗🫡🎅🎄💅🤪🗿🆒💘🙉🦄😘💊🙊😎👾😡"
) | {"❤", "❤‍🔥", "⚡", "☃"}


async def pin_chat_message(sandbox: Sandbox, params: Params) -> bool:
    """Carry out ``pinChatMessage``: the message is named by a service message, as at Telegram."""
    chat = pinning_chat(sandbox, params)
    stored = existing_message(sandbox, chat, params, "message to pin")
    pins = sandbox.pins.setdefault(chat.id, [])
    number = int(stored.body["message_id"])
    if number not in pins:
        pins.append(number)
        shown = {key: value for key, value in stored.body.items() if key != "reply_to_message"}
        notice = sandbox.messages.add(
            chat,
            sandbox.bot,
            content={"pinned_message": shown},
            thread_id=stored.body.get("message_thread_id"),
        )
        sandbox.events.emit("message", chat_id=chat.id, message=notice)
    return True


async def unpin_chat_message(sandbox: Sandbox, params: Params) -> bool:
    """Carry out ``unpinChatMessage``: without a number, the newest."""
    chat = pinning_chat(sandbox, params)
    pins = sandbox.pins.get(chat.id, [])
    if not params.text("message_id"):
        if not pins:
            raise bad_request("message to unpin not found")
        pins.pop()
        return True
    stored = existing_message(sandbox, chat, params, "message to unpin")
    if stored.body["message_id"] in pins:
        pins.remove(stored.body["message_id"])
    return True


async def unpin_all_chat_messages(sandbox: Sandbox, params: Params) -> bool:
    """Carry out ``unpinAllChatMessages``."""
    sandbox.pins.pop(pinning_chat(sandbox, params).id, None)
    return True


async def set_message_reaction(sandbox: Sandbox, params: Params) -> bool:
    """Carry out ``setMessageReaction``."""
    chat: Chat = readable_chat(sandbox, params)
    stored = existing_message(sandbox, chat, params, "message to react")
    given: Any = params.nested("reaction", "can't parse reaction types JSON object") or []
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise bad_request("expected an Array of ReactionType")
    for one in given:
        if one.get("type") not in ("emoji", "custom_emoji", "paid"):
            raise bad_request("can't parse ReactionType: invalid reaction type specified")
        if one["type"] == "emoji" and one.get("emoji", "").removesuffix("\ufe0f") not in _REACTIONS:
            raise bad_request("REACTION_INVALID")
    if len(given) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    sandbox.events.emit(
        "reaction", chat_id=chat.id, message_id=stored.body["message_id"], reaction=given
    )
    return True


METHODS = {
    "pinChatMessage": pin_chat_message,
    "unpinChatMessage": unpin_chat_message,
    "unpinAllChatMessages": unpin_all_chat_messages,
    "setMessageReaction": set_message_reaction,
}
