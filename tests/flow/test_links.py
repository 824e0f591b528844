"""Where links lead: a place, the digest, the channels; anything else is a plain start."""

from __future__ import annotations

import pytest

from bot.app import Core, Mujaz
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


@pytest.mark.parametrize(
    "wanted", ["p_nowhere", "p_", "e_1", "x" * 64, "w|f|all", "<b>", "p_../etc"]
)
async def test_a_link_to_nowhere_is_a_plain_start(mujaz: Mujaz, layla: Person, wanted: str) -> None:
    assert "أهلًا بك في موجز" in shown(await layla.says(f"/start {wanted}"))
