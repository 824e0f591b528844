"""Plain text into an article: its title and its true paragraphs, letter for letter.

Ordinary text has a paragraph a line, or paragraphs between blank lines. Some texts come as one
long line instead: a list of paragraphs that somebody printed with a comma between its members,
so that sentences meet as ``نهاية., وبداية`` or, where a line break was lost, ``نهاية.وبداية``.
Here these are parted again. Only the joins go away; nothing else is changed, so that a quoted
paragraph is what its author wrote. HTML is read in :mod:`bot.text.html`.

Every step runs in time proportional to the text, whatever the text is.
"""

from __future__ import annotations

import re

from bot.errors import TextRefusedError
from bot.models import NewArticle

TITLE_LIMIT = 300  # characters; a longer first line is no headline but the text itself
LEAD_TITLE_LIMIT = 120  # characters of a title taken from the first sentence

_ARABIC = "\u0621-\u065f\u0670-\u06d3"  # letters with their marks, tatweel included
_TERMINAL = ".!?؟…"
_CLOSERS = "\"'»”’)]"
_END_CLASS = "".join(re.escape(mark) for mark in _TERMINAL)
_CLOSE_CLASS = "".join(re.escape(mark) for mark in _CLOSERS)

_NEWLINES = re.compile("\r\n|[\r\u2028\u2029]")
_BAD_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\ud800-\udfff]")
# A comma after the end of a sentence, with further commas of empty members; or a comma that
# is followed by nothing but another one.
_JOIN = re.compile(rf"(?<=[{_END_CLASS}{_CLOSE_CLASS}])\s*,(?:\s+,)*(\s*)|,(?:\s+,)+(\s*)")
# A sentence end that touches the Arabic word after it, quotation marks between them included.
_GLUE = re.compile(rf"(?<![.…])[.!?؟]([»”’)\]]*)([\"']?)(?=[«“(\[]?[{_ARABIC}]{{2}})")
_ARABIC_WORD_END = re.compile(rf"[{_ARABIC}]+$")
_LATIN_WORD_END = re.compile(r"[A-Za-z]+$")
_NUMBER_END = re.compile(r"\S\s+[^\s.]*[0-9٠-٩]+$")
_SENTENCE_END = re.compile(rf"[{_END_CLASS}][{_CLOSE_CLASS}]*(?=\s|$)")
_ABBREVIATIONS = frozenset({"دك", "ود", "وأ", "وم", "لد", "لأ", "بأ"})  # «ود.محمد», «لأ.ف.ب»
_LATIN_ABBREVIATIONS = (
    "Inc Ltd Co Corp Jr Sr St Mr Mrs Ms Dr Prof Gen Col Capt Lt Sgt Sen Gov Rep No vs etc al"
)
_LOOK_BACK = 80  # characters; no word is longer


def split_article(text: str) -> NewArticle:
    """Return the article in ``text``: a title line, then its paragraphs.

    A first line longer than any headline belongs to the text; its first sentence becomes the
    title. Raises TextRefusedError when the text is empty or is nothing but a title.
    """
    title, body = _title_and_body(clean(text))
    if not title:
        raise TextRefusedError(key="error.text.empty")
    if len(title) > TITLE_LIMIT:
        return _untitled(title + "\n\n" + body)
    paragraphs = split_body(body)
    if not paragraphs:
        raise TextRefusedError(key="error.text.no_body", title=title)
    return NewArticle(title=title, paragraphs=paragraphs)


def split_post(text: str) -> NewArticle:
    """Return the article in a pasted or forwarded text, which may lack a title line.

    The first line is the title when text follows it and it does not end like a sentence.
    Otherwise the first sentence is, and the whole text stays in the paragraphs. Raises
    TextRefusedError when there is no word in the text.
    """
    title, body = _title_and_body(clean(text))
    if not any(character.isalnum() for character in title + body):
        raise TextRefusedError(key="error.text.empty")
    paragraphs = split_body(body)
    if not paragraphs or len(title) > TITLE_LIMIT or _ends_a_sentence(title):
        return _untitled(title + "\n\n" + body)
    return NewArticle(title=title, paragraphs=paragraphs)


def split_body(body: str) -> tuple[str, ...]:
    """Return the paragraphs of a text without its title."""
    found: list[str] = []
    for line in _lines(clean(body)):
        for member in _unjoined(line):
            found.extend(_unglued(member))
    return tuple(found)


def title_from(text: str) -> str:
    """Return the first sentence of ``text`` verbatim, cut between words where it is long."""
    line = text.strip().partition("\n")[0].strip()
    end = _SENTENCE_END.search(line)
    sentence = line[: end.end()] if end else line
    if len(sentence) > LEAD_TITLE_LIMIT:
        head, space, _ = sentence[: LEAD_TITLE_LIMIT + 1].rpartition(" ")
        sentence = head if space else sentence[:LEAD_TITLE_LIMIT]
    return sentence.rstrip(" .،,؛:") or line[:LEAD_TITLE_LIMIT]


