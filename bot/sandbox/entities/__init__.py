"""Text as Telegram takes it: markup or explicit entities in, plain text and entities out.

``html`` reads Telegram's HTML, ``links`` judges the addresses in it, ``detect`` finds mentions,
commands and addresses written in plain text, ``tidy`` trims and sorts the result. ``formatted``
joins them in the order of the official server. Offsets are UTF-16 code units throughout.
"""

from bot.sandbox.entities.entity import Entity, utf16_length
from bot.sandbox.entities.formatted import FormattedText, format_text, speak_text
from bot.sandbox.entities.html import MarkupError, parse_html

__all__ = [
    "Entity",
    "FormattedText",
    "MarkupError",
    "format_text",
    "parse_html",
    "speak_text",
    "utf16_length",
]
