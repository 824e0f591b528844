"""Every feed of a folder through the production decoder and parser process.

    python -m tests.bench.feeds DIR [--json OUT]

For each file: how many articles came out, how many of them with text, time and link, and how many
characters look like letters of a wrong encoding. A file that is refused counts its reason; only a
parser that ends or hangs counts as a crash.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.errors import FeedError
from bot.sources.base import ParsedFeed
from bot.sources.parser import ParserProcess

SUFFIXES = (".xml", ".json", ".rss", ".atom", ".rdf", ".gz", ".html")
# UTF-8 read as Latin-1 or windows-1256, windows-1256 read as a Western encoding, lost bytes.
MOJIBAKE = re.compile(
    r"[ÃØÙÂ][\x80-\xbf\u2018-\u203a\u2020-\u2026]|[ظط][^\w\s\u064b-\u0652،.؛:!؟)»\"'\-]"
    r"|\ufffd|[ÇÈÊÍÏÑÓåäæ]{4,}"
)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def figures_of(feed: ParsedFeed) -> dict[str, Any]:
    """Return the figures of one feed."""
    every = [" ".join((one.title, *one.paragraphs)) for one in feed.articles]
    return {
        "items": len(feed.articles),
        "with_text": sum(any(map(str.isalpha, " ".join(one.paragraphs))) for one in feed.articles),
        "with_date": sum(one.published_at is not None for one in feed.articles),
        "with_link": sum(bool(one.url) for one in feed.articles),
        "mojibake": sum(len(MOJIBAKE.findall(text)) for text in every),
    }


async def read_all(paths: Sequence[Path]) -> dict[str, Any]:
    """Return the figures of all files."""
    worker = ParserProcess()
    files: dict[str, dict[str, Any]] = {}
    crashes = 0
    began = time.perf_counter()
    for path in paths:
        try:
            address = f"https://feed.example/{path.name}"
            feed = await worker.read(path.read_bytes(), content_type="", address=address, now=NOW)
            files[path.name] = figures_of(feed)
        except FeedError as error:
            crashes += error.key in ("error.feed.too_heavy", "error.feed.worker")
            files[path.name] = {**figures_of(ParsedFeed(title="", articles=())), "why": error.key}
    seconds = time.perf_counter() - began
    await worker.close()
    clean = [one for one in files.values() if one["items"] and not one["mojibake"]]
    return {
        "files": files,
        "files_without_mojibake_share": round(len(clean) / len(files), 4) if files else 0.0,
        "crashes": crashes,
        "seconds": round(seconds, 3),
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark, print a table, and write the figures with ``--json``."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path)
    options.add_argument("--json", type=Path)
    given = options.parse_args(arguments)
    paths = [one for one in sorted(given.folder.iterdir()) if one.suffix.lower() in SUFFIXES]
    figures = asyncio.run(read_all(paths))
    names = ("items", "with_text", "with_date", "with_link", "mojibake")
    print(f"{'file':<34}" + "".join(f"{name:>11}" for name in names))
    for name, one in figures["files"].items():
        row = "".join(f"{one[key]:>11}" for key in names)
        print(f"{name[:33]:<34}{row}  {one.get('why', '')}")
    print({key: value for key, value in figures.items() if key != "files"})
    if given.json:
        given.json.write_text(json.dumps(figures, ensure_ascii=False, indent=1), "utf-8")


if __name__ == "__main__":
    main()
