"""What stands first in a digest, and which paragraph tells it: the news, not the war around it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.clock import FixedClock
from bot.store.sql import open_store
from tests.unit.services.test_digest_of_events import (
    COOKING,
    ELSEWHERE,
    EVENING,
    STRIKE,
    Desk,
    plain,
)

CLINIC = (
    "افتتاح مستوصف ميداني في مدينة سرمدا بريف إدلب",
    "افتتحت لجنة أهلية مستوصفاً ميدانياً في مدينة سرمدا يعالج نحو مئة مريض في اليوم من دون مقابل.",
    "وأسفرت الحرب في سوريا منذ عام 2011 عن مقتل أكثر من 350 ألف شخص، بحسب المرصد السوري.",
)
LATE = (
    "محتجون يغلقون طريق المطار في مدينة البصرة",
    "أغلق محتجون صباحاً طريق المطار في مدينة البصرة بالإطارات المشتعلة مطالبين بماء صالح للشرب.",
    "وقال شهود إن السيارات عادت أدراجها وإن الشرطة راقبت من بعيد ولم تتدخل طوال ساعات الصباح.",
    "وطالب المحتجون المحافظ بالاستقالة، وهتفوا ضد الشركات التي وعدت بمحطات تحلية لم تبن.",
    "وأعلنت نقابة العمال تأييدها للمحتجين ودعت إلى إضراب في دوائر المحافظة مطلع الأسبوع.",
    "وكان 14 متظاهراً قتلوا برصاص الشرطة في مدينة البصرة قبل أيام، بحسب مصدر طبي.",
)


RAIN = (
    "أمطار غزيرة تغمر حقولاً على ضفة الخابور",
    "غمرت أمطار غزيرة حقول القمح على ضفة نهر الخابور قرب مدينة الحسكة وسط مخاوف من ألغام.",
    "ولم تسجل إصابات بين السكان بحسب البلدية، التي طلبت ممن تركوا بيوتهم بسبب القصف ألا يعودوا.",
)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    store = await open_store(f"sqlite+aiosqlite:///{tmp_path / 'mujaz.db'}")
    yield Desk(store, FixedClock(EVENING))
    await store.close()


async def digest(desk: Desk, *reports: tuple[str, tuple[str, ...]]) -> str:
    await desk.subscribe()
    for outlet, told in reports:
        await desk.report(outlet, told)
    return plain((await desk.morning())[7])


async def test_the_total_of_a_war_is_neither_quoted_nor_makes_a_report_the_gravest(
    desk: Desk,
) -> None:
    shown = await digest(desk, ("وكالة النهر", STRIKE), ("راديو الجبل", CLINIC))

    assert CLINIC[1] in shown
    assert CLINIC[2] not in shown
    assert "350" in shown  # the figure is told, as a total, and leads to its report
    assert shown.index(STRIKE[0]) < shown.index(CLINIC[0])


async def test_what_stands_far_down_is_not_quoted_for_its_figure(desk: Desk) -> None:
    shown = await digest(desk, ("وكالة النهر", LATE))

    assert LATE[1] in shown
    assert LATE[5] not in shown


async def test_that_nobody_was_hurt_is_not_quoted_in_place_of_the_news(desk: Desk) -> None:
    shown = await digest(desk, ("إذاعة التل", RAIN))

    assert RAIN[1] in shown
    assert RAIN[2] not in shown
    assert "نفي" in shown


async def test_many_outlets_do_not_lift_what_is_of_no_conflict_above_a_war(desk: Desk) -> None:
    cooks = [(f"مجلة {number}", COOKING) for number in range(6)]

    shown = await digest(desk, *cooks, ("وكالة النهر", ELSEWHERE))

    assert shown.index(ELSEWHERE[0]) < shown.index(COOKING[0])
