"""Texts come apart into their own paragraphs and lose nothing but the joins."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import TextRefusedError
from bot.text.paragraphs import split_article, split_body, split_post, title_from

SEED = Path(__file__).parents[2] / "data" / "seed_article.txt"
JOINS = re.compile(r"(?<=[.؟!\"»])\s*,(?:\s*,)*\s*|,(?:\s+,)+")


def _letters(text: str) -> str:
    return re.sub(r"[\s,\x00-\x1f\x7f\ufeff]", "", text)


def test_the_sample_article_gives_its_title_and_its_sixteen_paragraphs() -> None:
    article = split_article(SEED.read_text(encoding="utf-8"))

    assert article.title == 'الباغوز.. داعش يلجأ لانتحارييه وقادته هجروا "الخلافة"'
    assert len(article.paragraphs) == 16
    assert article.paragraphs[0].startswith("وقع الضربات الجوية")
    assert article.paragraphs[4].endswith("للقصف بضربات جوية ومدفعية.")
    assert article.paragraphs[5].startswith("إلى ذلك، أفادت وكالة رويترز")
    assert article.paragraphs[10].startswith('وقال "نحن على يقين')
    assert article.paragraphs[10].endswith('الصغيرة المنكوبة".')
    assert article.paragraphs[11].startswith('وأضاف "نحن على ثقة')
    assert article.paragraphs[15].startswith("وأثار دفاع الكثير")


def test_the_sample_article_loses_only_its_joining_commas() -> None:
    text = SEED.read_text(encoding="utf-8")
    body = text.split("\n\n", 1)[1]

    article = split_article(text)

    bare = re.sub(r"\s", "", JOINS.sub("", body))
    assert "." + "," in body, "the sample no longer holds the joins that this is about"
    assert re.sub(r"\s", "", "".join(article.paragraphs)) == bare
    assert all(paragraph in body for paragraph in article.paragraphs)
    assert not any(re.search(r"^[\s,]|[\s,]$", paragraph) for paragraph in article.paragraphs)


@pytest.mark.parametrize(
    ("body", "paragraphs"),
    [
        ("انتهت المعركة., وعاد الأهالي.", ["انتهت المعركة.", "وعاد الأهالي."]),
        ("انتهت المعركة.,وعاد الأهالي.", ["انتهت المعركة.", "وعاد الأهالي."]),
        ("انتهت المعركة.,  , أما الأهالي فعادوا.", ["انتهت المعركة.", "أما الأهالي فعادوا."]),
        ("انتهت المعركة,  , أما الأهالي فعادوا.", ["انتهت المعركة", "أما الأهالي فعادوا."]),
        (", انتهت المعركة., وعاد الأهالي., ", ["انتهت المعركة.", "وعاد الأهالي."]),
        ("هل انتهت؟, لا أحد يعلم.", ["هل انتهت؟", "لا أحد يعلم."]),
        ('قال "انتهت"., وعاد.', ['قال "انتهت".', "وعاد."]),
        ("قال «انتهت.», وعاد.", ["قال «انتهت.»", "وعاد."]),
        ("بحسب رويترز., وقالت CNN., وختم.", ["بحسب رويترز.", "وقالت CNN.", "وختم."]),
        ("بحسب أ.ف.ب., وختم البيان.", ["بحسب أ.ف.ب.", "وختم البيان."]),
    ],
)
def test_paragraphs_printed_as_a_list_are_parted_at_their_joins(
    body: str, paragraphs: list[str]
) -> None:
    assert list(split_body(body)) == paragraphs


@pytest.mark.parametrize(
    ("body", "paragraphs"),
    [
        ("بضربات جوية ومدفعية.إلى ذلك قالت.", ["بضربات جوية ومدفعية.", "إلى ذلك قالت."]),
        ('المنطقة المنكوبة".وأضاف.', ['المنطقة المنكوبة".', "وأضاف."]),
        ('قال "انتهت المعركة."وأضاف.', ['قال "انتهت المعركة."', "وأضاف."]),
        ('انتهت المعركة."نحن عدنا".', ["انتهت المعركة.", '"نحن عدنا".']),
        ("انتهت المعركة.«نحن عدنا».", ["انتهت المعركة.", "«نحن عدنا»."]),
        ("قال «انتهت المعركة».وأضاف.", ["قال «انتهت المعركة».", "وأضاف."]),
        ("هل انتهت المعركة؟وأضاف.", ["هل انتهت المعركة؟", "وأضاف."]),
        ("حدث ذلك في عام 2019.وأضاف.", ["حدث ذلك في عام 2019.", "وأضاف."]),
        ("بنسبة 50%.وأضاف.", ["بنسبة 50%.", "وأضاف."]),
        ("نقلا عن قناة CNN.وأضاف.", ["نقلا عن قناة CNN.", "وأضاف."]),
    ],
)
def test_sentences_glued_together_are_parted(body: str, paragraphs: list[str]) -> None:
    assert list(split_body(body)) == paragraphs


@pytest.mark.parametrize(
    "line",
    [
        "ارتفع السعر 3.5 في المئة و٣.٥ في المئة.",
        "بدأ عند 10.30 صباحا وانتهى 11.45 مساء",
        "أفادت أ.ف.ب بأن د.محمد وأ.د.سمير ود.هدى حضروا.",
        "قال م.ن لوكالة (أ.ف.ب) إن الأمر انتهى.",
        "التفاصيل على https://example.org/a.b,c وعلى www.example.org.",
        "الموقع http://مثال.إختبار والبريد someone@example.org",
        "الباغوز..داعش يلجأ إلى الانتحاريين... ثم..وتوقف…وعاد",
        "1.الأول أهم من غيره",
        "حضر زيد, وعمر, وخالد, وغادروا معا.",
        'قرأ "الحياة", "النهار", و"السفير".',
        "U.S., Russia and Turkey met; Smith Jr., of Acme Inc., said 1,500 came.",
        "He said no., then left",
        "رفض. وقال إنه عائد. ثم مضى.",
        "الإصدار 2.0.1 متاح",
    ],
)
def test_what_only_looks_like_a_join_stays_one_paragraph(line: str) -> None:
    assert list(split_body(line)) == [line]


def test_ordinary_text_has_a_paragraph_a_line_or_between_blank_lines() -> None:
    assert split_body("سطر أول\nسطر ثان\n\n\n سطر ثالث ") == ("سطر أول", "سطر ثان", "سطر ثالث")


def test_lines_wrapped_at_a_fixed_width_are_one_paragraph() -> None:
    wrapped = (
        "قالت مصادر محلية إن السكان عادوا إلى بيوتهم بعد أسابيع من\n"
        "النزوح وإن فرقا من المتطوعين تعمل منذ الصباح على إزالة\n"
        "الركام من الشوارع."
    )

    paragraphs = split_body(f"{wrapped}\n\nفقرة ثانية.")

    assert paragraphs == (wrapped.replace("\n", " "), "فقرة ثانية.")


def test_windows_newlines_and_a_byte_order_mark_leave_no_trace() -> None:
    article = split_article("\ufeffالعنوان\r\n\r\nفقرة أولى.\r\nفقرة ثانية.\r\n")

    assert article.title == "العنوان"
    assert article.paragraphs == ("فقرة أولى.", "فقرة ثانية.")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "error.text.empty"),
        (" \n\ufeff\x00 ", "error.text.empty"),
        ("عنوان وحده", "error.text.no_body"),
        ("عنوان\n\n , , ", "error.text.no_body"),
    ],
)
def test_a_text_without_an_article_is_refused_with_the_reason(text: str, key: str) -> None:
    with pytest.raises(TextRefusedError) as caught:
        split_article(text)

    assert caught.value.key == key


def test_a_first_line_longer_than_any_headline_stays_in_the_text() -> None:
    line = "قالت مصادر محلية إن الطريق فتح. " + "وعادت الحركة إليه شيئا فشيئا " * 20

    article = split_article(f"{line}\n\nفقرة ثانية.")

    assert article.title == "قالت مصادر محلية إن الطريق فتح"
    assert article.paragraphs == (line.strip(), "فقرة ثانية.")


def test_a_post_without_a_title_line_keeps_its_whole_text() -> None:
    text = "عاد الأهالي إلى البلدة اليوم. وفتحت المدارس أبوابها."

    article = split_post(text)

    assert article.title == "عاد الأهالي إلى البلدة اليوم"
    assert article.paragraphs == (text,)


def test_a_post_whose_first_line_is_a_sentence_has_no_title_line() -> None:
    article = split_post("عاد الأهالي إلى البلدة اليوم.\n\nوفتحت المدارس أبوابها.")

    assert article.paragraphs[0] == "عاد الأهالي إلى البلدة اليوم."


def test_a_post_with_a_title_line_keeps_it_apart() -> None:
    article = split_post("عودة الأهالي إلى البلدة\nفتحت المدارس أبوابها اليوم.")

    assert article.title == "عودة الأهالي إلى البلدة"
    assert article.paragraphs == ("فتحت المدارس أبوابها اليوم.",)


def test_a_post_without_a_word_is_refused() -> None:
    with pytest.raises(TextRefusedError):
        split_post("… !!! \n\n ***")


def test_a_title_from_a_long_sentence_is_its_beginning_cut_between_words() -> None:
    text = "كلمة " * 100

    title = title_from(text)

    assert len(title) <= 120
    assert text.startswith(title + " ")


@given(
    st.text(alphabet=st.sampled_from("ابوت.,،؟!\"'«»() \n\t12aBc…:/@\u200f\x00\ud800"), max_size=80)
)
def test_no_letter_is_ever_lost_added_or_moved(text: str) -> None:
    kept = "".join(split_body(text))

    assert _letters(kept) == _letters(text).replace("\ud800", "")


@pytest.mark.parametrize(
    "piece", [".,", ". ", ", ", '."ا', ".اب", "\n", "اب.", " \n \n", "؟ ,", "a.", '"', "(" * 3]
)
def test_hostile_texts_take_time_in_proportion_to_their_length(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))

    started = time.perf_counter()
    split_body(text)

    assert time.perf_counter() - started < 8
