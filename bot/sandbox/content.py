"""What a request puts into a message: its text or caption, its file, its keyboard.

Requests are judged here in the order of the official server, so that of two mistakes the same one
is named.
"""

from typing import Any

from bot.sandbox.entities import Entity, FormattedText, MarkupError, format_text
from bot.sandbox.errors import bad_request
from bot.sandbox.files import StoredFile
from bot.sandbox.params import Params
from bot.sandbox.state import Sandbox
from bot.sandbox.world import Chat

LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024
LONGEST_MARKUP_BYTES = 1 << 15
MOST_ENTITY_BYTES = 9500
MOST_ENTITIES = 100
"""Telegram silently drops the styles beyond this number."""
_STYLELESS = frozenset(("url", "mention", "bot_command", "hashtag", "cashtag", "email"))
_ENTITY_OVERHEAD_BYTES = 16

Json = dict[str, Any]


def read_text(sandbox: Sandbox, params: Params) -> Json:
    """Return the text of a request with its entities, as it stands in the message."""
    raw = params.text("text")
    if not raw:
        raise bad_request("message text is empty")
    formatted = _formatted(raw, params, "entities")
    if not formatted.text:
        raise bad_request("text must be non-empty")
    if len(formatted.text) > LONGEST_TEXT:
        raise bad_request("message is too long")
    content: Json = {"text": formatted.text}
    if entities := entities_json(sandbox, formatted.entities):
        content["entities"] = entities
    options = params.nested("link_preview_options", "can't parse link preview options JSON object")
    if options is not None and not isinstance(options, dict):
        raise bad_request("object expected as link preview options")
    if options is None and params.flag("disable_web_page_preview"):
        options = {"is_disabled": True}
    if options:
        content["link_preview_options"] = options
    return content


def read_caption(sandbox: Sandbox, params: Params) -> Json:
    """Return the caption of a request with its entities; empty when it has none."""
    raw = params.text("caption")
    formatted = _formatted(raw, params, "caption_entities") if raw else FormattedText("")
    if len(formatted.text) > LONGEST_CAPTION:
        raise bad_request("message caption is too long")
    content: Json = {}
    if formatted.text:
        content["caption"] = formatted.text
    if entities := entities_json(sandbox, formatted.entities):
        content["caption_entities"] = entities
    if params.flag("show_caption_above_media"):
        content["show_caption_above_media"] = True
    return content


def _formatted(raw: str, params: Params, entities_name: str) -> FormattedText:
    if len(raw.encode()) > LONGEST_MARKUP_BYTES:
        raise bad_request("text is too long")
    given = params.nested(entities_name, "can't parse entities JSON object")
    entities = given if isinstance(given, list) else None
    if entities and not all(isinstance(entity, dict) for entity in entities):
        raise bad_request("can't parse MessageEntity: expected an Object")
    try:
        formatted = format_text(raw, parse_mode=params.text("parse_mode"), entities=entities)
    except MarkupError as error:
        raise bad_request(f"can't parse entities: {error}") from error
    except ValueError as error:
        raise bad_request(str(error)) from error
    if _entity_bytes(formatted.entities) > MOST_ENTITY_BYTES:
        raise bad_request("ENTITIES_TOO_LONG")
    return formatted


def _entity_bytes(entities: tuple[Entity, ...]) -> int:
    """Estimate how much room the styles take on Telegram's own wire."""
    return sum(
        _ENTITY_OVERHEAD_BYTES + len(entity.argument.encode())
        for entity in entities
        if entity.type not in _STYLELESS
    )


def entities_json(sandbox: Sandbox, entities: tuple[Entity, ...]) -> list[Json]:
    """Return entities as Bot API objects; mentions of people nobody knows are left out."""
    bodies = []
    styles = 0
    for entity in entities:
        styles += entity.type not in _STYLELESS
        if entity.type not in _STYLELESS and styles > MOST_ENTITIES:
            continue
        body = entity.as_json()
        if entity.type == "text_mention":
            user = sandbox.world.users.get(int(entity.argument or 0))
            if user is None:
                continue
            body["user"] = user.as_json()
        bodies.append(body)
    return bodies


def read_file(sandbox: Sandbox, params: Params, name: str, kind: str) -> StoredFile:
    """Return the file of a request: one uploaded now, or one known by its id."""
    upload = params.upload(name)
    if upload is not None:
        return sandbox.files.add(
            kind=kind, name=upload.name, mime_type=upload.mime_type, content=upload.content
        )
    given = params.text(name)
    if not given:
        raise bad_request(f"there is no {name} in the request")
    if given.startswith(("http://", "https://")):
        raise bad_request("failed to get HTTP URL content")
    stored = sandbox.files.get(given)
    if stored is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    return stored


def read_reply(sandbox: Sandbox, chat: Chat, params: Params) -> int | None:
    """Return the number of the message that a request replies to, None for none."""
    given = params.nested("reply_parameters", "can't parse reply parameters JSON object")
    if given is not None and not isinstance(given, dict):
        raise bad_request("object expected as reply parameters")
    wanted = int((given or {}).get("message_id", 0)) or params.number("reply_to_message_id")
    lenient = (given or {}).get("allow_sending_without_reply") or params.flag(
        "allow_sending_without_reply"
    )
    if not wanted:
        return None
    if sandbox.messages.get(chat.id, wanted) is None:
        if lenient:
            return None
        raise bad_request("message to be replied not found")
    return wanted
