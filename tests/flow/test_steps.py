"""How many touches lead where: a digest of one's own, and one in a channel."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.app import Core, Mujaz
from bot.sandbox import CHANNEL_ID, READER_ID, SandboxClock
from tests.flow.person import Person, quotes, shown

MOST_TO_A_DIGEST, MOST_TO_A_CHANNEL = 3, 4


class Counting(Person):
    """A person whose touches are counted."""

    touches = 0

    async def presses(self, message: dict[str, Any], label: str) -> None:
        self.touches += 1
        await super().presses(message, label)


async def test_start_leads_to_a_working_daily_digest_in_three_touches(
    mujaz: Mujaz, layla: Person, clock: SandboxClock, core: Core
) -> None:
    reader = Counting(str(layla._http.base_url))
    hello = await reader.says("/start")
    await reader.presses(hello, "سوريا")
    (asked,) = await reader.sees(READER_ID, lambda m: "ماذا تتابع" in shown(m))
    await reader.presses(asked, "كل الأخبار")
    await reader.sees(READER_ID, lambda m: "مفعّل" in shown(m))

    clock.advance(timedelta(hours=13, minutes=31))
    await reader.sees(READER_ID, lambda m: "13 آذار 2019" in shown(m) and quotes(m) != [])

    assert 0 < reader.touches <= MOST_TO_A_DIGEST
    await reader.close()


async def test_one_touch_is_enough_for_who_is_in_a_hurry(
    mujaz: Mujaz, layla: Person, core: Core
) -> None:
    reader = Counting(str(layla._http.base_url))
    await reader.presses(await reader.says("/start"), "فعّل الموجز الآن")
    await reader.sees(READER_ID, lambda m: "مفعّل" in shown(m))

    kept = await core.store.subscription(READER_ID, 0)
    assert kept is not None
    assert kept.active
    assert reader.touches == 1
    await reader.close()


async def test_a_channel_has_its_digest_four_touches_after_the_bot_was_added(
    mujaz: Mujaz, layla: Person, clock: SandboxClock
) -> None:
    owner = Counting(str(layla._http.base_url))
    await owner.says("/start")
    await owner.control("membership", chat_id=CHANNEL_ID, status="administrator")
    (panel,) = await owner.sees(READER_ID, lambda m: "أخبار الفرات" in shown(m))
    await owner.presses(panel, "تفعيل")
    (asked,) = await owner.sees(READER_ID, lambda m: "هكذا سيُنشر" in shown(m))
    assert await owner.messages(CHANNEL_ID) == []
    await owner.presses(asked, "انشر")
    await owner.sees(READER_ID, lambda m: "مفعّل" in shown(m))

    clock.advance(timedelta(hours=13, minutes=31))
    await owner.sees(CHANNEL_ID, lambda m: quotes(m) != [])

    assert 0 < owner.touches <= MOST_TO_A_CHANNEL
    await owner.close()


async def test_poor_networks_get_one_message_of_headlines_and_no_picture(
    mujaz: Mujaz, layla: Person, core: Core
) -> None:
    await core.services.enriching.follow()
    usual = await layla.says("/digest")
    assert quotes(usual)
    await core.services.choosing.choose(READER_ID, 0, "x", "1")

    before = len(await layla.messages())
    compact = await layla.says("/digest")
    chart = await layla.says("/chart سوريا")
    sent = await layla.messages()

    assert len(sent) == before + 4  # two questions, one message each
    assert quotes(compact) == []
    assert "●" in shown(compact)
    assert "photo" not in chart
    assert all(m.get("link_preview_options", {}).get("is_disabled") for m in (compact, chart))


async def test_casualty_details_are_hidden_until_touched_where_the_reader_chose_so(
    mujaz: Mujaz, layla: Person, core: Core
) -> None:
    open_answer = await layla.says("كم قتل من داعش بحسب مصطفى بالي؟")
    await core.services.choosing.choose(READER_ID, 0, "o", "1")
    hidden = await layla.says("كم قتل من داعش بحسب مصطفى بالي؟")

    def spoilers(message: dict[str, Any]) -> int:
        return sum(e["type"] == "spoiler" for e in message["entities"])

    assert quotes(open_answer)
    assert spoilers(open_answer) == 0
    assert spoilers(hidden) > 0
