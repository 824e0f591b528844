"""Two thousand questions, real words and nonsense: what is quoted is what is stored."""

import json
import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

import bot
from bot.clock import FixedClock
from bot.services.answering import Answering
from tests.unit.search.archive import NOW, open_archive

SAMPLE = Path(str(bot.__file__)).parent / "sandbox/sample/reports.jsonl"
QUESTIONS = 2_000
SHAPES = ("كم", "من", "أين", "هل", "متى", "لماذا", "شو", "وين", "who", "how many", "أمس", "")
STRANGE = ("\u202e", "؟", '"', "AND", "*", "😀", "١٢", "\u0640", "12/3/2019", "(", "\x00")


@pytest.mark.timeout(280)
async def test_every_quoted_passage_is_byte_equal_to_the_store(tmp_path: Path) -> None:
    archive = await open_archive(tmp_path)
    words: list[str] = []
    for number, line in enumerate(SAMPLE.read_text("utf-8").splitlines()):
        report = json.loads(line)
        published = datetime.fromisoformat(report["published_at"]).astimezone(UTC)
        await archive.add(
            report["title"],
            report["paragraphs"],
            published_at=published,
            identity=f"sample-{number}",
        )
        words += [word for text in report["paragraphs"] for word in text.split()]
    await archive.index.catch_up()
    stored = {
        paragraph.id: paragraph.text.encode()
        for article in (await archive.store.articles(range(1, 400))).values()
        for paragraph in article.paragraphs
    }
    answering = Answering(archive.store, archive.index, FixedClock(NOW))
    chance = random.Random(3)  # noqa: S311  # repeatable, not secret
    quoted = 0
    for _ in range(QUESTIONS):
        at = chance.randrange(len(words))
        asked = [chance.choice(SHAPES), *words[at : at + chance.randint(1, 6)]]
        if chance.random() < 0.3:
            asked.insert(chance.randrange(len(asked)), chance.choice(STRANGE))
        answer = await answering.answer(" ".join(asked), limit=5)
        for passage in answer.passages:
            quoted += 1
            text = passage.paragraph.text
            assert text.encode() == stored[passage.paragraph.id]
            assert all(0 <= start < end <= len(text) for start, end in passage.matches)
    await archive.close()
    print(f"{quoted} passages quoted for {QUESTIONS} questions")
    assert quoted > QUESTIONS
