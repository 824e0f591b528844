"""Catalogues: every text exists in every language, with the same parameters and plural forms."""

from __future__ import annotations

import ast
import io
import re
from importlib import resources
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from bot.text.languages import available_languages, texts

ROOT = Path(__file__).parents[3]
_PARAMETER = re.compile(r"\{(\w+)\}")
_KEY = re.compile(r"[a-z]+(?:\.[a-z_]+)+")


def _catalogue(code: str) -> Catalog:
    data = resources.files("bot.locales").joinpath(f"{code}.po").read_bytes()
    return read_po(io.BytesIO(data), locale=code, abort_invalid=True)


def _entries(code: str) -> dict[str, tuple[str, ...]]:
    entries = {}
    for message in _catalogue(code):
        if message.id:
            key = message.id[0] if isinstance(message.id, tuple | list) else message.id
            forms = (
                message.string if isinstance(message.string, tuple | list) else (message.string,)
            )
            entries[str(key)] = tuple(str(form) for form in forms)
    return entries


def _keys_in_code() -> set[str]:
    """Every string literal that has the form of a key whose first word is that of a catalogue."""
    areas = {key.split(".")[0] for key in _entries("en")}
    found = set()
    files = [*(ROOT / "bot").rglob("*.py"), *(ROOT / "handlers").rglob("*.py")]
    for path in files:
        if "store" in path.parts:  # "sources.id" is a column there
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                key = node.value
                if _KEY.fullmatch(key) and key.split(".")[0] in areas:
                    found.add(key)
    assert len(files) > 50
    return found


def test_arabic_and_english_have_the_same_keys_each_once() -> None:
    for code in available_languages():
        raw = resources.files("bot.locales").joinpath(f"{code}.po").read_text(encoding="utf-8")
        ids = re.findall(r'^msgid "(.+)"$', raw, flags=re.MULTILINE)
        assert len(ids) == len(set(ids))
        assert len(ids) > 60
        assert set(_entries(code)) == set(_entries("en"))


@pytest.mark.parametrize("code", available_languages())
def test_every_text_is_there_and_takes_the_same_parameters(code: str) -> None:
    english = _entries("en")
    for key, forms in _entries(code).items():
        assert all(form.strip() for form in forms), key
        expected = {name for form in english[key] for name in _PARAMETER.findall(form)}
        found = {name for form in forms for name in _PARAMETER.findall(form)}
        assert found == expected, key


def test_every_key_named_in_the_code_has_a_text() -> None:
    keys = _keys_in_code()

    assert len(keys) > 60
    assert keys <= set(_entries("ar"))


def test_arabic_counts_have_six_forms() -> None:
    plural = [forms for forms in _entries("ar").values() if len(forms) > 1]
    assert plural
    assert all(len(forms) == 6 for forms in plural)

    say = texts("ar")
    counted = [say.count("intake.paragraphs", n) for n in (0, 1, 2, 3, 11, 100)]

    assert counted == ["بلا فقرات", "فقرة واحدة", "فقرتان", "3 فقرات", "11 فقرة", "100 فقرة"]


def test_no_catalogue_text_begins_leftwards_in_arabic() -> None:
    for key, forms in _entries("ar").items():
        for form in forms:
            for line in re.sub(r"<[^>]+>", "", form).split("\n"):
                strong = re.search(r"[A-Za-z\u0600-\u06ff\u200f]|\{\w+\}", line)
                assert strong is None or not strong[0][0].isascii() or strong[0][0] == "{", (
                    key,
                    line,
                )


def test_a_parameter_is_isolated_and_escaped() -> None:
    shown = texts("ar").html("panel.title_of", chat="<b>Radio & Co</b>")

    assert "\u2068&lt;b&gt;Radio &amp; Co&lt;/b&gt;\u2069" in shown


def test_an_unknown_language_gets_the_default_one_and_a_missing_key_is_an_error() -> None:
    assert texts("xx").code == "ar"
    assert texts(None).code == "ar"
    assert texts("en-GB").code == "en"
    with pytest.raises(KeyError):
        texts("ar")("no.such_key")
