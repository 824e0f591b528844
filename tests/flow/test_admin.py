"""Running the bot from a chat: the panel, notices with a preview, backups, judged answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.app import Core, Mujaz
from bot.sandbox import READER_ID
from bot.services.overseeing import bars
from bot.settings import Settings
from bot.store.backup import backups_in
from tests.flow.person import Person, shown


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    return settings.model_copy(update={"backup_dir": tmp_path / "backups"})


async def test_the_panel_tells_how_everything_stands(mujaz: Mujaz, layla: Person) -> None:
    await layla.says("/subscribe")
    await layla.says("كم شخصاً يعيش في مخيم الهول؟")
    await layla.says("ما سعر برميل النفط اليوم؟")

    panel = shown(await layla.says("/admin"))

    assert "المشتركون: 1 من 1" in panel
    assert "أسئلة اليوم الأخير: 2، أُجيب منها 1" in panel
    assert "12 آذار 2019" in panel
    assert "█" in panel


async def test_a_notice_is_shown_first_and_sent_once_to_every_subscriber(
    mujaz: Mujaz, layla: Person, core: Core
) -> None:
    other = Person(str(layla._http.base_url), 1002)
    await layla.says("/subscribe")
    await other.says("/subscribe")
    panel = await layla.says("/admin")
    await layla.presses(panel, "إشعار")
    (asked,) = await layla.sees(READER_ID, lambda m: "اكتب نص الإشعار" in shown(m))
    before = len(await other.messages())
    text = "سنتوقف <b>ساعة</b> & نعود."

    count = await layla.says(text, reply_to_message_id=asked["message_id"])
    (preview,) = await layla.sees(READER_ID, lambda m: shown(m) == text and "reply_markup" in m)
    assert "2" in shown(count)
    assert len(await other.messages()) == before  # nothing yet
    await layla.presses(preview, "أرسل")
    await other.sees(1002, lambda m: shown(m) == text)
    again = await core.services.overseeing.notify(f"notice:{preview['message_id']}", text)

    assert again == 0
    assert len([m for m in await other.messages() if shown(m) == text]) == 1
    await other.close()


async def test_a_stranger_can_neither_write_a_notice_nor_press_the_panel(
    mujaz: Mujaz, layla: Person
) -> None:
    other = Person(str(layla._http.base_url), 1002)
    reply = await other.says("/admin")
    answer = await other.says("إشعار", reply_to_message_id=reply["message_id"])

    assert "لا أعرف هذا الأمر" in shown(reply)
    assert "هكذا سيصل" not in shown(answer)
    await other.close()


async def test_a_backup_is_made_at_once(
    mujaz: Mujaz, layla: Person, core: Core, tmp_path: Path
) -> None:
    panel = await layla.says("/admin")
    await layla.presses(panel, "نسخة")  # while the one that is due at the start is being made
    await layla.says("/help")  # handled after the press

    assert backups_in(tmp_path / "backups") != []


async def test_judged_answers_are_handed_over_with_their_paragraphs(
    mujaz: Mujaz, layla: Person
) -> None:
    answer = await layla.says("كم شخصاً يعيش في مخيم الهول؟")
    await layla.presses(answer, "👎")
    panel = await layla.says("/admin")
    await layla.presses(panel, "تقييمات")
    (message,) = await layla.sees(READER_ID, lambda m: "document" in m)

    content = await layla._http.get(f"/sandbox/files/{message['document']['file_id']}")
    (line,) = [json.loads(line) for line in content.text.splitlines()]
    assert line["verdict"] == "bad"
    assert line["question"] == "كم شخصاً يعيش في مخيم الهول؟"
    assert any("65 ألف شخص" in paragraph for paragraph in line["paragraphs"])
    assert str(READER_ID) not in content.text


def named(kind: str) -> Callable[[dict[str, Any]], bool]:
    return lambda m: str(m.get("document", {}).get("file_name", "")).endswith(kind)


async def test_a_digest_comes_as_a_file(mujaz: Mujaz, layla: Person) -> None:
    for kind, label in (("html", "HTML"), ("txt", "نص")):
        which = await layla.says("/file")
        await layla.presses(which, label)
        (message,) = await layla.sees(READER_ID, named(kind))
        content = (await layla._http.get(f"/sandbox/files/{message['document']['file_id']}")).text
        assert "داعش يلجأ لانتحارييه وقادته هجروا" in content
        assert 'dir="rtl"' in content or kind == "txt"
        assert "<script" not in content


def test_bars_are_as_high_as_their_numbers() -> None:
    assert bars((0, 1, 2, 4)) == "▁▃▅█"
    assert bars((0, 0)) == "▁▁"
    assert bars(()) == ""
