"""The settings by buttons: one message edited in place, everything can be taken back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import event

from bot.app import Core, Mujaz
from bot.sandbox import CHANNEL_ID, GROUP_ID, READER_ID, SandboxClock
from bot.store.sql import SqlStore
from tests.flow.person import Person, shown

SAMER, HUDA = 1002, 1003


def labels(message: dict[str, Any]) -> list[str]:
    return [b["text"] for row in message["reply_markup"]["inline_keyboard"] for b in row]


async def press(person: Person, message: dict[str, Any], label: str) -> dict[str, Any]:
    """Press a button and return the message as it reads once the press has done its work."""
    before = await now(person, message)
    await person.presses(before, label)
    (after,) = await person.sees(
        message["chat"]["id"],
        lambda m: (
            m["message_id"] == message["message_id"]
            and (shown(m), m["reply_markup"]) != (shown(before), before["reply_markup"])
        ),
    )
    return after


async def now(person: Person, message: dict[str, Any]) -> dict[str, Any]:
    chat = message["chat"]["id"]
    said = await person.messages(chat)
    return next(m for m in said if m["message_id"] == message["message_id"])


@contextmanager
def written(core: Core) -> Iterator[list[str]]:
    """Note every statement that changes what a chat chose, on whichever connection."""
    noted: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        first = statement.split(maxsplit=1)[0].upper()
        if first != "SELECT" and re.search(r"\b(chats|subscriptions)\b", statement):
            noted.append(statement)

    assert isinstance(core.store, SqlStore)
    engines = [engine.sync_engine for engine in core.store.database.engines]
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield noted
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)


async def test_a_press_that_only_opens_a_page_writes_nothing(
    mujaz: Mujaz, layla: Person, core: Core
) -> None:
    home = await layla.says("/settings")
    opened = ("المواعيد", "رجوع", "الأيام", "رجوع", "الشكل", "رجوع", "المحتوى", "الأماكن", "رجوع")

    with written(core) as noted:
        for label in opened:
            await press(layla, home, label)
        assert noted == []
        await press(layla, home, "رجوع")
        await press(layla, home, "المواعيد")
        await press(layla, home, "20:00")
        assert noted


async def test_a_reader_sets_everything_in_one_message_and_takes_it_back(
    mujaz: Mujaz, layla: Person, core: Core
) -> None:
    home = await layla.says("/settings")
    assert "متوقف" in shown(home)

    await press(layla, home, "المواعيد")
    page = await press(layla, home, "20:00")
    assert "✅ 20:00" in labels(page)
    assert "08:00، 20:00" in shown(page)
    page = await press(layla, home, "تراجع")
    assert "✅ 20:00" not in labels(page)
    await press(layla, home, "رجوع")
    await press(layla, home, "الأيام")
    await press(layla, home, "الجمعة")
    await press(layla, home, "رجوع")
    await press(layla, home, "التوقيت")
    page = await press(layla, home, "ألمانيا") if "ألمانيا" in str(labels(home)) else page
    await press(layla, home, "أخرى")
    await press(layla, home, "ألمانيا")
    await press(layla, home, "رجوع")
    await press(layla, home, "الهدوء")
    await press(layla, home, "22–07")
    await press(layla, home, "رجوع")
    await press(layla, home, "المحتوى")
    await press(layla, home, "النزاعات")
    await press(layla, home, "رجوع")
    await press(layla, home, "الطول")
    await press(layla, home, "5")
    await press(layla, home, "رجوع")
    await press(layla, home, "الشكل")
    await press(layla, home, "١٢٣")
    await press(layla, home, "الهجري")
    await press(layla, home, "رجوع")
    summary = shown(await press(layla, home, "تفعيل"))

    chat = await core.store.chat(READER_ID)
    kept = await core.store.subscription(READER_ID, 0)
    assert chat is not None
    assert kept is not None
    assert kept.active
    assert kept.times == ("08:00",)
    assert kept.weekdays == (1, 2, 3, 4, 6, 7)
    assert kept.timezone == chat.timezone == "Europe/Berlin"
    assert (kept.delivery.quiet_from, kept.delivery.quiet_until) == ("22:00", "07:00")
    assert kept.filters.conflict_only
    assert kept.filters.max_events == 5
    assert chat.look.eastern_digits
    assert chat.look.hijri
    for told in ("مفعّل", "٠٨:٠٠", "برلين", "٢٢:٠٠", "٥ أحداث", "أخبار النزاعات"):
        assert told in summary, summary
    asked = [r for r in await layla.journal() if r["method"].lower() == "sendmessage"]
    assert len(asked) == 1  # one message, edited in place


async def test_another_language_is_spoken_from_the_press_on(mujaz: Mujaz, layla: Person) -> None:
    home = await layla.says("/settings")
    await press(layla, home, "اللغة")
    english = await press(layla, home, "English")
    assert "Language" in shown(english)

    back = await press(layla, home, "Undo")

    assert "اللغة" in shown(back)
    assert "Settings" not in shown(await layla.says("/help"))


async def test_a_digest_written_by_the_settings_comes_at_its_time(
    mujaz: Mujaz, layla: Person, clock: SandboxClock
) -> None:
    home = await layla.says("/settings")
    await press(layla, home, "المواعيد")
    await press(layla, home, "23:00")
    await press(layla, home, "رجوع")
    await press(layla, home, "تفعيل")

    clock.advance(timedelta(hours=4, minutes=31))

    (digest, *_) = await layla.sees(READER_ID, lambda m: "يغطي ما وصل" in shown(m))
    assert "موجز" in shown(digest).split("\n")[0]


async def test_a_place_can_be_written(mujaz: Mujaz, layla: Person, core: Core) -> None:
    home = await layla.says("/settings")
    await press(layla, home, "المحتوى")
    await press(layla, home, "الأماكن")
    await layla.presses(await now(layla, home), "اكتب")
    (asked,) = await layla.sees(READER_ID, lambda m: "ما اسم المكان" in shown(m))

    unknown = await layla.says("زحلوقة", reply_to_message_id=asked["message_id"])
    assert "لا أعرف مكانًا" in shown(unknown)
    taken = await layla.says("الباغوز", reply_to_message_id=asked["message_id"])

    assert any("✅ الباغوز" in label for label in labels(taken)), labels(taken)
    kept = await core.store.subscription(READER_ID, 0)
    assert kept is not None
    assert len(kept.filters.places) == 1
    party = await layla.says("قسد", reply_to_message_id=asked["message_id"])
    assert any("✅ قوات سوريا الديمقراطية" in label for label in labels(party))


async def test_only_admins_set_up_a_group_and_presses_of_others_change_nothing(
    mujaz: Mujaz, layla: Person, core: Core
) -> None:
    await layla.control("membership", chat_id=GROUP_ID, status="administrator")
    samer, huda = (Person(str(layla._http.base_url), who) for who in (SAMER, HUDA))

    refused = await samer.says("/settings", GROUP_ID, message_thread_id=2)
    home = await huda.says("/settings", GROUP_ID, message_thread_id=2)
    assert "مشرف" in shown(refused)
    assert "أهل دير الزور" in shown(home)
    await samer.presses(home, "تفعيل")
    await samer.says("/ask", GROUP_ID)  # handled after the press
    assert await core.store.subscription(GROUP_ID, 2) is None

    await press(huda, home, "تفعيل")
    kept = await core.store.subscription(GROUP_ID, 2)
    assert kept is not None
    assert kept.active
    answers = [r for r in await layla.journal() if r["method"].lower() == "answercallbackquery"]
    assert "مشرف" in json.dumps(answers, ensure_ascii=False)
    await samer.close()
    await huda.close()


async def test_a_channel_is_set_in_private(mujaz: Mujaz, layla: Person, core: Core) -> None:
    await layla.says("/start")
    await layla.control("membership", chat_id=CHANNEL_ID, status="administrator")
    (panel,) = await layla.sees(READER_ID, lambda m: "أخبار الفرات" in shown(m))
    home = await press(layla, panel, "كل الإعدادات")
    assert "أخبار الفرات" in shown(home)

    await press(layla, home, "الشكل")
    await press(layla, home, "الضحايا")

    channel = await core.store.chat(CHANNEL_ID)
    assert channel is not None
    assert channel.look.spoilers
    reader = await core.store.chat(READER_ID)
    assert reader is not None
    assert not reader.look.spoilers


async def test_how_a_channels_digest_arrives_is_set_in_private(
    mujaz: Mujaz, layla: Person, core: Core
) -> None:
    await layla.says("/start")
    await layla.control("membership", chat_id=CHANNEL_ID, status="administrator")
    (panel,) = await layla.sees(READER_ID, lambda m: "أخبار الفرات" in shown(m))
    home = await press(layla, panel, "كل الإعدادات")
    await press(layla, home, "الوصول")
    await press(layla, home, "بلا صوت")
    await press(layla, home, "تثبيت")
    await layla.presses(await now(layla, home), "اكتب توقيعًا")
    (asked,) = await layla.sees(READER_ID, lambda m: "ما التوقيع" in shown(m))

    refused = await layla.says("ت" * 101, reply_to_message_id=asked["message_id"])
    signed = await layla.says("مكتب الفرات", reply_to_message_id=asked["message_id"])

    assert "مكتب الفرات" not in shown(refused)
    assert "مكتب الفرات" in shown(signed)
    kept = await core.store.subscription(CHANNEL_ID, 0)
    assert kept is not None
    chosen = kept.delivery
    assert (chosen.silent, chosen.pin, chosen.signature) == (True, True, "مكتب الفرات")


async def test_a_right_that_we_lack_is_named_and_nothing_is_changed(
    mujaz: Mujaz, layla: Person, core: Core
) -> None:
    await layla.says("/start")
    lacking = ["can_edit_messages", "can_post_messages"]
    await layla.control("membership", chat_id=CHANNEL_ID, status="administrator", lacking=lacking)
    (panel,) = await layla.sees(READER_ID, lambda m: "أخبار الفرات" in shown(m))
    before = await layla.messages(CHANNEL_ID)

    await layla.presses(panel, "تفعيل")
    home = await press(layla, panel, "كل الإعدادات")
    await layla.presses(home, "تفعيل")
    page = await press(layla, home, "الوصول")
    await layla.presses(page, "تثبيت")
    await layla.says("/help")  # handled after the presses

    assert await core.store.subscription(CHANNEL_ID, 0) is None
    assert await layla.messages(CHANNEL_ID) == before
    made = [r for r in await layla.journal() if r["method"].lower() == "answercallbackquery"]
    told = [str(r["params"].get("text", "")) for r in made]
    assert sum("لا أستطيع النشر هناك" in text for text in told) == 2
    assert sum("لا أستطيع التثبيت هناك" in text for text in told) == 1
