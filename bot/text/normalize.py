"""Folding: one spelling for what readers and newsrooms write in many ways.

Folding serves comparison only: nothing folded is ever stored or shown. It drops vowel marks,
tatweel, zero-width and direction marks; unifies the forms of hamza and alef, ta marbuta with ha,
alef maqsura with ya; opens presentation forms; maps Persian, Urdu and Kurdish letters to their
Arabic neighbours; writes every decimal digit in ASCII; lowers Latin and strips its accents.

The rules for single letters are pyarabic's where it has one. They are applied once to every
character when this module is loaded, so that folding a text is a single ``str.translate``.
"""

from __future__ import annotations

import unicodedata
from itertools import chain

from pyarabic import araby

# Letters of languages written in Arabic script, by the Arabic letter that readers type instead.
_NEIGHBOURS = {
    "ک": "ك", "ڪ": "ك", "گ": "ك", "ڭ": "ك",
    "ی": "ي", "ې": "ي", "ے": "ي", "ى": "ي", "ێ": "ي", "ئ": "ي",
    "پ": "ب", "چ": "ج", "ژ": "ز", "ڤ": "ف", "ڥ": "ف", "ڨ": "ق",
    "ہ": "ه", "ھ": "ه", "ۀ": "ه", "ە": "ه", "ۃ": "ه", "ة": "ه",
    "ۆ": "و", "ۇ": "و", "ۋ": "و", "ؤ": "و",
    "ٱ": "ا", "ٲ": "ا", "ٳ": "ا", "ٵ": "ا",
    "ڵ": "ل", "ڕ": "ر", "ٹ": "ت", "ڈ": "د", "ڑ": "ر", "ں": "ن",
}  # fmt: skip

_INVISIBLE = (
    "\u00ad\u034f\u061c\u180e\u2060\u2061\u2062\u2063\u2064\ufeff"
    + "".join(map(chr, range(0x200B, 0x2010)))
    + "".join(map(chr, range(0x202A, 0x202F)))
    + "".join(map(chr, range(0x2066, 0x2070)))
    + "".join(map(chr, range(0xFE00, 0xFE10)))  # variation selectors
)

_BLOCKS = chain(
    range(0x0041, 0x0250),  # Latin
    range(0x0300, 0x0370),  # combining marks
    range(0x0600, 0x0700),  # Arabic
    range(0x0750, 0x0780),
    range(0x08A0, 0x0900),
    range(0x1E00, 0x1F00),  # Latin additional
    range(0xFB50, 0xFE00),  # presentation forms
    range(0xFE70, 0xFF00),
    range(0xFF10, 0xFF5B),  # full-width digits and Latin
)


def _fold_character(character: str) -> str:
    """Return what one character folds to, maybe nothing, maybe several letters."""
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    opened = unicodedata.normalize("NFKC", character)
    if len(opened) > 1 or opened != character:
        return "".join(_fold_character(part) for part in opened)
    if character in _NEIGHBOURS:
        return _NEIGHBOURS[character]
    if unicodedata.category(character) == "Mn" or character == araby.TATWEEL:
        return ""
    if "\u0600" <= character <= "\u06ff":
        letter = araby.normalize_hamza(character, method="tasheel")
        letter = araby.normalize_teh(araby.normalize_alef(letter))
        return "" if letter == araby.HAMZA else str(letter)
    base = "".join(
        part
        for part in unicodedata.normalize("NFKD", character)
        if unicodedata.category(part) != "Mn"
    )
    return base.lower()


def _build_table() -> dict[int, str]:
    """Return the folding of every character that does not fold to itself."""
    table = {ord(character): "" for character in _INVISIBLE}
    for code in _BLOCKS:
        folded = _fold_character(chr(code))
        if folded != chr(code):
            table[code] = folded
    return table


_TABLE = _build_table()


def fold(text: str) -> str:
    """Return ``text`` in the one spelling used for comparison; lengths and offsets change."""
    return text.translate(_TABLE)


def is_arabic(word: str) -> bool:
    """Tell whether a folded word is written in Arabic letters (by its first letter)."""
    return "\u0620" <= word[:1] <= "\u06ff" and not word[:1].isdecimal()
