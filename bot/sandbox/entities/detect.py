"""What Telegram recognises in plain text by itself: commands, mentions, hashtags, addresses.

Phone and bank card numbers are left alone. Without a protocol an address must end in a country
code or in one of the common domains listed here; Telegram knows some more.
"""

import re
from collections.abc import Iterator

from bot.sandbox.entities.entity import Entity, utf16_offsets

_TAG = r"\w\u200c\u00b7\u0d80-\u0dff"
_COMMAND = re.compile(r"(?<![\w/<>])/[a-zA-Z0-9_]{1,64}(?:@[a-zA-Z0-9_]{3,32}|(?!@))(?![\w/<>])")
_MENTION = re.compile(r"(?<!\w)@([a-zA-Z0-9_]{2,32})(?!\w)")
_HASHTAG = re.compile(
    rf"(?<![{_TAG}])#(?=[{_TAG}]*[^\W\d_])([{_TAG}]+)(?:@\w{{3,32}})?(?![{_TAG}]*#)"
)
_CASHTAG = re.compile(rf"(?<![{_TAG}$])\$(?:1INCH|[A-Z]{{1,8}})(?:@\w{{3,32}})?(?![{_TAG}$])")
_EMAIL = re.compile(
    r"(?:[a-z0-9_-]{0,26}[.+]){0,10}[a-z0-9_-]{1,35}"
    r"@(?:(?:[a-z0-9][a-z0-9_-]{0,28})?[a-z0-9]\.){1,6}[a-z]{2,8}",
    re.IGNORECASE,
)
_SHORT_NAMES = frozenset(("gif", "vid", "pic"))

_GAPS = r"\u2000-\u200b\u200e\u200f\u2016-\u206f"
_HOST = rf"[A-Za-z0-9_.~\-\u00c0-\U0010ffff](?<![\s{_GAPS}])"
_PATH = rf"[^\s<>\"«»{_GAPS}]"
_HOST_RUN = re.compile(rf"(?:{_HOST})*")
_HOST_OR_AT_RUN = re.compile(rf"(?:{_HOST}|@)*")
_HOST_CHARACTER = re.compile(_HOST)
_USER_CHARACTER = re.compile(rf"[^\s/\[\]{{}}()'`<>\"@«»{_GAPS}]")
_PORT = re.compile(r":0*([1-9]\d{0,4})(?!\d)")
_PATH_RUN = re.compile(rf"[/?#]{_PATH}*")
_PROTOCOL = re.compile(r"(?:https?|ftp)://\Z", re.IGNORECASE)
_APP = re.compile(rf"(?:tg|ton)://[a-z0-9_-]{{1,253}}(?:[/?#]{_PATH}*)?", re.IGNORECASE)
_LOOSE_ENDS = ".:;,('?!`"
_PAIRS = {")": "(", "]": "[", "}": "{"}
_COMMON_DOMAINS = frozenset(
    re.findall(
        r"\S+",
        """aero app arab art asia bio biz blog cloud club com coop dev edu email events fm gov
        group info int jobs link live media mil mobi museum name net network news online org page
        press pro radio report reviews sh shop site social space store studio tech tel today top
        travel tv video vip website wiki work world xyz zone شبكة عرب سورية مصر قطر تونس المغرب
        السعودية امارات الاردن عمان فلسطين عراق سودان الجزائر موقع بازار كوم""",
    )
)
_COUNTRY = re.compile(r"[a-z]{2}")
_NO_COUNTRIES = frozenset(("ab", "aa", "xx", "zz", "qq", "oo", "ed", "en", "or", "if", "ok", "vs"))


def detect_entities(text: str) -> list[Entity]:
    """Return the entities that Telegram finds in ``text``, in order, none overlapping."""
    offsets = utf16_offsets(text)
    spans = sorted(_found(text), key=lambda span: (span[1], -span[2]))
    kept: list[Entity] = []
    for kind, begin, end in spans:
        if not kept or offsets[begin] >= kept[-1].end:
            length = offsets[end] - offsets[begin]
            kept.append(Entity(type=kind, offset=offsets[begin], length=length))
    return kept


