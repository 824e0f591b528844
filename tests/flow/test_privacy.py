"""What is kept of a reader is told, handed over, and gone to the last byte when they wish so."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app import Core, Mujaz
from bot.log import set_up_logging
from bot.sandbox import SandboxClock
from bot.services.judging import KEPT_FOR
from tests.flow.person import Person, quotes, shown
from tests.flow.test_settings import press

READER = 9_007_199_254_123
NAME = "زرقاءاليمامة"
WORD = "خيتعور"
QUESTION = "كم شخصاً يعيش في مخيم الهول؟"
TOO_LATE = {
    "method": "answerCallbackQuery",
    "kind": "error",
    "error_code": 400,
    "description": "Bad Request: query is too old and response timeout expired",
}


@pytest.fixture
def log_file(tmp_path: Path) -> Iterator[Path]:
    """Everything that is logged at DEBUG, just as a running Mujaz writes it."""
    path = tmp_path / "mujaz.log"
    root = logging.getLogger()
    handlers, level, stderr = root.handlers[:], root.level, sys.stderr
    with path.open("w", encoding="utf-8") as sys.stderr:
        set_up_logging("DEBUG", "text")
        sys.stderr, root.handlers = stderr, [*handlers, *root.handlers]
        yield path
    root.handlers = handlers
    root.setLevel(level)


def traces(folder: Path) -> dict[str, int]:
    """Count how often the reader's id, name and word stand in the bytes of the files."""
    sought = {
        "id as text": str(READER).encode(),
        "id as SQLite keeps it": READER.to_bytes(6, "big"),
        "name": NAME.encode(),
        "name, escaped": NAME.encode("ascii", "backslashreplace"),
        "word": WORD.encode(),
        "word, escaped": WORD.encode("ascii", "backslashreplace"),
        "question": QUESTION.encode(),
    }
    contents = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    return {name: sum(c.count(what) for c in contents) for name, what in sought.items()}


async def test_after_forget_no_byte_of_a_reader_is_left(
    mujaz: Mujaz, layla: Person, core: Core, clock: SandboxClock, log_file: Path
) -> None:
    await layla.control("users", id=READER, first_name=NAME)
    reader = Person(str(layla._http.base_url), READER)
    await reader.says("/subscribe")
    await core.services.choosing.choose(READER, 0, "w", f"+{WORD}")
    await core.services.choosing.choose(READER, 0, "w", f"-{WORD}")
    await core.services.choosing.choose(READER, 0, "v", f"+{WORD}")
    answer = await reader.says(QUESTION)
    await layla.control("faults", times=1, **TOO_LATE)
    await reader.presses(answer, "👍")  # is logged: it could not be answered
    await reader.says("/help")  # handled after the press
    clock.advance(timedelta(hours=13, minutes=31))
    await reader.sees(READER, lambda m: quotes(m) != [] and "موجز" in shown(m))
    file = await reader.says("/mydata")
    before = traces(core.settings.data_dir)

    sure = await reader.says("/forget")
    await reader.presses(sure, "نعم")
    await reader.sees(READER, lambda m: "حُذف كل شيء" in shown(m))
    after = traces(core.settings.data_dir)

    assert file["document"]["file_name"] == "mujaz-data.json"
    for name in ("id as SQLite keeps it", "name", "question"):
        assert before[name] > 0, before  # there was something to forget
    assert before["word"] + before["word, escaped"] > 0, before
    assert after == dict.fromkeys(after, 0)
    log = await asyncio.to_thread(log_file.read_bytes)
    assert b"Query is too old" in log
    assert str(READER).encode() not in log
    assert NAME.encode() not in log
    await reader.close()


async def test_my_data_holds_everything_and_of_nobody_else(
    mujaz: Mujaz, layla: Person, core: Core
) -> None:
    await layla.says("/subscribe")
    await core.services.subscribing.remember(
        (await core.store.chat(layla.user_id)) or pytest.fail("no chat")
    )
    await layla.says(QUESTION)
    other = Person(str(layla._http.base_url), 1002)
    await other.says("/subscribe")

    held = json.loads(await core.services.privacy.data(layla.user_id))

    assert set(held) == {"chats", "subscriptions", "questions"}
    assert [row["title"] for row in held["chats"]] == ["ليلى"]
    assert held["subscriptions"][0]["times"] == ["08:00"]
    assert QUESTION not in json.dumps(held, ensure_ascii=False)
    assert "1002" not in json.dumps(held)
    await other.close()


async def test_nothing_is_forgotten_by_mistake_nor_by_others(
    mujaz: Mujaz, layla: Person, core: Core
) -> None:
    told = await layla.says("/privacy")
    assert 9 <= len(shown(told).split("\n")) <= 11
    sure = await press(layla, told, "احذف كل شيء")
    assert "لا رجوع" in shown(sure)
    kept = await press_last(layla, sure, "لا")
    assert "لم يُحذف شيء" in kept
    assert await core.store.chat(layla.user_id) is not None


async def press_last(person: Person, message: dict[str, object], label: str) -> str:
    await person.presses(message, label)
    (after,) = await person.sees(person.user_id, lambda m: "لم يُحذف" in shown(m))
    return shown(after)


async def test_questions_expire(core: Core, clock: SandboxClock) -> None:
    judging = core.services.judging
    await judging.note(1, "كم؟", found=True)
    clock.advance(KEPT_FOR - timedelta(hours=1))
    assert await judging.expire() == 0
    clock.advance(timedelta(hours=2))

    assert await judging.expire() == 1


def test_hashes_tell_nothing_without_the_key() -> None:
    from bot.services.judging import Judging

    one, other = (Judging(None, None, secret) for secret in ("1:aa", "1:bb"))  # type: ignore[arg-type]  # only hashes

    assert one.asker(1001) == one.asker(1001)
    assert one.asker(1001) != other.asker(1001)
    assert "1001" not in one.asker(1001)
