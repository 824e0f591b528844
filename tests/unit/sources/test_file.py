"""Files are read whole or refused by name with a reason their owner understands."""

from __future__ import annotations

import codecs
import hashlib
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.errors import FileRefusedError
from bot.sources.file import find_files, read_file

TEXT = 'عودة الأهالي\n\nعاد الأهالي إلى البلدة اليوم.\nوقال مسؤول "فتحت المدارس أبوابها، والطرق".\n'
PARAGRAPHS = ("عاد الأهالي إلى البلدة اليوم.", 'وقال مسؤول "فتحت المدارس أبوابها، والطرق".')


def _refusal(path: Path, limit_mb: int = 20) -> FileRefusedError:
    with pytest.raises(FileRefusedError) as caught:
        read_file(path, limit_mb=limit_mb)
    return caught.value


@pytest.mark.parametrize(
    "raw",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        TEXT.encode("utf-16"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        TEXT.encode("cp1256"),
        TEXT.replace("\n", "\r\n").encode("cp1256"),
    ],
    ids=["utf-8", "utf-8 mark", "utf-16", "utf-16 be", "windows-1256", "windows newlines"],
)
def test_arabic_text_is_read_in_each_encoding_that_is_certain(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "news.txt"
    path.write_bytes(raw)

    article = read_file(path).articles[0].article

    assert article.title == "عودة الأهالي"
    assert article.paragraphs == PARAGRAPHS


BAD = {
    "empty": b"",
    "only white space": b"\xef\xbb\xbf \r\n\r\n",
    "no body": "عنوان وحده\n".encode(),
    "pdf": b"%PDF-1.7\n%\xe2\xe3",
    "picture": b"\x89PNG\r\n\x1a\n\0\0",
    "archive": b"PK\x03\x04\x14\0\0\0notes.txt",
    "office": b"PK\x03\x04\x14\0\0\0[Content_Types].xml",
    "old office": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "program": b"\x7fELF\2\1\1\0\0\0",
    "controls": bytes(range(1, 32)) * 20,
    "random": hashlib.shake_128(b"seed").digest(5000).replace(b"\0", b"x"),
    "latin-1": "Les réfugiés sont rentrés à Alep\n\nC'était l'été à Zürich.".encode("latin-1"),
    "cyrillic": "Новости\n\nЖители вернулись в город сегодня утром.".encode("cp1251"),
    "damaged utf-8": TEXT.encode()[:40] + b"\xff" + TEXT.encode()[40:],
    "cut utf-8": TEXT.encode()[:-4],
    "web page": "<!DOCTYPE html><html><p>نص</p></html>".encode(),
}
REASONS = {
    "empty": "empty", "only white space": "empty", "no body": "no_body", "pdf": "pdf",
    "picture": "picture", "archive": "archive", "office": "office", "old office": "office",
    "program": "binary", "controls": "binary", "random": "binary", "latin-1": "encoding",
    "cyrillic": "encoding", "damaged utf-8": "encoding", "cut utf-8": "encoding",
    "web page": "web_page",
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD)
def test_what_is_no_arabic_text_is_refused_with_its_name_and_reason(
    tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "خبر.txt"
    path.write_bytes(BAD[kind])

    error = _refusal(path)

    assert error.key == f"error.file.{REASONS[kind]}"
    assert error.params["name"] == "خبر.txt"


def test_a_file_over_the_limit_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.txt"
    path.touch()
    os.truncate(path, 50_000_000)

    error = _refusal(path)

    assert error.key == "error.file.too_large"
    assert error.params == {"name": "huge.txt", "limit_mb": 20, "size_mb": 50}
    assert _refusal(path, limit_mb=60).key == "error.file.binary", "the limit was not the reason"


def test_what_is_no_file_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.txt"
    os.mkfifo(pipe)

    assert _refusal(pipe).key == "error.file.not_a_file"
    assert _refusal(tmp_path / "missing.txt").key == "error.file.missing"
    assert _refusal(Path("nul\0name.txt")).key == "error.file.unreadable"


def test_reports_keep_their_own_outlet_time_and_address(tmp_path: Path) -> None:
    path = tmp_path / "reports.jsonl"
    report = {
        "source": "وكالة نموذجية",
        "title": "عودة الأهالي",
        "published_at": "2019-03-09T09:10:00+02:00",
        "url": "https://agency.example/1",
        "paragraphs": list(PARAGRAPHS),
    }
    path.write_text(json.dumps(report, ensure_ascii=False) + "\n\n", encoding="utf-8")

    found = read_file(path).articles[0]

    assert found.source_name == "وكالة نموذجية"
    assert found.article.paragraphs == PARAGRAPHS
    assert found.article.url == "https://agency.example/1"
    assert found.article.published_at == datetime(2019, 3, 9, 7, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "line",
    [
        "not json",
        "[" * 100_000,
        "[]",
        '{"title": "x"}',
        '{"title": "", "paragraphs": ["x"]}',
        '{"title": "x", "paragraphs": []}',
        '{"title": "x", "paragraphs": [1]}',
        '{"title": "x", "paragraphs": ["y"], "published_at": "2019-03-09T09:10:00"}',
        '{"title": "x", "paragraphs": ["y"], "published_at": "yesterday"}',
    ],
)
def test_a_wrong_line_is_counted_and_the_other_reports_are_read(tmp_path: Path, line: str) -> None:
    path = tmp_path / "reports.jsonl"
    good = '{"title": "عنوان", "paragraphs": ["فقرة \\ud800\\u0000"], "url": "javascript:x"}'
    path.write_text(f"{good}\n{line}\n{good}\n{line}\n", encoding="utf-8")

    contents = read_file(path)

    assert [one.article.paragraphs for one in contents.articles] == [("فقرة",)] * 2
    assert contents.articles[0].article.url == ""
    assert contents.refused[0].params == {"name": "reports.jsonl", "n": 2, "line": 2}


def test_folders_are_walked_in_order_and_hidden_files_left_alone(tmp_path: Path) -> None:
    for name in (
        "b/2.txt",
        "a/1.txt",
        "a/z.TXT",
        ".hidden/3.txt",
        "b/.4.txt",
        "b/5.pdf",
        "b/6.png",
        "c.jsonl",
    ):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    (tmp_path / "b" / "loop").symlink_to(tmp_path)

    found = [str(path.relative_to(tmp_path)) for path in find_files([tmp_path])]

    assert found == ["c.jsonl", "a/1.txt", "a/z.TXT", "b/2.txt", "b/5.pdf"]
    assert list(find_files([tmp_path / "b/6.png"])) == [tmp_path / "b/6.png"]
