"""Questions on a real archive: the right paragraph first, word for word, or an honest no."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import bot
from bot.clock import FixedClock
from bot.models import Answer
from bot.services.answering import Answering
from bot.text.paragraphs import split_article
from tests.unit.search.archive import NOW, Archive, open_archive

ROOT = Path(__file__).parents[3]
SEED = ROOT / "tests/data/seed_article.txt"
SAMPLE = Path(str(bot.__file__)).parent / "sandbox/sample/reports.jsonl"
SEED_AT = datetime(2019, 3, 12, 18, tzinfo=UTC)

QUESTIONS = [
    ("مدير المركز الإعلامي لقسد؟", "مصطفى بالي، على حسابه", 2),
    ("كم قتل من داعش بحسب مصطفى بالي يوم الثلاثاء؟", "كما أعلن اليوم الثلاثاء", 3),
    ("كم شخصاً يعيش في مخيم الهول؟", "65 ألف شخص", 14),
    ("هل ما زال قادة التنظيم في الباغوز؟", "أما في ما يتعلق بكبار قادة", 9),
    ("ما الذي أبطأ تقدم قوات سوريا الديمقراطية؟", "من قناصة بالإضافة إلى ألغام", 6),
]
HOSTILE = [
    "",
    " \n\t",
    "من إلى في على",
    "كم؟",
    "🙂🔥💥",
    "؟؟؟!!!",
    "\u202e\u2066\u200f\ufeff",
    'stems:باغوز AND title:"x" OR *',
    "(((((",
    "paragraph:[0 TO 99999] ^2 ~3 \\",
    "a" * 4_000,
    "الباغوز " * 500,
    "\x00\ud800 قتل",
    "' OR 1=1 --",
    "<b>الباغوز</b> & %s {0}",
    "قتلى الباغوز 31/12/9999",
    "أخبار الباغوز 31/12/9999",
    "الباغوز Baghuz Багуз 巴古兹 באגוז باغووز",
    "א ب C д 字 🙂 ١2۳",
]


async def add_seed(archive: Archive, published_at: datetime | None) -> None:
    article = split_article(SEED.read_text("utf-8"))
    await archive.add(article.title, article.paragraphs, published_at=published_at)


async def add_samples(archive: Archive) -> None:
    for number, line in enumerate(SAMPLE.read_text("utf-8").splitlines()):
        report = json.loads(line)
        await archive.add(
            report["title"],
            report["paragraphs"],
            published_at=datetime.fromisoformat(report["published_at"]).astimezone(UTC),
            identity=f"sample-{number}",
        )


@pytest.fixture(params=["the article alone", "with the sample reports"])
async def archive(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Archive]:
    opened = await open_archive(tmp_path)
    if request.param == "the article alone":
        await add_seed(opened, None)
    else:
        await add_seed(opened, SEED_AT)
        await add_samples(opened)
    await opened.index.catch_up()
    yield opened
    await opened.close()


def answering(archive: Archive) -> Answering:
    return Answering(archive.store, archive.index, FixedClock(NOW))


async def assert_verbatim(archive: Archive, answer: Answer) -> None:
    """Assert that every passage is what the store holds, and its matches lie in it."""
    for passage in answer.passages:
        stored = await archive.store.paragraphs([passage.paragraph.id])
        assert stored[passage.paragraph.id].text == passage.paragraph.text
        end = 0
        for start, stop in passage.matches:
            assert end <= start < stop <= len(passage.paragraph.text)
            end = stop


@pytest.mark.parametrize(("question", "words", "position"), QUESTIONS)
async def test_the_right_paragraph_comes_first(
    archive: Archive, question: str, words: str, position: int
) -> None:
    answer = await answering(archive).answer(question)
    assert answer.found
    assert len(answer.passages) <= 3
    assert words in answer.passages[0].paragraph.text
    assert answer.passages[0].paragraph.position == position
    await assert_verbatim(archive, answer)


@pytest.mark.parametrize(
    "question",
    ["ما سعر برميل النفط اليوم؟", "من فاز بكأس العالم؟", "طريقة تحضير التبولة", "كم سكان القاهرة؟"],
)
async def test_what_the_archive_does_not_say_is_not_found(archive: Archive, question: str) -> None:
    answer = await answering(archive).answer(question)
    assert not answer.found
    assert answer.passages == ()
    assert len(answer.nearest) <= 3
    assert answer.newest_at == await archive.store.newest_at()


@pytest.mark.parametrize("question", HOSTILE)
async def test_no_question_breaks_it(archive: Archive, question: str) -> None:
    answer = await answering(archive).answer(question)
    assert answer.shortened is (len(question.strip()) > 500)
    await assert_verbatim(archive, answer)


async def test_an_empty_archive_answers_that_it_has_nothing(tmp_path: Path) -> None:
    archive = await open_archive(tmp_path)
    answer = await answering(archive).answer("كم قتيلا في الباغوز؟")
    assert answer == Answer(question="كم قتيلا في الباغوز؟", found=False, newest_at=None)
    await archive.close()


async def test_dialect_and_misspelling_find_the_same_paragraph(tmp_path: Path) -> None:
    archive = await open_archive(tmp_path)
    await add_seed(archive, None)
    await archive.index.catch_up()
    for question in (
        "قديش واحد عايش بمخيم الهول؟",
        "كم شخص يعيش في محيم الهول",
        "Al-Hol camp people",
    ):
        answer = await answering(archive).answer(question)
        assert answer.passages[0].paragraph.position == 14, question
    await archive.close()


async def test_fewer_passages_are_given_when_fewer_are_wanted(archive: Archive) -> None:
    answer = await answering(archive).answer("قصف الباغوز", limit=1)
    assert len(answer.passages) == 1


def test_any_question_is_answered_word_for_word_or_not_at_all(tmp_path: Path) -> None:
    with asyncio.Runner() as runner:
        archive = runner.run(open_archive(tmp_path))
        runner.run(add_seed(archive, None))
        runner.run(archive.index.catch_up())
        words = sorted(set(SEED.read_text("utf-8").split()))
        found = 0

        @given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(words)).map(" ".join)))
        @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
        def ask(question: str) -> None:
            nonlocal found
            answer = runner.run(answering(archive).answer(question))
            found += answer.found
            runner.run(assert_verbatim(archive, answer))

        ask()
        assert found > 0, "no question was answered, so nothing was compared"
        runner.run(archive.close())
