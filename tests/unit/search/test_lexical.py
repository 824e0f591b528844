"""The lexical index ranks, counts, and reports whatever goes wrong in one way."""

from pathlib import Path

import pytest

from bot.errors import SearchIndexError
from bot.search.lexical import Entry, IndexBusyError, LexicalIndex, LexicalQuery, Mark


def entry(article: int, paragraph: int, stems: str, grams: str = "", names: str = "") -> Entry:
    return Entry(article_id=article, paragraph_id=paragraph, stems=stems, grams=grams, names=names)


def filled(folder: Path, *entries: Entry, seq: int = 1) -> LexicalIndex:
    index = LexicalIndex(folder)
    writer = index.writer()
    writer.replace([one.article_id for one in entries], entries)
    writer.commit(Mark("v", seq))
    writer.close()
    index.reload()
    return index


def found(index: LexicalIndex, *stems: str) -> list[int]:
    query = LexicalQuery(stems=[(stem, 1.0) for stem in stems])
    return [hit.paragraph_id for hit in index.search(query, 10)]


def test_a_rare_word_outranks_a_common_one(tmp_path: Path) -> None:
    index = filled(
        tmp_path, entry(1, 11, "قتل قسد"), entry(2, 12, "قتل قوات"), entry(3, 13, "قتل باغوز")
    )
    assert found(index, "قتل", "باغوز")[0] == 13


def test_two_fields_that_agree_outrank_one(tmp_path: Path) -> None:
    index = filled(tmp_path, entry(1, 11, "باغوز"), entry(2, 12, "باغوز", "باغو اغوز"))
    hits = index.search(LexicalQuery(stems=[("باغوز", 1.0)], grams=[("باغو", 1.0)]), 10)
    assert [hit.paragraph_id for hit in hits] == [12, 11]
    assert 1.0 < hits[0].score <= 2.0


def test_a_name_is_found_by_its_skeleton(tmp_path: Path) -> None:
    index = filled(tmp_path, entry(1, 11, "كركوك", names="krkk"), entry(2, 12, "باغوز"))
    hits = index.search(LexicalQuery(names=[("krkk", 1.0)]), 10)
    assert [hit.paragraph_id for hit in hits] == [11]


@pytest.mark.parametrize(
    "syntax", ["stems:باغوز", "*", "باغ*", "NOT", "(", '"', "paragraph:[0 TO 9]"]
)
def test_query_syntax_is_only_text(tmp_path: Path, syntax: str) -> None:
    index = filled(tmp_path, entry(1, 11, "باغوز"))
    assert found(index, syntax) == []


def test_an_empty_question_finds_nothing(tmp_path: Path) -> None:
    assert found(filled(tmp_path, entry(1, 11, "باغوز"))) == []


def test_replacing_an_article_leaves_nothing_of_its_old_paragraphs(tmp_path: Path) -> None:
    filled(tmp_path, entry(1, 11, "باغوز"), entry(2, 21, "باغوز"))
    index = filled(tmp_path, entry(1, 12, "هجين"), seq=2)
    assert found(index, "باغوز") == [21]
    assert found(index, "هجين") == [12]


def test_frequencies_count_paragraphs(tmp_path: Path) -> None:
    index = filled(tmp_path, entry(1, 11, "قتل قتل"), entry(1, 12, "قتل"), entry(2, 13, "قسد"))
    assert index.frequencies(["قتل", "قسد", "هجين"])[1] == {"قتل": 2, "قسد": 1, "هجين": 0}


def test_the_mark_is_committed_with_the_paragraphs_and_kept_once(tmp_path: Path) -> None:
    index = filled(tmp_path, entry(1, 11, "قتل"), seq=1)
    for seq in (2, 3):
        writer = index.writer()
        writer.commit(Mark("w", seq))
        writer.close()
        index.reload()
    assert LexicalIndex(tmp_path).mark == Mark("w", 3)


def test_what_was_not_committed_is_not_there(tmp_path: Path) -> None:
    index = filled(tmp_path, entry(1, 11, "قتل"))
    writer = index.writer()
    writer.replace([2], [entry(2, 21, "هجين")])
    writer.close()
    index.reload()
    assert found(index, "هجين") == []
    assert index.mark == Mark("v", 1)


def test_a_second_writer_is_told_that_the_index_is_busy(tmp_path: Path) -> None:
    index = filled(tmp_path, entry(1, 11, "قتل"))
    writer = index.writer()
    with pytest.raises(IndexBusyError):
        LexicalIndex(tmp_path).writer()
    writer.close()


def test_a_damaged_folder_is_reported_as_such(tmp_path: Path) -> None:
    filled(tmp_path, entry(1, 11, "قتل"))
    (tmp_path / "meta.json").write_text("{broken", "utf-8")
    with pytest.raises(SearchIndexError):
        LexicalIndex(tmp_path)