def clean(text: str) -> str:
    """Return ``text`` with one kind of newline and without what no text can hold.

    Control characters, byte order marks and lone surrogates come from broken files; a database
    or a message would refuse them.
    """
    return _BAD_CHARACTERS.sub("", _NEWLINES.sub("\n", text))


def _title_and_body(text: str) -> tuple[str, str]:
    title, _, body = text.strip().partition("\n")
    return title.strip(), body.strip()


def _untitled(text: str) -> NewArticle:
    paragraphs = split_body(text)
    if not paragraphs:
        raise TextRefusedError(key="error.text.empty")
    return NewArticle(title=title_from(paragraphs[0]), paragraphs=paragraphs)


def _ends_a_sentence(line: str) -> bool:
    return line.endswith(".") and not line.endswith("..")


def _lines(body: str) -> list[str]:
    """Return the lines of the body; hard-wrapped ones are put together again."""
    blocks = re.split(r"\n[^\S\n]*\n\s*", body.strip())
    lines: list[str] = []
    for block in blocks:
        members = [line.strip() for line in block.split("\n")]
        if len(blocks) > 1 and _is_wrapped(members):
            members = [" ".join(members)]
        lines.extend(member for member in members if member)
    return lines


def _is_wrapped(lines: list[str]) -> bool:
    """Tell whether a block of lines is one paragraph broken at a fixed width."""
    if len(lines) < 2 or len(lines[-1]) > 100:
        return False
    body = lines[:-1]
    even = all(50 <= len(line) <= 100 for line in body)
    ended = sum(1 for line in body if line[-1:] in _TERMINAL)
    return even and ended * 3 <= len(body)


def _unjoined(line: str) -> list[str]:
    """Part a line at the commas of a printed list."""
    members: list[str] = []
    start = 0
    for match in _JOIN.finditer(line):
        if _is_join(line, match):
            members.append(line[start : match.start()])
            start = match.end()
    members.append(line[start:])
    trimmed = [member.strip().lstrip(", ").strip() for member in members]
    return [member for member in trimmed if member]


def _is_join(line: str, match: re.Match[str]) -> bool:
    if match[2] is not None:  # a comma with nothing before the next one
        return True
    before = line[max(0, match.start() - _LOOK_BACK) : match.start()]
    core = before.rstrip(_CLOSERS)
    if core[-1:] not in _TERMINAL or not core:
        return False  # a quotation mark alone ends no sentence
    if not match[1] and line[match.end() : match.end() + 1].isascii():
        return match.end() == len(line)  # no space after the comma: only Arabic can follow
    word = core.rstrip(_TERMINAL + _CLOSERS).split(" ")[-1]
    if not _LATIN_WORD_END.search(word):
        return True
    following = line[match.end() : match.end() + 1]
    return core.endswith(".") and _ends_latin_sentence(word) and not following.islower()


def _ends_latin_sentence(word: str) -> bool:
    """Tell whether a full stop after this Latin word can be more than an abbreviation's."""
    letters = word.strip("\"'«»“”()[]")
    return "." not in letters and len(letters) > 1 and letters not in _LATIN_ABBREVIATIONS.split()


def _unglued(member: str) -> list[str]:
    """Part a text where a sentence end touches the next Arabic word."""
    pieces: list[str] = []
    start = counted = quotes = 0
    for match in _GLUE.finditer(member):
        quotes += member.count('"', counted, match.start(2))
        counted = match.start(2)
        if not _ends_before(member[max(0, match.start() - _LOOK_BACK) : match.start()]):
            continue
        # A straight quotation mark closes what is open; otherwise it opens the next sentence.
        end = match.end(2) if quotes % 2 and match[2] else match.start(2)
        pieces.append(member[start:end].strip())
        start = end
    pieces.append(member[start:].strip())
    return [piece for piece in pieces if piece]


def _ends_before(before: str) -> bool:
    """Tell whether a sentence can end after ``before``, where its full stop stands."""
    token = before.split()[-1] if before.split() else ""
    if "://" in token or "www." in token or "@" in token:
        return False
    if word := _ARABIC_WORD_END.search(token):
        return len(word[0]) > 1 and word[0] not in _ABBREVIATIONS
    if word := _LATIN_WORD_END.search(token):
        return _ends_latin_sentence(token)
    if token[-1:].isdigit():
        return _NUMBER_END.search(before) is not None  # «1.الأول» is a list's number
    return token[-1:] != "" and token[-1:] in _CLOSERS + "%٪"
