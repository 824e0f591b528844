"""Comments: a channel's posts come by themselves into the group that is linked to it."""

from typing import Any

from bot.sandbox.state import Sandbox
from bot.sandbox.world import Chat, User

Json = dict[str, Any]

_SERVICE = User(id=777000, first_name="Telegram")  # in whose name Telegram forwards posts
_KEPT = ("text", "entities", "caption", "caption_entities", "photo", "document")


def link(channel: Chat, group: Chat) -> None:
    """Let a group hold the comments of a channel; ValueError where that cannot be."""
    if not channel.is_channel or group.type != "supergroup":
        raise ValueError("a channel is linked to a supergroup")
    channel.linked, group.linked = group.id, channel.id


def forward(sandbox: Sandbox, channel: Chat, post: Json) -> None:
    """Bring a post into the group of its comments, if the channel has one; a bot there sees it."""
    group = sandbox.world.chats.get(channel.linked or 0) if channel.is_channel else None
    if group is None:
        return
    origin = {
        "type": "channel",
        "chat": channel.as_json(),
        "message_id": post["message_id"],
        "date": post["date"],
    }
    content = {key: post[key] for key in _KEPT if key in post} | {
        "sender_chat": channel.as_json(),
        "is_automatic_forward": True,
        "forward_origin": origin,
    }
    message = sandbox.messages.add(group, _SERVICE, content=content)
    sandbox.events.emit("message", chat_id=group.id, message=message)
    if sandbox.world.bot_status(group).rules:
        sandbox.updates.put("message", message)
