"""What is embedded: the exact text that stands for a paragraph or a question in dense search.

Paragraph and question go through the same cleaning, which is milder than folding: vowel marks,
tatweel and invisible characters go (a model reads them as other words and the cosine halves),
presentation forms are opened and digits written in ASCII, but letters stay as they are spelt,
because the model has learnt them so. Vectors made from another cleaning are not comparable: a
change here needs another model name in ``bot.search.dense``.
"""

from __future__ import annotations

import re
import unicodedata

_MARKS = re.compile("[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640]")
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\u061c\u00ad]")


def clean(text: str) -> str:
    """Return ``text`` as the model shall read it, on one line."""
    text = unicodedata.normalize("NFKC", text)
    text = _INVISIBLE.sub("", _MARKS.sub("", text))
    text = "".join(
        str(unicodedata.decimal(character)) if character.isdecimal() else character
        for character in text
    )
    return " ".join(text.split())


def passage_text(title: str, text: str) -> str:
    """Return what is embedded for a paragraph: its article's title leads, as names stand there."""
    title, text = clean(title), clean(text)
    return f"{title}. {text}" if title else text


def question_text(text: str) -> str:
    """Return what is embedded for a question."""
    return clean(text)
