"""Every saved page of a folder through the production reader of pages.

    python -m tests.bench.pages DIR [--json OUT]

For each file: title, paragraphs and time of publication (in the zone of Damascus, as readers see
it). Speed is measured inside the parser's own code, against plain trafilatura on the same texts in
the same run, each the best of three.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import trafilatura

from bot.errors import FeedError
from bot.sources.base import BodyKind
from bot.sources.decoding import decode_markup
from bot.sources.page import read_page
from bot.sources.parser import ParserProcess

ZONE = ZoneInfo("Asia/Damascus")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
FEWEST_CHARS = 200  # of a body; less is a teaser


async def read_all(paths: Sequence[Path]) -> dict[str, dict[str, Any]]:
    """Return what the parser process finds in each page."""
    worker = ParserProcess()
    files: dict[str, dict[str, Any]] = {}
    for path in paths:
        address = f"https://page.example/{path.stem}"
        try:
            read = await worker.read(
                path.read_bytes(), content_type="", address=address, now=NOW, kind=BodyKind.PAGE
            )
        except FeedError as error:
            files[path.name] = {
                "paragraphs": 0,
                "published_at": None,
                "title": "",
                "why": error.key,
            }
            continue
        article = read.articles[0] if read.articles else None
        at = article.published_at if article else None
        text = article.paragraphs if article else ()
        files[path.name] = {
            "paragraphs": len(text),
            "published_at": at.astimezone(ZONE).isoformat() if at else None,
            "title": article.title if article else "",
            "chars": sum(map(len, text)),
            "text": list(text),
        }
    await worker.close()
    return files


def best_of_three(work: Callable[[str], object], texts: Sequence[str]) -> float:
    """Return the seconds that ``work`` takes for all texts."""
    durations = []
    for _ in range(3):
        began = time.perf_counter()
        for text in texts:
            work(text)
        durations.append(time.perf_counter() - began)
    return min(durations)


def speed(paths: Sequence[Path], words: int) -> dict[str, Any]:
    """Return pages and words a second, ours beside plain trafilatura's two ways."""
    texts = [decode_markup(path.read_bytes()) for path in paths]

    def ours(text: str) -> None:
        try:
            read_page(text, address="https://page.example/", now=NOW)
        except FeedError:
            return

    ways: dict[str, Callable[[str], object]] = {
        "mujaz": ours,
        "trafilatura_fast": lambda text: trafilatura.extract(text, fast=True),
        "trafilatura": lambda text: trafilatura.extract(text, with_metadata=True),
    }
    rates = {}
    for name, work in ways.items():
        seconds = best_of_three(work, texts)
        rates[name] = {
            "pages_per_s": round(len(texts) / seconds, 1),
            "words_per_s": round(words / seconds),
            "seconds_per_page": round(seconds / len(texts), 4),
        }
    return rates


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark, print a table, and write the figures with ``--json``."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path)
    options.add_argument("--json", type=Path)
    given = options.parse_args(arguments)
    paths = sorted([*given.folder.glob("*.html"), *given.folder.glob("*.htm")])
    files = asyncio.run(read_all(paths))
    words = sum(len(line.split()) for one in files.values() for line in one.get("text", ()))
    rates = speed(paths, words)
    found = sum(one.get("chars", 0) >= FEWEST_CHARS for one in files.values())
    figures = {
        "files": files,
        "body_found": round(found / len(files), 4) if files else 0.0,
        "date_found": sum(bool(one["published_at"]) for one in files.values()),
        "seconds_per_page": rates["mujaz"]["seconds_per_page"],
        "speed": rates,
    }
    for name, one in files.items():
        print(f"{name[:36]:<37}{one['paragraphs']:>4}  {one['published_at']}  {one['title'][:60]}")
    print({key: value for key, value in figures.items() if key != "files"})
    if given.json:
        given.json.write_text(json.dumps(figures, ensure_ascii=False, indent=1), "utf-8")


if __name__ == "__main__":
    main()
