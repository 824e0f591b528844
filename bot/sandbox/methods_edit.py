"""The methods that change or remove what stands in a chat, and the answer to a pressed button."""

from typing import Any

from bot.sandbox.access import existing_message, readable_chat, writable_chat
from bot.sandbox.content import read_caption, read_text
from bot.sandbox.errors import bad_request
from bot.sandbox.keyboards import read_inline_keyboard
from bot.sandbox.media import read_media
from bot.sandbox.messages import Stored
from bot.sandbox.params import Params
from bot.sandbox.state import Sandbox
from bot.sandbox.world import Chat, Status

Json = dict[str, Any]

QUERY_LIVES_S = 60
LONGEST_ANSWER = 200
_TEXT_FIELDS = ("text", "entities", "link_preview_options")
_CAPTION_FIELDS = ("caption", "caption_entities", "show_caption_above_media", "has_media_spoiler")
_MEDIA_FIELDS = ("photo", "document")
_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
_LASTING = ("forum_topic_created", "supergroup_chat_created", "channel_chat_created")


async def edit_message_text(sandbox: Sandbox, params: Params) -> Json:
    """Carry out ``editMessageText``."""
    content = read_text(sandbox, params)
    markup = read_inline_keyboard(params, any_markup=False)
    chat, stored = _own_message(sandbox, params)
    if "text" not in stored.body:
        raise bad_request("there is no text in the message to edit")
    kept = {k: v for k, v in stored.body.items() if k not in (*_TEXT_FIELDS, "reply_markup")}
    return _edited(sandbox, chat, stored, kept | content, markup)


async def edit_message_reply_markup(sandbox: Sandbox, params: Params) -> Json:
    """Carry out ``editMessageReplyMarkup``."""
    markup = read_inline_keyboard(params, any_markup=False)
    chat, stored = _own_message(sandbox, params)
    kept = {k: v for k, v in stored.body.items() if k != "reply_markup"}
    return _edited(sandbox, chat, stored, kept, markup)


async def edit_message_caption(sandbox: Sandbox, params: Params) -> Json:
    """Carry out ``editMessageCaption``."""
    content = read_caption(sandbox, params)
    markup = read_inline_keyboard(params, any_markup=False)
    chat, stored = _own_message(sandbox, params)
    if not any(name in stored.body for name in _MEDIA_FIELDS):
        raise bad_request("there is no caption in the message to edit")
    dropped = (*_CAPTION_FIELDS, "reply_markup")
    kept = {k: v for k, v in stored.body.items() if k not in dropped}
    return _edited(sandbox, chat, stored, kept | content, markup)


async def edit_message_media(sandbox: Sandbox, params: Params) -> Json:
    """Carry out ``editMessageMedia``."""
    described = params.nested("media", "can't parse media JSON object")
    content = read_media(sandbox, params, described)
    markup = read_inline_keyboard(params, any_markup=False)
    chat, stored = _own_message(sandbox, params)
    dropped = (*_TEXT_FIELDS, *_CAPTION_FIELDS, *_MEDIA_FIELDS, "reply_markup")
    kept = {k: v for k, v in stored.body.items() if k not in dropped}
    return _edited(sandbox, chat, stored, kept | content, markup)


def _own_message(sandbox: Sandbox, params: Params) -> tuple[Chat, Stored]:
    if not params.text("chat_id") and params.text("inline_message_id"):
        raise bad_request("MESSAGE_ID_INVALID")
    chat = readable_chat(sandbox, params)
    stored = existing_message(sandbox, chat, params, "message to edit")
    if stored.author_id != sandbox.bot.id:
        raise bad_request("message can't be edited")
    return chat, stored


def _edited(sandbox: Sandbox, chat: Chat, stored: Stored, body: Json, markup: Json | None) -> Json:
    if markup:
        body["reply_markup"] = markup
    compared = ("text", "entities", "reply_markup", *_CAPTION_FIELDS, *_MEDIA_FIELDS)
    if all(body.get(name) == stored.body.get(name) for name in compared):
        raise bad_request(_NOT_MODIFIED)
    sandbox.flood.check(chat.id)
    body["edit_date"] = sandbox.clock.unix()
    sandbox.messages.replace(chat.id, body["message_id"], body)
    sandbox.events.emit("edited", chat_id=chat.id, message=body)
    return body


async def delete_message(sandbox: Sandbox, params: Params) -> bool:
    """Carry out ``deleteMessage``."""
    if not params.text("chat_id"):
        raise bad_request("chat identifier is not specified")
    if params.number("message_id") <= 0:
        raise bad_request("message identifier is not specified")
    chat = writable_chat(sandbox, params)
    stored = existing_message(sandbox, chat, params, "message to delete")
    own = stored.author_id == sandbox.bot.id
    rules = sandbox.world.bot_status(chat) is Status.ADMINISTRATOR
    lasting = any(name in stored.body for name in _LASTING)
    if lasting or not (own or rules or chat.is_private):
        raise bad_request("message can't be deleted")
    if sandbox.messages.is_old(stored.body) and not rules:
        raise bad_request("message can't be deleted for everyone")
    sandbox.messages.delete(chat.id, stored.body["message_id"])
    sandbox.events.emit("deleted", chat_id=chat.id, message_id=stored.body["message_id"])
    return True


async def answer_callback_query(sandbox: Sandbox, params: Params) -> bool:
    """Carry out ``answerCallbackQuery``."""
    query_id = params.text("callback_query_id")
    text = params.text("text")
    if len(text) > LONGEST_ANSWER:
        raise bad_request("MESSAGE_TOO_LONG")
    query = sandbox.queries.pop(query_id, None)
    if query is None or sandbox.clock.unix() - query.pressed_at > QUERY_LIVES_S:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    sandbox.events.emit(
        "callback_answer",
        callback_query_id=query_id,
        chat_id=query.chat_id,
        user_id=query.user_id,
        text=text,
        show_alert=params.flag("show_alert"),
        url=params.text("url") or None,
    )
    return True


METHODS = {
    "editMessageText": edit_message_text,
    "editMessageCaption": edit_message_caption,
    "editMessageMedia": edit_message_media,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
    "answerCallbackQuery": answer_callback_query,
}
