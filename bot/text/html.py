"""HTML into paragraphs, in time proportional to the text whatever the markup is.

Only text comes out: no markup, links, pictures or scripts. libxml2 parses (Python's own parser
and regular expressions need hours for what hostile pages hold); finding the article in a whole
page is not done here.
"""

from __future__ import annotations

import contextlib
import re

from lxml import etree

from bot.text.paragraphs import clean

_BLOCK_NAMES = (
    "address article aside blockquote body br caption center dd details dialog div dl dt fieldset"
    " figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr html legend li main nav ol option"
    " p pre section summary table tbody tfoot thead title tr ul video audio"
)
_SILENT_NAMES = (
    "script style template iframe object embed svg math head noembed noframes textarea select"
    " canvas map button"
)
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_SILENT = frozenset(_SILENT_NAMES.split())
_CELLS = frozenset({"td", "th"})
_SPACE = re.compile(r"[ \t\n\r\f\xa0]+")
_ENDS = " \u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_DIRECTION_MARKS = re.compile("[\u200b\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]")
_BREAK = "\n"
# The parser searches the open elements for every end tag. No page has so many; the rest of one
# that does is not read. They are counted after each piece of this many bytes.
_MAX_DEPTH = 1000
_PIECE = 100_000


def html_paragraphs(markup: str) -> tuple[str, ...]:
    """Return the paragraphs of an HTML text, in order, without empty ones."""
    lines = (_SPACE.sub(" ", line).strip(_ENDS) for line in _text_of(markup).split(_BREAK))
    return tuple(line for line in lines if line)


def html_line(markup: str) -> str:
    """Return an HTML text as one line without marks of direction, as fits a title."""
    text = " ".join(html_paragraphs(markup)) if "<" in markup or "&" in markup else clean(markup)
    return " ".join(_DIRECTION_MARKS.sub("", text).split())


def _text_of(markup: str) -> str:
    cleaned = clean(markup)
    if not cleaned.strip():
        return ""
    reader = _TextReader()
    parser = etree.HTMLParser(
        target=reader, encoding="utf-8", recover=True, no_network=True, huge_tree=True
    )
    # The leading element keeps libxml2 from guessing a paragraph around the first words.
    raw = b"<div>" + cleaned.encode("utf-8")
    with contextlib.suppress(etree.LxmlError):
        for start in range(0, len(raw), _PIECE):
            parser.feed(raw[start : start + _PIECE])
            if reader.depth > _MAX_DEPTH:
                break
        parser.close()
    return "".join(reader.pieces)


class _TextReader:
    """What libxml2 calls as it parses; no tree is built, so that no tree can be too big."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self._silent = 0
        self.depth = 0

    def start(self, tag: str, _attributes: object) -> None:
        """Take note of an opening tag."""
        self.depth += 1
        self._silent += tag in _SILENT
        self._border(tag)

    def end(self, tag: str) -> None:
        """Take note of a closing tag, written or implied."""
        self.depth -= 1
        self._silent -= tag in _SILENT
        self._border(tag)

    def data(self, text: str) -> None:
        """Keep a piece of text."""
        if not self._silent:
            self.pieces.append(text.replace(_BREAK, " "))

    def close(self) -> None:
        """Finish; lxml wants to be told."""

    def _border(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.pieces.append(_BREAK)
        elif tag in _CELLS:
            self.pieces.append(" ")
