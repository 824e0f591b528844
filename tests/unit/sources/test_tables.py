"""Tables of other programs: columns by their names or as the operator says."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.errors import FileRefusedError
from bot.sources.file import read_file

TEXT = "فُتح الجسر صباح اليوم."


def test_a_table_with_usual_names_is_read_in_both_languages(tmp_path: Path) -> None:
    english, arabic = tmp_path / "a.csv", tmp_path / "b.csv"
    english.write_text(
        f'Title,Body,link,date\nجسر,"{TEXT}",https://a.example/1,2018-04-14T10:00Z\n'
    )
    arabic.write_text(f"العنوان;النص;المصدر\nجسر;{TEXT};وكالة\n")

    (one,), (two,) = read_file(english).articles, read_file(arabic).articles

    assert (one.article.title, one.article.paragraphs) == ("جسر", (TEXT,))
    assert one.article.url == "https://a.example/1"
    assert one.article.published_at == datetime(2018, 4, 14, 10, tzinfo=UTC)
    assert (two.source_name, two.article.paragraphs) == ("وكالة", (TEXT,))


def test_json_lines_have_the_same_usual_names(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(
        f'{{"headline": "جسر", "body": ["{TEXT}", "{TEXT}"], "published": "2018-04-14T10:00Z"}}\n'
        f'{{"العنوان": "جسر", "النص": "{TEXT}\\n\\n{TEXT}", "المصدر": "وكالة"}}\n'
        f'{{"title": "جسر", "paragraphs": ["{TEXT}"], "text": "الكل معاً", "source": ""}}\n'
    )

    one, two, three = read_file(path).articles

    assert one.article.paragraphs == two.article.paragraphs == (TEXT, TEXT)
    assert one.article.published_at == datetime(2018, 4, 14, 10, tzinfo=UTC)
    assert (two.article.title, two.source_name) == ("جسر", "وكالة")
    assert three.article.paragraphs == (TEXT,)


def test_other_names_are_told_by_the_operator(tmp_path: Path) -> None:
    table, lines = tmp_path / "a.csv", tmp_path / "b.jsonl"
    table.write_text(f"h,t\nجسر,{TEXT}\n")
    lines.write_text(f'{{"h": "جسر", "t": "{TEXT}"}}\n')
    columns = {"title": "h", "text": "t"}

    for path in (table, lines):
        (found,) = read_file(path, columns=columns).articles
        assert (found.article.title, found.article.paragraphs) == ("جسر", (TEXT,))


def test_rows_without_title_or_text_are_counted_and_left_out(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"title,text\nجسر,{TEXT}\n,{TEXT}\nجسر,\n")

    contents = read_file(path)

    assert len(contents.articles) == 1
    assert contents.refused[0].params == {"name": "a.csv", "n": 2, "line": 3}


def test_a_table_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("price,amount\n1,2\n")

    with pytest.raises(FileRefusedError):
        read_file(path)
