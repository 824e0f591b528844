"""Files into articles: text in the customers' format, reports as JSON lines, and tables.

A file is either read whole or refused with a reason that its owner understands. How text
becomes paragraphs is decided in :mod:`bot.text.paragraphs`; storing is not done here.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.errors import FileRefusedError, TextRefusedError
from bot.models import NewArticle
from bot.sources.decoding import control_share, decode_file, has_utf16_mark
from bot.sources.reports import Report, read_reports
from bot.sources.tables import read_table
from bot.text.paragraphs import split_article

MEGABYTE = 1_000_000
_READ_SUFFIXES = (
    ".txt",
    ".jsonl",
    ".csv",
    ".html",
    ".htm",
    ".pdf",
)  # looked for in folders; a file named directly may have any
_MANY_LETTERS = 2_000_000  # read before they are stored
_BINARY_SHARE = 0.005  # of control characters; text has none

# What a file is by its first bytes, so that its owner is told more than "binary".
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
    (b"\xd0\xcf\x11\xe0", "office"),  # Word and Excel before 2007
    (b"{\\rtf", "office"),
    (b"PK\x03\x04", "archive"),
    (b"PK\x05\x06", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"BZh", "archive"),
    (b"\xfd7zXZ", "archive"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileArticle:
    """An article from a file with its outlet's name, empty where the file names none."""

    article: NewArticle
    source_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileContents:
    """What one file gave: its articles and, in a file of reports, what was wrong beside them."""

    articles: tuple[FileArticle, ...]
    refused: tuple[FileRefusedError, ...] = ()


def find_files(paths: Sequence[Path]) -> Iterator[Path]:
    """Yield the named files, and those of the named folders that may hold articles, sorted.

    Hidden files and linked folders inside a folder are left alone. What does not exist is
    yielded too, for :func:`read_file` to refuse by name.
    """
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        for folder, names, files in os.walk(path):
            names[:] = sorted(name for name in names if not name.startswith("."))
            for name in sorted(files):
                if name.lower().endswith(_READ_SUFFIXES) and not name.startswith("."):
                    yield Path(folder, name)


def read_file(
    path: Path, *, limit_mb: int = 20, columns: Mapping[str, str] | None = None
) -> FileContents:
    """Return the articles of a file of at most ``limit_mb`` megabytes; blocks while reading.

    ``columns`` names the columns of a table or of JSON lines (``title``, ``text``, ``url``,
    ``published_at``, ``source``) that are called otherwise. Web pages and PDFs are refused: they
    are read in the parser's process. Raises FileRefusedError with a key ``error.file.…`` and the
    file's name.
    """
    name = path.name or str(path)
    raw = _read(path, name, limit_mb)
    _refuse_binary(raw, name)
    text = decode_file(raw)
    if text is None:
        raise FileRefusedError(key="error.file.encoding", name=name)
    if not text.strip():
        raise FileRefusedError(key="error.file.empty", name=name)
    if path.suffix.lower() == ".jsonl":
        return _reports(read_reports(text, columns or {}), name)
    if path.suffix.lower() == ".csv":
        return _reports(read_table(text, columns or {}), name)
    if text.lstrip()[:15].lower().startswith(("<!doctype html", "<html", "<?xml")):
        raise FileRefusedError(key="error.file.web_page", name=name)
    try:
        return FileContents(articles=(FileArticle(article=split_article(text)),))
    except TextRefusedError as error:
        reason = "no_body" if error.key == "error.text.no_body" else "empty"
        raise FileRefusedError(key=f"error.file.{reason}", name=name) from error


def read_files(
    paths: Sequence[Path],
    *,
    limit_mb: int = 20,
    columns: Mapping[str, str] | None = None,
    enough: int = 100,
) -> list[FileContents | FileRefusedError]:
    """Return what :func:`read_file` says of the first of the files, of at least one.

    It stops when ``enough`` files or articles are read, or what would be a few large ones.
    """
    found: list[FileContents | FileRefusedError] = []
    articles = letters = 0
    for path in paths[:enough]:
        try:
            contents = read_file(path, limit_mb=limit_mb, columns=columns)
        except FileRefusedError as error:
            found.append(error)
            continue
        found.append(contents)
        articles += len(contents.articles)
        letters += sum(len(text) for one in contents.articles for text in one.article.paragraphs)
        if articles >= enough or letters >= _MANY_LETTERS:
            break
    return found


def read_bytes(path: Path, *, limit_mb: int = 20) -> bytes:
    """Return what is in a file; raises FileRefusedError as :func:`read_file` does."""
    return _read(path, path.name or str(path), limit_mb)


def _read(path: Path, name: str, limit_mb: int) -> bytes:
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):  # a pipe or device might never end
            raise FileRefusedError(key="error.file.not_a_file", name=name)
        if found.st_size > limit_mb * MEGABYTE:
            raise FileRefusedError(
                key="error.file.too_large",
                name=name,
                limit_mb=limit_mb,
                size_mb=-(-found.st_size // MEGABYTE),
            )
        with path.open("rb") as file:
            return file.read(limit_mb * MEGABYTE)
    except FileNotFoundError as error:
        raise FileRefusedError(key="error.file.missing", name=name) from error
    except (OSError, ValueError) as error:  # ValueError: a NUL inside the path
        raise FileRefusedError(str(error), key="error.file.unreadable", name=name) from error


def _refuse_binary(raw: bytes, name: str) -> None:
    if not raw:
        raise FileRefusedError(key="error.file.empty", name=name)
    for magic, kind in _MAGIC:
        if raw.startswith(magic):
            office = kind == "archive" and (
                b"word/" in raw[:4096] or b"[Content_Types]" in raw[:4096]
            )
            raise FileRefusedError(key=f"error.file.{'office' if office else kind}", name=name)
    if not has_utf16_mark(raw) and (b"\0" in raw or control_share(raw) > _BINARY_SHARE):
        raise FileRefusedError(key="error.file.binary", name=name)


def _reports(read: tuple[list[Report], list[int]], name: str) -> FileContents:
    reports, bad_lines = read
    refused: tuple[FileRefusedError, ...] = ()
    if bad_lines:
        refused = (
            FileRefusedError(
                key="error.file.bad_lines", name=name, n=len(bad_lines), line=bad_lines[0]
            ),
        )
    if not reports:
        raise refused[0] if refused else FileRefusedError(key="error.file.empty", name=name)
    articles = tuple(
        FileArticle(article=report.article, source_name=report.source_name) for report in reports
    )
    return FileContents(articles=articles, refused=refused)
