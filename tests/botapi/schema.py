"""The Bot API as ``schema.json`` of aiogram's source distribution states it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.botapi.judge import ARRAY, BotApi, Field, Shape

_INSIDE = ".butcher/schema/schema.json"
_SUBTYPE = re.compile(r"^ - (\w+)$", re.MULTILINE)


def fetched(version: str, folder: Path) -> Path | None:
    """Return the schema of an aiogram release, fetched once by pip; None without a registry."""
    kept = folder / f"aiogram-{version}.json"
    if kept.is_file():
        return kept
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--retries", "0"]
    command += ["--timeout", "10", "--no-binary", "aiogram", "--dest", str(folder)]
    done = subprocess.run([*command, f"aiogram=={version}"], capture_output=True, check=False)
    archive = folder / f"aiogram-{version}.tar.gz"
    if done.returncode or not archive.is_file():
        return None
    with tarfile.open(archive) as opened:
        name = next(one for one in opened.getnames() if one.endswith(_INSIDE))
        member = opened.extractfile(name)
        assert member is not None
        kept.write_bytes(member.read())
    return kept


def of_schema(path: Path) -> BotApi:
    """Return the Bot API that a schema file describes."""
    told = json.loads(path.read_text(encoding="utf-8"))
    items = [one for group in told["items"] for one in group["children"]]
    wide = {
        one["name"]: _SUBTYPE.findall(one["description"])
        for one in items
        if one["category"] == "types" and not one["annotations"]
    }
    return BotApi(
        version=told["api"]["version"],
        methods=_shapes(items, "methods", wide),
        types=_shapes(items, "types", wide),
    )


def _shapes(
    items: Iterable[dict[str, Any]], category: str, wide: dict[str, list[str]]
) -> dict[str, Shape]:
    return {
        one["name"]: {
            told["name"]: Field(frozenset(_kinds(told["type"], wide)), bool(told["required"]))
            for told in one["annotations"]
        }
        for one in items
        if one["category"] == category
    }


def _kinds(told: str, wide: dict[str, list[str]]) -> list[str]:
    """Return the types that words like «Array of InputMediaPhoto or InputMediaVideo» name."""
    if told.startswith(ARRAY):
        return [ARRAY + " or ".join(_kinds(told.removeprefix(ARRAY), wide))]
    parts = re.split(r", | or | and ", told)
    return [kind for part in parts for kind in (wide.get(part) or [part])]
