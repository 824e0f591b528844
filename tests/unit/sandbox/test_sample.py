"""The sample reports of the demo: their format, their dates and what they promise to contain."""

import json
import os
import re
import unicodedata
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import bot

SAMPLE = Path(bot.__file__).parent / "sandbox" / "sample"
ROOT = Path(bot.__file__).parents[1]
DEMO_STARTS_AT = datetime.fromisoformat("2019-03-12T19:00:00+02:00")

WEEKDAYS = ["الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد"]
MONTHS = {"شباط": 2, "فبراير": 2, "آذار": 3, "مارس": 3, "نيسان": 4, "أبريل": 4}
WEEKDAY = re.compile(
    rf"(?P<today>\bاليوم )?\bو?(?P<name>{'|'.join(WEEKDAYS)})\b"
    rf"(?: (?P<day>\d{{1,2}}) (?P<month>{'|'.join(MONTHS)})| (?P<ahead>المقبل))?"
)
# A bare weekday in a report looks back; further than this a reader could no longer tell which.
LOOK_BACK_DAYS = 3

FIELDS = {"source": str, "title": str, "published_at": str, "url": str, "paragraphs": list}


def read_reports() -> list[dict[str, object]]:
    lines = (SAMPLE / "reports.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def texts(report: dict[str, object]) -> list[str]:
    paragraphs = report["paragraphs"]
    assert isinstance(paragraphs, list)
    return [str(report["title"]), *map(str, paragraphs)]


def published_at(report: dict[str, object]) -> datetime:
    return datetime.fromisoformat(str(report["published_at"]))


def slug(report: dict[str, object]) -> str:
    return str(report["url"]).rsplit("/", 1)[1]


def wrong_weekdays(text: str, published: date) -> list[str]:
    """Weekday words of `text` that cannot be right in a report published on that day."""
    wrong = []
    for found in WEEKDAY.finditer(text):
        weekday = WEEKDAYS.index(found["name"])
        days_back = (published.weekday() - weekday) % 7
        if found["day"]:
            named = date(published.year, MONTHS[found["month"]], int(found["day"]))
            agrees = named.weekday() == weekday
        elif found["today"]:
            agrees = days_back == 0
        else:
            agrees = bool(found["ahead"]) or days_back <= LOOK_BACK_DAYS
        if not agrees:
            wrong.append(found[0])
    return wrong


def test_every_line_is_one_report_with_exactly_the_promised_fields() -> None:
    raw = (SAMPLE / "reports.jsonl").read_text(encoding="utf-8")
    assert raw.endswith("}\n")
    assert "\\u" not in raw, "Arabic is written as itself, not as escapes"
    for report in read_reports():
        assert {name: type(value) for name, value in report.items()} == FIELDS
        assert all(texts(report)), slug(report)


def test_there_are_enough_reports_on_both_sides_of_the_demo_start() -> None:
    reports = read_reports()
    held = [report for report in reports if published_at(report) <= DEMO_STARTS_AT]
    assert len(reports) >= 30
    assert len(held) >= 20
    assert len(reports) - len(held) >= 15


def test_reports_stand_in_order_of_time_in_damascus_winter_time() -> None:
    times = [published_at(report) for report in read_reports()]
    assert times == sorted(times)
    assert {time.utcoffset() for time in times} == {timedelta(hours=2)}


def test_addresses_are_unique_reserved_and_carry_the_day_of_the_report() -> None:
    reports = read_reports()
    assert len({report["url"] for report in reports}) == len(reports)
    for report in reports:
        url = urlsplit(str(report["url"]))
        assert url.scheme == "https"
        assert (url.hostname or "").endswith(".example")
        day = published_at(report).strftime("%Y/%m/%d")
        assert re.fullmatch(rf"/reports/{day}/[a-z0-9]+(-[a-z0-9]+)*", url.path), url.path


def test_every_outlet_is_marked_as_a_sample_and_keeps_its_own_host() -> None:
    hosts: dict[str, set[str | None]] = {}
    for report in read_reports():
        source = str(report["source"])
        assert source.endswith("(نموذج)")
        hosts.setdefault(source, set()).add(urlsplit(str(report["url"])).hostname)
    assert len(hosts) == 6
    assert all(len(names) == 1 for names in hosts.values())


def test_texts_are_single_lines_without_control_or_bidi_characters() -> None:
    for report in read_reports():
        for text in texts(report):
            hidden = [c for c in text if unicodedata.category(c) in {"Cc", "Cf", "Zl", "Zp"}]
            assert not hidden, (slug(report), hidden)
            assert text == " ".join(text.split()), slug(report)
            assert len(text) <= 900, slug(report)


def test_arabic_texts_use_arabic_punctuation_and_no_vowel_marks() -> None:
    for report in read_reports():
        for text in texts(report):
            assert not re.search(r"[;?\"]|(?<!\d),|[\u064b-\u0652\u0640]", text), text
            assert text.count("«") == text.count("»"), text


def test_weekday_words_agree_with_the_date_of_their_report() -> None:
    checked = 0
    for report in read_reports():
        for text in texts(report):
            assert not wrong_weekdays(text, published_at(report).date()), (slug(report), text)
            checked += len(WEEKDAY.findall(text))
    assert checked >= 40, "the rule met too few weekdays to mean anything"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("وقع ذلك الأحد 11 آذار/مارس", "الأحد 11 آذار"),
        ("اليوم الأحد", "اليوم الأحد"),
        ("مساء الجمعة", "الجمعة"),
        ("ليل الاثنين والخميس", "والخميس"),
    ],
)
def test_the_weekday_rule_finds_a_planted_fault(text: str, fault: str) -> None:
    assert wrong_weekdays(text, date(2019, 3, 12)) == [fault]


