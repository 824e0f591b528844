"""Telegram's own library as the judge of texts: only its pure functions, never a client."""

import json
from typing import Any

import pytest

tdjson = pytest.importorskip("tdjson")

NAMES = {
    "BlockQuote": "blockquote",
    "BotCommand": "bot_command",
    "CustomEmoji": "custom_emoji",
    "DateTime": "date_time",
    "EmailAddress": "email",
    "ExpandableBlockQuote": "expandable_blockquote",
    "MediaTimestamp": "media_timestamp",
    "MentionName": "text_mention",
    "PreCode": "pre",
    "TextUrl": "text_link",
}
_ARGUMENTS = ("url", "user_id", "language", "custom_emoji_id", "unix_time")

Found = tuple[int, int, str, str]


def execute(request: dict[str, Any]) -> dict[str, Any]:
    """Run one of the library's synchronous functions."""
    return dict(json.loads(tdjson.td_execute(json.dumps(request).encode())))


execute({"@type": "setLogVerbosityLevel", "new_verbosity_level": 0})


def found(text: dict[str, Any]) -> list[Found]:
    """Return the entities of a formattedText as (offset, length, Bot API type, argument)."""
    entities = []
    for entity in text["entities"]:
        kind = entity["type"]["@type"].removeprefix("textEntityType")
        argument = next((str(entity["type"][a]) for a in _ARGUMENTS if a in entity["type"]), "")
        entities.append(
            (entity["offset"], entity["length"], NAMES.get(kind, kind.lower()), argument)
        )
    return entities
