"""Bytes from strangers into text: which encoding they are in, and when there is none.

Arabic pages and files are UTF-8 or, from older programs, windows-1256, which is often not
declared or declared as something else. Both are told apart by what the bytes say, before what
anybody declares. What is done with the text is decided in the readers of files and feeds.
"""

from __future__ import annotations

import codecs
import contextlib
import re

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 200_000  # bytes or characters; enough to know an encoding by
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_CP1256_TEXT = re.compile(r"[\u0600-\u06ff\xa0\xab\xbb\xb7\xad\u2010-\u2026\u200c-\u200f]")
_ARABIC_RUN = re.compile(r"[\u0621-\u06d3]+")
_TAH_OR_ZAH = re.compile("[طظ]")  # the lead bytes of Arabic UTF-8, read as windows-1256
_PROLOG_ENCODING = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{2,40})""")
_CONTENT_TYPE_ENCODING = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9._-]{2,40})""", re.IGNORECASE)
# Encodings that nobody declares by mistake: their bytes could pass for windows-1256.
_SURE_NAMES = (
    "cp1251 koi8-r koi8-u iso8859-5 cp1253 iso8859-7 cp1255 iso8859-8 iso8859-6 big5 gbk gb18030"
    " shift_jis euc_jp euc_kr cp949 cp874 tis-620 cp1254 iso8859-9 cp1250 iso8859-2"
)
_SURE = frozenset(_SURE_NAMES.split())
# What else a feed may call itself; Python knows "encodings" that are no such thing.
_KNOWN = _SURE | {"utf-8", "ascii", "cp1252", "cp1256", "cp1257", "iso8859-1", "iso8859-15"}
_CONTROL_BYTES = bytes(byte for byte in range(32) if byte not in b"\t\n\r\x0b\x0c\x1b") + b"\x7f"


def decode_file(raw: bytes) -> str | None:
    """Return the text of a file that is UTF-8, UTF-16 with its mark, or windows-1256 Arabic.

    None when it is none of them without any doubt: a guess would put wrong letters into quotes.
    """
    encoding = _marked(raw) or "utf-8"
    try:
        return raw.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError:
        return raw.decode("cp1256") if encoding == "utf-8" and looks_like_cp1256(raw) else None


def decode_markup(raw: bytes, content_type: str = "") -> str:
    """Return the text of a feed or page; what cannot be read becomes U+FFFD.

    A byte order mark is believed first, then valid UTF-8 whatever was declared, then bytes that
    read as Arabic in windows-1256, then the declaration of the server or the prolog.
    """
    if encoding := _marked(raw) or _unmarked_utf16(raw):
        return raw.decode(encoding, "replace").removeprefix("\ufeff")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        pass
    declared = _declared(raw, content_type)
    if declared not in _SURE and looks_like_cp1256(raw):
        return raw.decode("cp1256")
    if declared in (None, "utf-8", "ascii") and not is_damaged_utf8(raw):
        declared = "cp1252"
    return raw.decode(declared or "utf-8", "replace")


def looks_like_cp1256(raw: bytes) -> bool:
    """Tell whether bytes that are not UTF-8 read as Arabic in windows-1256.

    Arabic words are runs of Arabic letters. French and German in Latin-1 give no such runs;
    damaged UTF-8 gives runs in which every other letter is tah or zah.
    """
    text = raw[:_SAMPLE].decode("cp1256")
    beyond = len(_BEYOND_ASCII.findall(text))
    arabic = len(_CP1256_TEXT.findall(text))
    runs = _ARABIC_RUN.findall(text)
    letters = sum(map(len, runs))
    if not runs or arabic < 0.95 * beyond or letters < 2.5 * len(runs):
        return False
    return len(_TAH_OR_ZAH.findall(text)) < 0.2 * letters


def is_damaged_utf8(raw: bytes) -> bool:
    """Tell whether the bytes are UTF-8 in which at most a few are broken."""
    text = raw[:_SAMPLE].decode("utf-8", "replace")
    broken = text.count("\ufffd")
    whole = len(_BEYOND_ASCII.findall(text)) - broken
    return whole > 10 * broken


def control_share(raw: bytes) -> float:
    """Return the share (0 to 1) of bytes that never occur in a text; NUL is one of them."""
    sample = raw[:_SAMPLE]
    if not sample:
        return 0.0
    return 1 - len(sample.translate(None, _CONTROL_BYTES)) / len(sample)


def has_utf16_mark(raw: bytes) -> bool:
    """Tell whether NUL bytes are to be expected, because the text says it is UTF-16 or 32."""
    return _marked(raw) in ("utf-16", "utf-32")


def _marked(raw: bytes) -> str | None:
    return next((name for mark, name in _BOMS if raw.startswith(mark)), None)


def _unmarked_utf16(raw: bytes) -> str | None:
    if raw.startswith(b"<\0"):
        return "utf-16-le"
    return "utf-16-be" if raw.startswith(b"\0<") else None


def _declared(raw: bytes, content_type: str) -> str | None:
    """Return the declared encoding by Python's name, the server's word before the prolog's."""
    found = _CONTENT_TYPE_ENCODING.search(content_type)
    prolog = _PROLOG_ENCODING.search(raw[:1024])
    names = [found[1]] if found else []
    names += [prolog[1].decode("ascii")] if prolog else []
    for name in names:
        with contextlib.suppress(LookupError):
            known = codecs.lookup("gbk" if name.lower() == "gb2312" else name).name
            if known in _KNOWN:
                return known
    return None