def test_one_blast_has_three_figures_by_three_outlets_and_a_later_correction() -> None:
    blast = [report for report in read_reports() if slug(report).startswith("shuhayl-")]
    titles = " | ".join(str(report["title"]) for report in blast)
    assert len({report["source"] for report in blast}) >= 4
    for figure in ("12 قتيلا", "مقتل 17", "عشرات القتلى", "تصحيح", "18 قتيلا"):
        assert figure in titles


def test_wire_text_is_carried_word_for_word_by_two_outlets() -> None:
    outlets: dict[str, set[object]] = {}
    for report in read_reports():
        for paragraph in texts(report)[1:]:
            outlets.setdefault(paragraph, set()).add(report["source"])
    assert sum(len(names) > 1 for names in outlets.values()) >= 3


@pytest.mark.parametrize(
    "wording",
    ["نفى", "اثنان وثلاثون", "أحد عشر", "نحو ثلاثة آلاف", "٣٨", "قتيلان وجريحان", "و22 جريحا",
     "أكثر من", "ما لا يقل عن", "بين 20 و25", "آذار/مارس", "مارس/آذار", "الباغوز فوقاني",
     "ديرالزور", "دير الزور", "قامشلو", "القامشلي", "داعش", "تنظيم الدولة ", "قسد", "OCHA",
     "@CJTFOIR"],
)  # fmt: skip
def test_the_wording_that_makes_arabic_news_hard_is_there(wording: str) -> None:
    assert any(wording in text for report in read_reports() for text in texts(report))


def test_no_report_answers_what_the_seed_article_is_asked() -> None:
    for report in read_reports():
        for text in texts(report):
            assert not re.search("المركز الإعلامي|برميل|يعيش|قادة|أبطأ|ببطء", text), text
            assert not ("بالي" in text.split() and "الثلاثاء" in text), text


def test_lengths_vary_from_one_paragraph_to_a_headline_past_two_hundred_characters() -> None:
    counts = {len(texts(report)) - 1 for report in read_reports()}
    assert {1, 3, 4, 5} <= counts
    assert max(counts) <= 7
    assert max(len(str(report["title"])) for report in read_reports()) > 200


def test_the_seed_article_is_the_customers_byte_for_byte() -> None:
    data = Path(os.environ.get("MUJAZ_EVAL_DATA", ROOT / ".." / "shared" / "data"))
    original = data / "seed_article.txt"
    if not original.is_file():
        pytest.skip("the evaluation data is not on this machine")
    assert (SAMPLE / "seed_article.txt").read_bytes() == original.read_bytes()
