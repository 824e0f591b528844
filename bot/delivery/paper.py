"""A digest as one file to keep or to print: HTML that needs nothing else, or plain text.

Pure: rendered messages in, bytes out. Quotes stay letter for letter; only the frame is new.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.models import Reply
from bot.text.markup import escape

_STYLE = (
    "body{font:1.1rem/1.8 system-ui,'Noto Naskh Arabic',serif;max-width:42rem;margin:2rem auto;"
    "padding:0 1rem;color:#1c1c1e;background:#fff}"
    "section{white-space:pre-line;unicode-bidi:plaintext}"
    "blockquote{margin:.5rem 0;padding:.2rem .8rem;border-inline-start:3px solid #8a8a8e}"
    "tg-spoiler{background:currentColor}tg-spoiler:hover,tg-spoiler:active{background:none}"
    "@media (prefers-color-scheme:dark){body{color:#eee;background:#1c1c1e}a{color:#8ab4f8}}"
)


def html_file(replies: Sequence[Reply], *, title: str, language: str, right_to_left: bool) -> bytes:
    """Return the messages as one page that needs nothing from anywhere."""
    direction = "rtl" if right_to_left else "ltr"
    sections = "\n".join(f"<section>{reply.html}</section>" for reply in replies)
    page = (
        f'<!doctype html>\n<html lang="{language}" dir="{direction}">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n{sections}\n</html>\n"
    )
    return page.encode()


def text_file(replies: Sequence[Reply]) -> bytes:
    """Return the messages as plain text, with a byte order mark for old programs on Windows."""
    return ("\ufeff" + "\n\n".join(reply.plain for reply in replies) + "\n").encode()
