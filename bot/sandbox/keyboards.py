"""Keyboards under messages: what Telegram takes, and its words when it refuses."""

from typing import Any

from bot.sandbox.entities.links import checked_link, user_of_link
from bot.sandbox.errors import bad_request
from bot.sandbox.params import Params

MOST_DATA_BYTES = 64
MOST_BUTTONS = 100
MOST_COPY_CHARACTERS = 256
_OTHER_KINDS = frozenset(
    (
        "callback_game", "pay", "switch_inline_query", "switch_inline_query_chosen_chat",
        "switch_inline_query_current_chat", "login_url", "web_app",
    )
)  # fmt: skip
_OTHER_MARKUPS = frozenset(("keyboard", "remove_keyboard", "force_reply"))

Json = dict[str, Any]


def read_inline_keyboard(params: Params, *, any_markup: bool = True) -> Json | None:
    """Return the checked inline keyboard of a request, or None when it has none.

    Keyboards beneath the input field are accepted where ``any_markup`` allows them and then
    forgotten: Telegram does not return them with the message either.
    """
    markup = params.nested("reply_markup", "can't parse reply keyboard markup JSON object")
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" not in markup:
        if markup and not _OTHER_MARKUPS.isdisjoint(markup) and not any_markup:
            raise bad_request("inline keyboard expected")
        return None
    rows = markup["inline_keyboard"]
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request(
            'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays'
        )
    kept = [[_button(button) for button in row] for row in rows if row]
    if sum(map(len, kept)) > MOST_BUTTONS:
        raise bad_request("reply markup is too long")
    return {"inline_keyboard": kept} if kept else None


def _button(button: Any) -> Json:
    if not isinstance(button, dict):
        raise _unreadable("InlineKeyboardButton must be an Object")
    text = button.get("text")
    if not isinstance(text, str):
        raise _unreadable('Can\'t find field "text"')
    if not text.strip():
        raise bad_request("BUTTON_TEXT_INVALID" if text else "text buttons are unallowed")
    if url := button.get("url"):
        return _with_style(button, {"text": text, "url": _address(str(url))})
    if data := button.get("callback_data"):
        if len(str(data).encode()) > MOST_DATA_BYTES:
            raise bad_request("BUTTON_DATA_INVALID")
        return _with_style(button, {"text": text, "callback_data": str(data)})
    if "copy_text" in button:
        copied = str((button["copy_text"] or {}).get("text", ""))
        if not 1 <= len(copied) <= MOST_COPY_CHARACTERS:
            raise bad_request("BUTTON_COPY_TEXT_INVALID")
        return _with_style(button, {"text": text, "copy_text": {"text": copied}})
    for kind in _OTHER_KINDS:
        if kind in button:
            return _with_style(button, {"text": text, kind: button[kind]})
    raise _unreadable("Text buttons are unallowed in the inline keyboard")


def _with_style(button: Json, kept: Json) -> Json:
    return kept | {key: button[key] for key in ("style", "icon_custom_emoji_id") if key in button}


def _address(url: str) -> str:
    encoded = url.encode()
    if user_of_link(encoded):
        return url
    checked = checked_link(encoded).decode()
    if not checked:
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    return checked


def _unreadable(text: str) -> Exception:
    return bad_request(f"can't parse inline keyboard button: {text}")


def has_data(markup: Json | None, data: str) -> bool:
    """Whether a keyboard holds a button that sends ``data``."""
    rows = (markup or {}).get("inline_keyboard", [])
    return any(button.get("callback_data") == data for row in rows for button in row)
