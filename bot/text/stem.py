"""Light stems and 4-grams of folded words.

The stemmer takes clitics off the front and endings off the back and never looks for roots: it
follows light10 (L. Larkey, L. Ballesteros, M. Connell, "Improving stemming for Arabic information
retrieval", SIGIR 2002), with more clitics and the attached pronouns. Endings are taken off until
none is left, so a word and its derived form («فلسطين», «فلسطينية») meet.

A single letter in front may be a clitic or the word's own («بغارات», «برنامج»). Nothing in the word
tells, so such a word has two stems, with and without the letter, and is found under either.
"""

from __future__ import annotations

from functools import lru_cache

from bot.text.held import WORDS_HELD
from bot.text.lexicon import word_set
from bot.text.normalize import fold, is_arabic

GRAM = 4

# Longest first, with the fewest letters that must be left.
_ARTICLES = (
    ("وبال", 3), ("وكال", 3), ("فبال", 3), ("عال", 4), ("هال", 4), ("ولل", 3), ("فلل", 3),
    ("وال", 3), ("فال", 3), ("بال", 3), ("كال", 3), ("لل", 3), ("ال", 2),
)  # fmt: skip
_SINGLE = frozenset("وفبلك")
_SINGLE_LEAVES = 3
_ENDINGS = (
    ("هما", 3), ("كما", 4),
    ("ها", 3), ("هم", 3), ("هن", 3), ("نا", 3), ("كم", 4),
    ("ات", 3), ("ون", 3), ("ين", 3), ("ان", 3), ("وا", 3), ("يه", 3), ("يا", 3),
    ("ه", 3), ("ي", 3), ("ا", 3), ("ت", 3), ("و", 3),
)  # fmt: skip
_ENDINGS_BY_LAST = {
    last: tuple(one for one in _ENDINGS if one[0].endswith(last))
    for last in {ending[-1] for ending, _ in _ENDINGS}
}

_WHOLE = word_set("whole_words.txt")


@lru_cache(maxsize=WORDS_HELD)
def bare(word: str) -> str:
    """Return a folded word without the article and the clitics written onto it."""
    if word in _WHOLE or not is_arabic(word):
        return word
    for article, least in _ARTICLES:
        if word.startswith(article) and len(word) - len(article) >= least:
            return word[len(article) :]
    return word


def _without_endings(word: str) -> str:
    """Return the word without plural, feminine and pronoun endings."""
    again = True
    while again and word not in _WHOLE:
        again = False
        for ending, least in _ENDINGS_BY_LAST.get(word[-1:], ()):
            if word.endswith(ending) and len(word) - len(ending) >= least:
                word = word[: -len(ending)]
                again = True
                break
    return word


def _readings(word: str) -> list[str]:
    """Return the word, then without one leading clitic letter, then without two."""
    found = [bare(word)]
    if found[0] == word and word not in _WHOLE:
        rest = word
        while rest[0] in _SINGLE and len(rest) > _SINGLE_LEAVES and len(found) <= len("وب"):
            rest = rest[1:]
            found.append(rest)
    return found


@lru_cache(maxsize=WORDS_HELD)
def stems(word: str) -> tuple[str, ...]:
    """Return the light stems of a folded word: the one with its first letter, then others."""
    if is_arabic(word):
        return tuple(dict.fromkeys(_without_endings(reading) for reading in _readings(word)))
    if len(word) > GRAM and word.endswith("s") and not word.endswith("ss"):
        return (word[:-1],)  # an English plural
    return (word,)


def stem(word: str) -> str:
    """Return the light stem of a folded word known to bear no clitic letter."""
    return stems(word)[0]


def stem_of(text: str) -> str:
    """Return the light stem of one word as somebody wrote it, without clitic letters."""
    return stem(fold(text))


@lru_cache(maxsize=WORDS_HELD)
def grams(word: str) -> tuple[str, ...]:
    """Return the 4-letter pieces of a folded word without its article.

    A word of up to four letters is its own only piece.
    """
    core = bare(word)
    if len(core) <= GRAM:
        return (core,)
    return tuple(core[at : at + GRAM] for at in range(len(core) - GRAM + 1))
