"""A PDF with a text layer into an article. Runs in the worker.

Scanned pictures of text have no text layer and are refused; nothing is recognised here. Letters
that the PDF keeps in their joined shapes are turned back into the letters that people type.
"""

from __future__ import annotations

import io
import re
import unicodedata

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from bot.errors import FeedError, TextRefusedError
from bot.sources.base import ParsedFeed
from bot.text.html import html_line
from bot.text.paragraphs import split_post

_MOST_PAGES = 300
_SHAPES = re.compile("[\ufb50-\ufdff\ufe70-\ufefc]+")
_FEWEST_LETTERS = 20  # a scanned page with a stamp of text has fewer


def read_pdf(body: bytes) -> ParsedFeed:
    """Return the one article of a PDF; raises FeedError when it holds no text."""
    try:
        reader = PdfReader(io.BytesIO(body))
        pages = [page.extract_text() for page in reader.pages[:_MOST_PAGES]]
        told = html_line(reader.metadata.title or "") if reader.metadata else ""
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise FeedError(key="error.file.pdf_broken") from error
    text = "\n\n".join(_typed(page).strip() for page in pages)
    if sum(map(str.isalpha, text)) < _FEWEST_LETTERS:
        raise FeedError(key="error.file.pdf_no_text")
    try:
        article = split_post(text)
    except TextRefusedError as error:
        raise FeedError(key="error.file.pdf_no_text") from error
    return ParsedFeed(title=told, articles=(article,))


def _typed(text: str) -> str:
    return _SHAPES.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
