"""The methods that put something new into a chat."""

import secrets
from typing import Any

from bot.sandbox.access import topic, writable_chat
from bot.sandbox.comments import forward
from bot.sandbox.content import read_caption, read_file, read_reply, read_text
from bot.sandbox.errors import bad_request
from bot.sandbox.keyboards import read_inline_keyboard
from bot.sandbox.media import read_album
from bot.sandbox.params import Params
from bot.sandbox.state import Sandbox

Json = dict[str, Any]

_ACTIONS = frozenset(
    (
        "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice",
        "upload_document", "choose_sticker", "find_location", "record_video_note",
        "upload_video_note",
    )
)  # fmt: skip


async def send_message(sandbox: Sandbox, params: Params) -> Json:
    """Carry out ``sendMessage``."""
    return _send(sandbox, params, read_text(sandbox, params))


async def send_photo(sandbox: Sandbox, params: Params) -> Json:
    """Carry out ``sendPhoto``."""
    caption = read_caption(sandbox, params)
    photo = read_file(sandbox, params, "photo", "photos").as_photo()
    spoiler = {"has_media_spoiler": True} if params.flag("has_spoiler") else {}
    return _send(sandbox, params, {"photo": photo} | caption | spoiler, "photos")


async def send_document(sandbox: Sandbox, params: Params) -> Json:
    """Carry out ``sendDocument``."""
    caption = read_caption(sandbox, params)
    document = read_file(sandbox, params, "document", "documents").as_document()
    return _send(sandbox, params, {"document": document} | caption, "documents")


async def send_chat_action(sandbox: Sandbox, params: Params) -> bool:
    """Carry out ``sendChatAction``."""
    action = params.text("action")
    if action not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat = writable_chat(sandbox, params)
    sandbox.events.emit(
        "chat_action",
        chat_id=chat.id,
        action=action,
        message_thread_id=topic(sandbox, chat, params),
    )
    return True


async def send_media_group(sandbox: Sandbox, params: Params) -> list[Json]:
    """Carry out ``sendMediaGroup``."""
    contents = read_album(sandbox, params)
    chat = writable_chat(sandbox, params, "photos")
    thread_id = topic(sandbox, chat, params)
    reply_to = read_reply(sandbox, chat, params)
    for _ in contents:  # each counts
        sandbox.flood.check(chat.id, paid=params.flag("allow_paid_broadcast"))
    album = {"media_group_id": str(secrets.randbits(60))}
    messages = [
        sandbox.messages.add(
            chat, sandbox.bot, content=content | album, thread_id=thread_id, reply_to=reply_to
        )
        for content in contents
    ]
    for message in messages:
        sandbox.events.emit("message", chat_id=chat.id, message=message)
    return messages


def _send(sandbox: Sandbox, params: Params, content: Json, what: str = "text messages") -> Json:
    markup = read_inline_keyboard(params)
    chat = writable_chat(sandbox, params, what)
    thread_id = topic(sandbox, chat, params)
    reply_to = read_reply(sandbox, chat, params)
    sandbox.flood.check(chat.id, paid=params.flag("allow_paid_broadcast"))
    if params.flag("protect_content"):
        content["has_protected_content"] = True
    if params.text("message_effect_id"):
        content["effect_id"] = params.text("message_effect_id")
    if markup:
        content["reply_markup"] = markup
    message = sandbox.messages.add(
        chat, sandbox.bot, content=content, thread_id=thread_id, reply_to=reply_to
    )
    sandbox.events.emit("message", chat_id=chat.id, message=message)
    forward(sandbox, chat, message)
    return message


METHODS = {
    "sendMediaGroup": send_media_group,
    "sendMessage": send_message,
    "sendPhoto": send_photo,
    "sendDocument": send_document,
    "sendChatAction": send_chat_action,
}
