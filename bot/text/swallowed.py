"""What the preposition ل swallows of the article: «للجيش» is «ل» and «الجيش».

Without it a name that was taken from behind the preposition reads wrong («لجيش») and is not the one
that stands elsewhere.
"""

from __future__ import annotations

from bot.text.lexicon import labelled_words

_OWN, _FEMININE, _ADJECTIVES, _NOUNS = (
    frozenset(labelled_words("lam_words.txt")[label])
    for label in ("own", "feminine", "adjectives", "nouns")
)
_PLURAL = ("ين", "ون")


def has_own_lam(word: str) -> bool:
    """Tell whether a folded word begins with a ل that is no preposition: «بيان لجنة التحقيق»."""
    return word in _OWN


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
    return "ال" if _is_definite(own, following) else ""


def _is_definite(own: str, following: str) -> bool:
    """Tell whether what stands behind a noun shows that it bears the article.

    An adjective does («اللجنة العليا»), another noun does not («لجنة المتابعة»).
    """
    if own.endswith(_PLURAL):
        return not following or (following.startswith("ال") and following.endswith(_PLURAL))
    if own not in _FEMININE or not following.startswith("ال"):
        return False
    return following in _ADJECTIVES or (following.endswith("يه") and following not in _NOUNS)
