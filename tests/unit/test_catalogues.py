"""Every word that a reader sees comes from a catalogue, and every catalogue has every word."""

from __future__ import annotations

import ast
import io
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from bot.text.languages import available_languages
from tests.unit.delivery.oracle import parse

ROOT = Path(__file__).parents[2]
LOCALES = ROOT / "bot" / "locales"
KEY = re.compile(r"[a-z]+(?:[._][a-z0-9_]+)*\.(?:[a-z0-9_.]*[a-z0-9_])|unsupported")
FIELD = re.compile(r"\{(\w*)\}")
ARABIC = re.compile(r"[\u0621-\u064a]")
SPOKEN = (ROOT / "handlers", ROOT / "bot" / "delivery", ROOT / "bot" / "services")
SAYING = {"Button", "KeyboardButton", "reply_text", "reply_html", "send_message", "answer", "say"}
MARK = "\u200f"


@cache
def catalogue(code: str) -> Catalog:
    return read_po(io.BytesIO((LOCALES / f"{code}.po").read_bytes()), locale=code)


def messages(code: str) -> dict[str, tuple[str, ...]]:
    """Return every text of a catalogue, all plural forms, by key."""
    found = {}
    for message in catalogue(code):
        if message.id:
            key = message.id if isinstance(message.id, str) else message.id[0]
            texts = message.string if isinstance(message.string, list | tuple) else [message.string]
            found[key] = tuple(str(text) for text in texts)
    return found


def sources(*folders: Path) -> Iterator[tuple[Path, ast.Module]]:
    for folder in folders:
        for path in sorted(folder.rglob("*.py")):
            if "sandbox" not in path.parts:
                yield path, ast.parse(path.read_text(encoding="utf-8"))


def strings(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Yield every string that is not a docstring, with its line."""
    documentation = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or id(node) in documentation:
            continue
        if isinstance(node.value, str):
            yield node.value, node.lineno


@pytest.mark.parametrize("code", available_languages())
def test_every_catalogue_has_every_key_with_the_same_parameters_and_all_plural_forms(
    code: str,
) -> None:
    model, here = messages("ar"), messages(code)

    assert set(here) == set(model)
    assert len(here) > 250
    for key, texts in here.items():
        assert all(text.strip() for text in texts), key
        plural = len(model[key]) > 1
        assert len(texts) == (catalogue(code).num_plurals if plural else 1), key
        known = {name for text in model[key] for name in FIELD.findall(text)}
        assert {name for text in texts for name in FIELD.findall(text)} == known, key


def test_arabic_has_its_six_plural_forms() -> None:
    counted = [texts for texts in messages("ar").values() if len(texts) > 1]

    assert catalogue("ar").num_plurals == 6
    assert len(counted) >= 6


def test_every_key_that_the_code_names_is_there_and_every_key_there_is_named() -> None:
    known = set(messages("ar"))
    families = {key.split(".")[0] for key in known}
    named: set[str] = set()
    missing = []
    prefixes: set[str] = set()
    for path, tree in sources(ROOT / "bot", ROOT / "handlers"):
        for text, line in strings(tree):
            named.add(text)
            looks_like_one = KEY.fullmatch(text) and text.split(".")[0] in families
            if looks_like_one and text not in known and path.parts[-2] == "handlers":
                missing.append(f"{path.name}:{line} {text}")
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                prefixes.add(str(node.values[0].value))
    made = tuple(prefix for prefix in prefixes if prefix.count(".") and len(prefix) > 4)

    unused = {
        key
        for key in known - named
        if not key.startswith(made) and not key.endswith((".hint",)) and "error." not in key
    }
    assert not missing
    assert not unused


def test_no_word_for_readers_stands_in_the_code() -> None:
    arabic, latin, seen, known = [], [], 0, messages("ar")
    for path, tree in sources(*SPOKEN):
        for text, line in strings(tree):
            seen += 1
            if ARABIC.search(text) and text not in ("هـ",):
                arabic.append(f"{path.name}:{line} {text}")
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            first = node.args[0]
            said = str(first.value) if isinstance(first, ast.Constant) else ""
            if name in SAYING and said not in known and re.search("[A-Za-z]{2}", said):
                latin.append(f"{path.name}:{node.lineno} {said}")

    assert seen > 800
    assert not arabic
    assert not latin


@pytest.mark.parametrize("code", available_languages())
def test_every_text_is_accepted_by_telegram_and_begins_in_its_direction(code: str) -> None:
    for key, texts in messages(code).items():
        for text in texts:
            filled = FIELD.sub("7", text)
            shown = parse(filled).text if "<" in filled else filled
            if code != "ar":
                continue
            for line in shown.split("\n"):
                bare = re.sub("\u2068[^\u2069]*\u2069", "", line)
                assert not re.search("[A-Za-z]{2}", bare), (key, line)
                strong = re.search(rf"[^\W\d_]|{MARK}", bare)
                assert strong is None or not strong[0].isascii(), (key, line)


def test_adding_a_language_is_adding_one_file(tmp_path: Path) -> None:
    for name in ("bot", "handlers"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    english = (LOCALES / "en.po").read_text(encoding="utf-8")
    french = english.replace("Language: en", "Language: fr").replace("Welcome", "Bienvenue")
    (tmp_path / "bot" / "locales" / "fr.po").write_text(french, encoding="utf-8")
    program = """
from bot.text.languages import available_languages, texts
from bot.text.zones import own_name
from handlers.replying import _language
print(",".join(available_languages()), own_name("fr"), texts("fr-CA")("start.hello")[3:12])
"""
    ran = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path), "PYTHONIOENCODING": "utf-8", "PATH": ""},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )

    assert ran.stdout.split() == ["ar,en,fr", "Français", "Bienvenue"]
