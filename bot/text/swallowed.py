"""What the preposition ل swallows of the article: «للجيش» is «ل» and «الجيش».

Without it a name that was taken from behind the preposition reads wrong («لجيش») and is not the one
that stands elsewhere.
"""

from __future__ import annotations

from bot.text.lexicon import word_set

_OWN = word_set("lam_words.txt")  # folded nouns that begin with a ل of their own
_PLURAL = ("ين", "ون")


def swallowed_by_lam(word: str, following: str) -> str:
    """Return what is missing before a folded word whose first ل was taken off: "ا", "ال" or "".

    ``word`` is given with that ل, ``following`` is the folded word after it in the same name, ""
    at its end. A noun with a ل of its own is written alike with the article and without it, so what
    stands behind it decides: «للجنة الدولية» is «اللجنة الدولية», «للجنة تحقيق» is «لجنة تحقيق».
    """
    own = word[1:]
    if not word.startswith("لل"):
        return ""
    if own not in _OWN:
        return "ا"
    if following:
        agrees = following.startswith("ال") and following[-1] == own[-1]
    else:
        agrees = own.endswith(_PLURAL)
    return "ال" if agrees else ""