def _found(text: str) -> Iterator[tuple[str, int, int]]:
    for match in _MENTION.finditer(text):
        if len(match[1]) >= 4 or match[1].lower() in _SHORT_NAMES:
            yield "mention", *match.span()
    for kind, pattern in (
        ("bot_command", _COMMAND),
        ("hashtag", _HASHTAG),
        ("cashtag", _CASHTAG),
    ):
        for match in pattern.finditer(text):
            yield kind, *match.span()
    for match in _APP.finditer(text):
        yield "url", match.start(), match.end() - _loose_end(match[0])
    yield from _addresses(text)


def _addresses(text: str) -> Iterator[tuple[str, int, int]]:
    """Find addresses around each dot, never looking back behind what was already judged."""
    start = 0
    while 0 <= (dot := text.find(".", start)) < len(text) - 1:
        begin, end, host = _around(text, start, dot)
        whole = text[begin:end].rstrip(_LOOSE_ENDS)
        protocol = _PROTOCOL.search(text, max(start, begin - 8), begin)
        before = text[begin - 1] if begin > start else " "
        clear = not (before.isalnum() or before in "_/#@")
        if _EMAIL.fullmatch(whole):
            yield "email", begin, begin + len(whole)
        elif protocol or clear:
            length = _address_length(text[begin:end], host, protocol=bool(protocol))
            if length:
                end = begin + length
                yield "url", protocol.start() if protocol else begin, end
        start = max(end, dot + 1)


def _around(text: str, start: int, dot: int) -> tuple[int, int, str]:
    """Return where a candidate around a dot begins and ends, and its host."""
    begin = dot
    while begin > start and _HOST_CHARACTER.match(text[begin - 1]):
        begin -= 1
    end = _end_of(_HOST_OR_AT_RUN, text, dot)
    at = text.rfind("@", dot, end)
    if at >= 0 or (begin > start and text[begin - 1] == "@"):
        host_begin = at + 1 if at >= 0 else begin
        begin = begin if at >= 0 else begin - 1
        while begin > start and _USER_CHARACTER.match(text[begin - 1]):
            begin -= 1
    else:
        host_begin = begin
    end = _end_of(_HOST_RUN, text, host_begin)
    host = text[host_begin:end]
    port = _PORT.match(text, end)
    if port and int(port[1]) <= 65535:
        end = port.end()
    return begin, _end_of(_PATH_RUN, text, end), host


def _end_of(pattern: re.Pattern[str], text: str, begin: int) -> int:
    found = pattern.match(text, begin)
    return found.end() if found else begin


def _address_length(whole: str, host: str, *, protocol: bool) -> int:
    """Return how much of a candidate is the address, 0 when it is none."""
    path_at = next((i for i, character in enumerate(whole) if character in "/?#"), len(whole))
    end = path_at + _path_length(whole[path_at:])
    if whole[:end].endswith(host):
        end -= len(host) - len(host.rstrip("."))
        host = host.rstrip(".")
    labels = host.split(".")
    if len(labels) < 2 or any(not 0 < len(part) < 64 or part.endswith("-") for part in labels):
        return 0
    if all(part.isdecimal() for part in labels):
        numbers = len(labels) == 4 and all(len(part) <= 3 and int(part) < 256 for part in labels)
        return end if numbers else 0
    last = labels[-1]
    if len(last) < 2 or "_" in last or "_" in labels[-2] or "-" in last.removeprefix("xn--"):
        return 0
    return end if protocol or _is_common(last) else 0


def _is_common(domain: str) -> bool:
    lower = domain.lower()
    if lower != domain and lower[1:] == domain[1:]:
        return False  # «end.The next» is two sentences, not an address
    if lower in _COMMON_DOMAINS:
        return True
    return bool(_COUNTRY.fullmatch(lower)) and lower not in _NO_COUNTRIES


def _path_length(path: str) -> int:
    """Return the length of a path without loose punctuation and unopened brackets at its end."""
    opened: dict[str, int] = dict.fromkeys(_PAIRS.values(), 0)
    for index, character in enumerate(path):
        if character in opened:
            opened[character] += 1
        elif character in _PAIRS:
            opened[_PAIRS[character]] -= 1
            if opened[_PAIRS[character]] < 0:
                path = path[:index]
                break
    length = len(path) - _loose_end(path)
    return 0 if path[:length] in ("?", "#") else length


def _loose_end(path: str) -> int:
    return len(path) - len(path.rstrip(_LOOSE_ENDS))
