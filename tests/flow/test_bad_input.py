"""Whatever somebody sends: a kind and useful word, or silence by design; never an error.

docs/bad-input.md holds the table of which it is.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.app import Core, Mujaz
from bot.sandbox import GROUP_ID, READER_ID
from tests.flow.person import Person, first_strong_is_arabic, quotes, shown

HUDA = 1003
DOCS = Path(__file__).parents[2] / "docs" / "bad-input.md"
NAMES = (
    "\u202eبدر\u202c",
    "\u2063",
    "<b>Ali</b> & Co",
    "a" * 64,
    "\u2066\u2067\u2068",
    "Z̷̡̛a̶͝l̸͘g̴o",
    "👩‍👩‍👧‍👦",
)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("/nosuchcommand", "لا أعرف هذا الأمر"),
        ("/ASK", "لا أعرف هذا الأمر"),
        ("/ask", "اكتب سؤالك"),
        ("؟", "لا أجد"),
        ("😀", "لا أجد"),
        ("qwertzuiop", "لا أجد"),
    ],
)
async def test_what_is_not_understood_gets_a_kind_word(
    mujaz: Mujaz, layla: Person, text: str, told: str
) -> None:
    reply = await layla.says(text)

    assert told in shown(reply) or text == "/ASK"
    assert "خلل" not in shown(reply)


async def test_a_file_of_a_stranger_is_answered_with_what_would_help(
    mujaz: Mujaz, layla: Person
) -> None:
    stranger = Person(str(layla._http.base_url), 1002)
    document = {"file_name": "virus.exe", "content_base64": "AAAA"}

    reply = await stranger.says("", document=document)

    assert "أقرأ النصوص فقط" in shown(reply)
    await stranger.close()


async def test_buttons_of_messages_that_we_forgot_say_so(
    mujaz: Mujaz, layla: Person, core: Core
) -> None:
    answer = await layla.says("ماذا يحدث في الباغوز؟")
    core.services.answering.forget(READER_ID)  # as after a restart
    before = len(await layla.messages())

    await layla.presses(answer, "المزيد")
    await layla.presses(answer, "👍")
    await layla.says("/help")  # handled after the presses

    answers = [r for r in await layla.journal() if r["method"].lower() == "answercallbackquery"]
    assert ["انتهت صلاحية" in str(a["params"]) for a in answers] == [True, True]
    assert len(await layla.messages()) == before + 2


async def test_a_question_that_is_edited_is_not_answered_again(mujaz: Mujaz, layla: Person) -> None:
    asked = await layla.control(
        "messages", chat_id=READER_ID, user_id=READER_ID, text="كم شخصاً يعيش في مخيم الهول؟"
    )
    await layla.sees(READER_ID, lambda m: quotes(m) != [])
    before = len(await layla.messages())

    message_id = asked["message"]["message_id"]
    await layla.control(
        "edits", chat_id=READER_ID, user_id=READER_ID, message_id=message_id, text="وفي الباغوز؟"
    )
    await layla.says("/help")  # handled after the edit

    assert len(await layla.messages()) == before + 2


async def test_two_admins_at_once_both_get_their_way(
    mujaz: Mujaz, layla: Person, core: Core
) -> None:
    await layla.control("membership", chat_id=GROUP_ID, status="administrator")
    huda = Person(str(layla._http.base_url), HUDA)
    home = await huda.says("/settings", GROUP_ID)
    await huda.presses(home, "الأيام")
    (days,) = await huda.sees(GROUP_ID, lambda m: "المس يومًا" in shown(m))

    await asyncio.gather(huda.presses(days, "الجمعة"), layla.presses(days, "السبت"))
    await huda.says("/ask", GROUP_ID)  # handled after the presses

    kept = await core.store.subscription(GROUP_ID, 0)
    assert kept is not None
    assert kept.weekdays == (1, 2, 3, 4, 7)
    await huda.close()


async def test_no_name_disturbs_what_is_said(mujaz: Mujaz, layla: Person, core: Core) -> None:
    for number, name in enumerate(NAMES):
        await layla.control("users", id=9200 + number, first_name=name)
        person = Person(str(layla._http.base_url), 9200 + number)
        hello = await person.says("/start")
        quoted = {line for quote in quotes(hello) for line in quote.split("\n")}
        for line in shown(hello).split("\n"):
            assert line in quoted or first_strong_is_arabic(line), (name, line)
        assert "خلل" not in shown(await person.says("/settings"))
        await person.close()


def test_the_table_names_every_case() -> None:
    table = DOCS.read_text(encoding="utf-8")
    rows = [line for line in table.split("\n") if line.startswith("|")]

    assert len(rows) >= 18
    assert all(line.count("|") == 5 for line in rows)
    named = {cell.strip("` ") for line in rows[2:] for cell in line.split("|")[4].split(",")}
    missing = [name for name in named if name and not _exists(name)]
    assert not missing


def _exists(name: str) -> bool:
    module, _, test = name.partition("::")
    path = Path(__file__).parents[2] / "tests" / module
    return path.is_file() and f"def {test}" in path.read_text(encoding="utf-8")
