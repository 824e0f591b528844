"""Where links lead: a place, party, event, the digest, the channels; else to a plain start."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.app import Core, Mujaz
from bot.models import EventsStep
from bot.sandbox import READER_ID
from bot.text.places import places_named
from tests.flow.person import Person, quotes, shown


async def test_a_link_to_a_place_shows_it_and_starts_a_digest_of_it(
    mujaz: Mujaz, layla: Person, core: Core
) -> None:
    (place, *_) = places_named("الباغوز")

    answer = await layla.says(f"/start p_{place.id.replace('.', '-')}")
    (offer,) = await layla.sees(READER_ID, lambda m: "موجزًا يوميًا عن" in shown(m))
    await layla.presses(offer, "الباغوز")
    await layla.sees(READER_ID, lambda m: "مفعّل" in shown(m))

    assert any("الباغوز" in quote for quote in quotes(answer))
    kept = await core.store.subscription(READER_ID, 0)
    assert kept is not None
    assert kept.active
    assert kept.filters.places == (place.id,)


async def test_a_link_to_the_digest_shows_it(mujaz: Mujaz, layla: Person) -> None:
    assert "يغطي ما وصل" in shown(await layla.says("/start digest"))


@pytest.mark.parametrize("wanted", ["p_", "x" * 64, "w|f|all", "<b>", "p_../etc", "e_", "e_x|y"])
async def test_a_link_to_nowhere_is_a_plain_start(mujaz: Mujaz, layla: Person, wanted: str) -> None:
    assert "أهلًا بك في موجز" in shown(await layla.says(f"/start {wanted}"))


@pytest.mark.parametrize("wanted", ["p_nowhere", "e_99999", "e_" + "9" * 40, "e_abc", "y_nobody"])
async def test_a_link_that_leads_nowhere_any_more_says_so_and_begins(
    mujaz: Mujaz, layla: Person, wanted: str
) -> None:
    told = await layla.says(f"/start {wanted}")
    assert "لم يعد يؤدي إلى شيء" in shown(told)
    (hello,) = await layla.sees(READER_ID, lambda m: "أهلًا بك في موجز" in shown(m))
    assert hello["reply_markup"]["inline_keyboard"]


async def test_a_link_to_an_event_that_another_one_took_over_opens_that_one(
    mujaz: Mujaz, layla: Person, core: Core
) -> None:
    await core.services.enriching.follow()
    mark = await core.store.events_mark()
    held = await core.store.events([1, 2])
    gone = replace(held[2], article_ids=(), merged_into=1)
    step = EventsStep(before=mark, after=mark, events=(gone,))
    assert await core.store.save_events(step, now=core.clock.now())

    opened = await layla.says("/start e_2")

    assert "ما جرى بالترتيب" in shown(opened)
    assert "#1" in shown(opened)


async def test_a_link_to_a_party_shows_what_it_did(mujaz: Mujaz, layla: Person, core: Core) -> None:
    await core.services.enriching.follow()
    opened = await layla.says("/start y_sdf")

    assert "قوات سوريا الديمقراطية" in shown(opened).split("\n")[0]
