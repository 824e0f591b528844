"""Where answers and timelines lead on: what happened there, following it, showing others."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.app import Core, Mujaz
from bot.models import FollowKind
from bot.sandbox import GROUP_ID, READER_ID
from bot.text.places import places_named
from tests.flow.person import Person, quotes, shown
from tests.flow.test_settings import labels, now
from tests.flow.test_timeline import bold


@pytest.fixture
async def read(mujaz: Mujaz, core: Core) -> Core:
    await core.services.enriching.follow()
    return core


def shared_parameter(message: dict[str, Any]) -> str:
    """Return where the link under a message leads: what follows ``?start=``."""
    rows = message["reply_markup"]["inline_keyboard"]
    (address,) = [b["url"] for row in rows for b in row if "/share/url" in b.get("url", "")]
    (link,) = parse_qs(urlsplit(address).query)["url"]
    assert link.startswith("https://t.me/mujaz_bot?start=")
    return str(link.partition("?start=")[2])


async def test_an_answer_about_a_place_leads_to_its_timeline_and_is_followed_by_one_touch(
    read: Core, layla: Person
) -> None:
    (baghuz, *_) = places_named("الباغوز")
    answer = await layla.says("ماذا يحدث في الباغوز؟")

    await layla.presses(answer, "ما جرى بالترتيب")
    (timeline,) = await layla.sees(READER_ID, lambda m: "ما جرى بالترتيب: " in shown(m))
    await layla.presses(answer, "الباغوز")
    (done,) = await layla.sees(READER_ID, lambda m: "تتابع الآن" in shown(m))

    assert "الباغوز" in bold(timeline)[0]
    kept = await read.store.follows(READER_ID, 0)
    assert [(one.kind, one.value) for one in kept] == [(FollowKind.PLACE, baghuz.id)]
    assert shown(await now(layla, answer)) == shown(answer)  # the answer stays as it is
    await layla.presses(done, "✖️")
    await layla.sees(READER_ID, lambda m: "لا تتابع شيئًا" in shown(m))
    assert await read.store.follows(READER_ID, 0) == []


async def test_an_answer_about_a_party_can_be_followed_too(read: Core, layla: Person) -> None:
    answer = await layla.says("ماذا قال مدير المركز الإعلامي لقسد؟")
    await layla.presses(answer, "تابع")
    await layla.sees(READER_ID, lambda m: "تتابع الآن" in shown(m))

    assert [one.value for one in await read.store.follows(READER_ID, 0)] == ["sdf"]


async def test_what_is_not_in_the_archive_can_be_followed_but_has_no_timeline(
    read: Core, layla: Person
) -> None:
    answer = await layla.says("ما سعر الذهب في زحلة؟")

    assert "لا أجد" in shown(answer)
    assert any("زحله" in label for label in labels(answer))
    assert not any("ما جرى" in label for label in labels(answer))


async def test_a_question_without_a_name_has_no_such_buttons(read: Core, layla: Person) -> None:
    answer = await layla.says("ما الذي أبطأ التقدم؟")

    rows = answer.get("reply_markup", {}).get("inline_keyboard", [])
    assert not any("تابع" in b["text"] or "شارك" in b["text"] for row in rows for b in row)


async def test_in_a_group_nobody_is_tempted_to_follow_by_a_button(
    read: Core, layla: Person
) -> None:
    await layla.control("membership", chat_id=GROUP_ID, status="administrator")
    samer = Person(str(layla._http.base_url), 1002)
    answer = await samer.says("/ask ماذا يحدث في الباغوز؟", GROUP_ID)
    await samer.close()

    assert any("ما جرى" in label for label in labels(answer))
    assert not any("تابع" in label or "شارك" in label for label in labels(answer))


async def test_a_shared_place_and_a_shared_event_open_where_they_were_shared_from(
    read: Core, layla: Person
) -> None:
    friend = Person(str(layla._http.base_url), 1002)
    answer = await layla.says("ماذا يحدث في الباغوز؟")
    page = await layla.says("/timeline #1")
    assert any("تابع هذا الحدث" in label for label in labels(page))

    place = await friend.says(f"/start {shared_parameter(answer)}")
    event = await friend.says(f"/start {shared_parameter(page)}")
    await friend.presses(event, "تابع هذا الحدث")
    await friend.sees(1002, lambda m: "تتابع الآن الحدث" in shown(m))

    assert any("الباغوز" in quote for quote in quotes(place))
    assert bold(event) == bold(page)
    assert [one.value for one in await read.store.follows(1002, 0)] == ["1"]
    await friend.close()
