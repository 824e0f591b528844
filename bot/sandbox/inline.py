"""Inline mode: what a person types behind the bot's name, and the result that they choose."""

import secrets
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.content import read_caption, read_text
from bot.sandbox.errors import bad_request
from bot.sandbox.keyboards import read_inline_keyboard
from bot.sandbox.params import Params
from bot.sandbox.state import Sandbox
from bot.sandbox.world import User

MOST_RESULTS = 50
LONGEST_ID_BYTES = 64
LIVES_S = 300
_EXPIRED = "query is too old and response timeout expired or query ID is invalid"

Json = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class InlineQuery:
    """What was typed, by whom and when, and the results that the bot gave."""

    user_id: int
    text: str
    asked_at: int
    results: list[Json] | None = None
    contents: dict[str, Json] = field(default_factory=dict)


def ask(sandbox: Sandbox, user: User, text: str, *, offset: str = "") -> str:
    """Let a person type a query and return its id."""
    query_id = str(secrets.randbits(62))
    sandbox.inline[query_id] = InlineQuery(
        user_id=user.id, text=text, asked_at=sandbox.clock.unix()
    )
    sandbox.updates.put(
        "inline_query",
        {
            "id": query_id,
            "from": user.as_json(),
            "query": text,
            "offset": offset,
            "chat_type": "sender",
        },
    )
    return query_id


async def answer_inline_query(sandbox: Sandbox, params: Params) -> bool:
    """Carry out ``answerInlineQuery``."""
    results = params.nested("results", "can't parse inline query results JSON object")
    if not isinstance(results, list):
        raise bad_request("expected an Array of InlineQueryResult")
    if len(results) > MOST_RESULTS:
        raise bad_request("RESULTS_TOO_MUCH")
    contents = {_identifier(result): _content(sandbox, result) for result in results}
    if len(contents) < len(results):
        raise bad_request("RESULT_ID_DUPLICATE")
    if len(params.text("next_offset").encode()) > LONGEST_ID_BYTES:
        raise bad_request("NEXT_OFFSET_INVALID")
    query = sandbox.inline.get(params.text("inline_query_id"))
    late = query is not None and sandbox.clock.unix() - query.asked_at > LIVES_S
    if query is None or late or query.results is not None:
        raise bad_request(_EXPIRED)
    query.results, query.contents = results, contents
    sandbox.events.emit("inline_answer", user_id=query.user_id, results=results)
    return True


def _identifier(result: Any) -> str:
    if not isinstance(result, dict):
        raise bad_request("can't parse inline query result: expected an Object")
    identifier = result.get("id")
    if not isinstance(identifier, str) or not 1 <= len(identifier.encode()) <= LONGEST_ID_BYTES:
        raise bad_request("RESULT_ID_INVALID")
    return identifier


def _content(sandbox: Sandbox, result: Json) -> Json:
    """Return the content of the message that a result would become."""
    kind = result.get("type")
    markup = read_inline_keyboard(Params(result))
    under = {"reply_markup": markup} if markup else {}
    given = result.get("input_message_content")
    if given is not None:
        if not isinstance(given, dict) or "message_text" not in given:
            raise bad_request("can't parse inline query result: unsupported message content")
        return read_text(sandbox, Params({**given, "text": given["message_text"]})) | under
    if kind == "article":
        raise bad_request("can't parse inline query result: message content is not specified")
    for name, shown in (("photo", "photo_file_id"), ("document", "document_file_id")):
        stored = sandbox.files.get(str(result.get(shown, "")))
        if kind == name and stored is not None:
            body: Json = {"photo": stored.as_photo()} if name == "photo" else {}
            body |= {"document": stored.as_document()} if name == "document" else {}
            return body | read_caption(sandbox, Params(result)) | under
    raise bad_request("can't parse inline query result: unsupported type specified")


METHODS = {"answerInlineQuery": answer_inline_query}
