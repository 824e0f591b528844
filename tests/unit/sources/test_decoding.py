"""Markup is decoded by what its bytes say before what anybody declares."""

from __future__ import annotations

import pytest

from bot.sources.decoding import decode_markup, looks_like_cp1256

ARABIC = "<p>أفادت مصادر محلية بعودة الأهالي إلى البلدة، وفتح الطرق طوال الظهر.</p>"
FRENCH = "<p>Les réfugiés sont rentrés à Alep où l'été était très chaud, dit-on.</p>"
GERMAN = "<p>Über die Rückkehr der Flüchtlinge wurde für Montag Näheres angekündigt, heißt es.</p>"
RUSSIAN = "<p>Жители вернулись в город сегодня утром, сообщили местные источники.</p>"


@pytest.mark.parametrize(
    ("raw", "content_type", "text"),
    [
        (ARABIC.encode(), "", ARABIC),
        (ARABIC.encode(), "text/xml; charset=windows-1256", ARABIC),
        (ARABIC.encode("utf-8-sig"), "", ARABIC),
        (ARABIC.encode("utf-16"), "text/xml; charset=utf-8", ARABIC),
        (ARABIC.encode("utf-16-le"), "", ARABIC),
        (ARABIC.encode("cp1256"), "", ARABIC),
        (ARABIC.encode("cp1256"), "text/xml; charset=utf-8", ARABIC),
        (ARABIC.encode("cp1256"), "text/xml; charset=ISO-8859-1", ARABIC),
        (ARABIC.encode("cp1256"), "text/xml; charset=no-such-thing", ARABIC),
        (ARABIC.encode("iso8859-6"), "text/xml; charset=iso-8859-6", ARABIC),
        (FRENCH.encode("latin-1"), "", FRENCH),
        (GERMAN.encode("latin-1"), "text/xml; charset=latin-1", GERMAN),
        (RUSSIAN.encode("cp1251"), "text/xml; charset=windows-1251", RUSSIAN),
    ],
)
def test_text_comes_out_as_written(raw: bytes, content_type: str, text: str) -> None:
    assert decode_markup(raw, content_type) == text


def test_the_prolog_is_believed_where_the_server_is_silent() -> None:
    raw = b'<?xml version="1.0" encoding="windows-1251"?>' + RUSSIAN.encode("cp1251")

    assert decode_markup(raw).endswith(RUSSIAN)


def test_one_broken_byte_in_utf8_spoils_one_letter_only() -> None:
    raw = ARABIC.encode()

    text = decode_markup(raw[:20] + b"\xff" + raw[20:])

    assert text.replace("\ufffd", "") == ARABIC.replace(ARABIC[12], ARABIC[12], 1)
    assert text.count("\ufffd") <= 3


def test_damaged_utf8_is_not_taken_for_windows_1256() -> None:
    assert not looks_like_cp1256(ARABIC.encode()[1:] + b"\xff")
    assert looks_like_cp1256(ARABIC.encode("cp1256"))


@pytest.mark.parametrize("charset", ["hex", "rot13", "utf-7", "unicode_escape", "x" * 99, "idna"])
def test_a_declared_encoding_cannot_be_used_as_a_tool(charset: str) -> None:
    assert decode_markup(b"<p>+ADw-\xe9</p>", f"text/xml; charset={charset}").startswith("<p>+ADw-")
