"""Consonant skeletons: a name in Latin letters meets the same name in Arabic ones.

Vowels and the letters that European spellings write freely (ع، ء، و، ي، h) are dropped, and
consonants that no two newsrooms tell apart in transliteration share one sign: «كركوك» and
"Kirkuk" are both ``krkk``, «دابشي» and "Dapchi" both ``tps``. Coarse on purpose; it only proposes.
The idea is Soundex's (R. Russell, 1918), with classes chosen for Arabic names.
"""

from __future__ import annotations

from functools import lru_cache

from bot.text.held import WORDS_HELD
from bot.text.normalize import is_arabic
from bot.text.stem import bare

LEAST = 3  # shorter skeletons meet too many words

_ARABIC = {
    "ب": "p", "ت": "t", "ث": "t", "ج": "j", "ح": "", "خ": "k", "د": "t", "ذ": "t", "ر": "r",
    "ز": "s", "س": "s", "ش": "s", "ص": "s", "ض": "t", "ط": "t", "ظ": "t", "ع": "", "غ": "k",
    "ف": "f", "ق": "k", "ك": "k", "ل": "l", "م": "m", "ن": "n", "ه": "", "و": "", "ي": "",
    "ا": "",
}  # fmt: skip
_PAIRS = (
    ("ksh", "ks"), ("tch", "s"), ("sch", "s"), ("sh", "s"), ("ch", "s"), ("kh", "k"), ("gh", "k"),
    ("th", "t"), ("dh", "t"), ("ph", "f"), ("ck", "k"), ("qu", "k"), ("x", "ks"), ("ce", "s"),
    ("ci", "s"),
)  # fmt: skip
_LATIN = {
    "b": "p", "p": "p", "v": "f", "f": "f", "d": "t", "t": "t", "z": "s", "s": "s", "c": "k",
    "k": "k", "q": "k", "g": "k", "j": "j", "l": "l", "m": "m", "n": "n", "r": "r",
}  # fmt: skip


def _squeeze(letters: str) -> str:
    """Return the letters with each run of one letter written once."""
    return "".join(
        letter for at, letter in enumerate(letters) if at == 0 or letters[at - 1] != letter
    )


@lru_cache(maxsize=WORDS_HELD)
def skeleton(word: str) -> str:
    """Return the consonant skeleton of a folded word, "" when it is too short to tell anything."""
    if is_arabic(word):
        signs = "".join(_ARABIC.get(letter, "") for letter in bare(word))
    else:
        latin = word
        for pair, sign in _PAIRS:
            latin = latin.replace(pair, sign)
        signs = "".join(_LATIN.get(letter, "") for letter in _squeeze(latin))
    return signs if len(signs) >= LEAST else ""
