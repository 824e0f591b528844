"""A chart of a place: a picture with all that it shows in words under it."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from bot.app import Core, Mujaz
from bot.digest.chart import Chart, Said, draw
from tests.flow.person import Person, shown

PNG = b"\x89PNG\r\n\x1a\n"


async def test_a_place_is_drawn_and_told_in_words(mujaz: Mujaz, layla: Person, core: Core) -> None:
    await core.services.enriching.follow()

    picture = await layla.says("/chart خان شيخون")

    assert picture["photo"]
    words = shown(picture)
    assert "خان شيخون" in words
    assert "مرصد وادي النهر" in words
    assert " 3" in words
    asked = [r for r in await layla.journal() if r["method"].lower() == "sendphoto"]
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("/chart", "اكتب مكانًا"),
        ("/chart زحلوقة", "لا أعرف مكانًا"),
        ("/chart زحلة", "لا شيء عن"),
        ("/chart <b>", "لا أعرف مكانًا"),
    ],
)
async def test_what_cannot_be_drawn_is_said_kindly(
    mujaz: Mujaz, layla: Person, asked: str, told: str
) -> None:
    assert told in shown(await layla.says(asked))


async def test_who_wants_text_alone_gets_the_words(mujaz: Mujaz, layla: Person, core: Core) -> None:
    await layla.says("/start")
    await core.services.choosing.choose(layla.user_id, 0, "p", "0")
    await core.services.enriching.follow()

    words = await layla.says("/chart خان شيخون")

    assert "photo" not in words
    assert "خان شيخون" in shown(words)


def test_a_drawing_is_a_picture_whatever_is_said() -> None:
    said = [
        Said(who=who, at=datetime(2019, 3, 9, 12), low=low, high=high)  # noqa: DTZ001  # wall time
        for who, low, high in (("$x^", 3, 3), ("الدفاع المدني", 3, 9), ("<b>", 10**9, 10**12))
    ]
    for figures in (tuple(said), ()):
        chart = Chart(
            title="خان شيخون $", days_title="كل يوم", said_title="القتلى",
            days=((date(2019, 3, 9), 2), (date(2019, 3, 10), 0)), said=figures,
        )  # fmt: skip
        assert draw(chart).startswith(PNG)
