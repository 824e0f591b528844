"""Pictures and documents described by JSON: members of an album, the new content of a message."""

from typing import Any

from bot.sandbox.content import read_caption, read_file
from bot.sandbox.errors import bad_request
from bot.sandbox.params import Params
from bot.sandbox.state import Sandbox

FEWEST, MOST = 2, 10
_FOLDERS = {"photo": "photos", "document": "documents"}

Json = dict[str, Any]


def read_album(sandbox: Sandbox, params: Params) -> list[Json]:
    """Return the contents of the messages of an album; 400 when it cannot be one."""
    media = params.nested("media", "can't parse media JSON object")
    if not isinstance(media, list):
        raise bad_request("expected an Array of InputMedia")
    if len(media) > MOST:
        raise bad_request("too many messages to send as an album")
    if len(media) < FEWEST:
        raise bad_request("too few messages to send as an album")
    if len({item.get("type") for item in media if isinstance(item, dict)}) > 1:
        raise bad_request("document can't be mixed with other media types")
    return [read_media(sandbox, params, item) for item in media]


def read_media(sandbox: Sandbox, params: Params, described: Any) -> Json:
    """Return the content of a message from an ``InputMedia``, its files among the request's."""
    if not isinstance(described, dict):
        raise bad_request("can't parse InputMedia: expected an Object")
    kind = described.get("type")
    if kind not in _FOLDERS:
        raise bad_request("can't parse InputMedia: Unsupported type specified")
    if not described.get("media"):
        raise bad_request("can't parse InputMedia: Can't find field \"media\"")
    inner = Params(described, params.uploads)
    caption = read_caption(sandbox, inner)
    stored = read_file(sandbox, inner, "media", _FOLDERS[kind])
    if kind == "document":
        return {"document": stored.as_document()} | caption
    spoiler = {"has_media_spoiler": True} if inner.flag("has_spoiler") else {}
    return {"photo": stored.as_photo()} | caption | spoiler
