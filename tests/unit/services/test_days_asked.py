"""Questions that name a day: what is of another day is no answer, and whose day it is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.clock import FixedClock
from bot.services.answering import Answering
from tests.unit.search.archive import Archive, open_archive

ASKED_AT = datetime(2019, 3, 13, 22, 30, tzinfo=UTC)  # half past midnight in Damascus
ZONE = "Asia/Damascus"
DEAD = "قتل خمسة مدنيين في قصف على مدينة دوما، بحسب الدفاع المدني."


@pytest.fixture
async def archive(tmp_path: Path) -> AsyncIterator[Archive]:
    opened = await open_archive(tmp_path)
    yield opened
    await opened.close()


async def held(archive: Archive, text: str, at: datetime | None) -> None:
    await archive.add(text[:20], [text], published_at=at, identity=f"{text[:30]}{at}")
    await archive.index.catch_up()


def answering(archive: Archive) -> Answering:
    return Answering(archive.store, archive.index, FixedClock(ASKED_AT))


async def test_a_report_of_another_day_does_not_answer(archive: Archive) -> None:
    await held(archive, DEAD, datetime(2019, 2, 3, 9, tzinfo=UTC))

    asked = await answering(archive).answer("كم مدنياً قتل في دوما يوم 11 شباط 2019؟", zone=ZONE)

    assert not asked.found
    assert asked.named == (date(2019, 2, 11), date(2019, 2, 11))
    assert (await answering(archive).answer("كم مدنياً قتل في دوما يوم 3 شباط 2019؟")).found
    assert (await answering(archive).answer("كم مدنياً قتل في دوما؟")).found


async def test_a_later_report_that_names_the_day_answers(archive: Archive) -> None:
    text = "قتل خمسة مدنيين في قصف على مدينة دوما في 11 شباط، بحسب تقرير للدفاع المدني."
    await held(archive, text, datetime(2019, 3, 1, 9, tzinfo=UTC))

    asked = await answering(archive).answer("كم مدنياً قتل في دوما يوم 11 شباط 2019؟", zone=ZONE)

    assert asked.found
    assert asked.passages[0].paragraph.text == text


async def test_a_report_that_names_only_the_year_does_not_answer(archive: Archive) -> None:
    text = "قتل خمسة مدنيين في قصف على مدينة دوما، وهو الأعنف في 2019، بحسب الدفاع المدني."
    await held(archive, text, datetime(2019, 3, 1, 9, tzinfo=UTC))

    asked = await answering(archive).answer("كم مدنياً قتل في دوما يوم 11 شباط 2019؟", zone=ZONE)

    assert not asked.found


async def test_a_report_of_unknown_date_may_answer(archive: Archive) -> None:
    await held(archive, DEAD, None)

    asked = await answering(archive).answer("كم مدنياً قتل في دوما يوم 3 شباط 2019؟", zone=ZONE)

    assert asked.found


async def test_days_are_those_of_whoever_asks(archive: Archive) -> None:
    """At night it is tomorrow already in Damascus: yesterday is the 13th there, the 12th in UTC."""
    await held(archive, DEAD, datetime(2019, 3, 11, 22, 30, tzinfo=UTC))  # the 12th there

    here = await answering(archive).answer("كم مدنياً قتل في دوما أمس؟", zone=ZONE)
    there = await answering(archive).answer("كم مدنياً قتل في دوما أول أمس؟", zone=ZONE)

    assert (here.found, here.named) == (False, (date(2019, 3, 13), date(2019, 3, 13)))
    assert there.found


async def test_verbs_that_carry_the_counted_do_not_lead_elsewhere(archive: Archive) -> None:
    await held(archive, DEAD, datetime(2019, 2, 3, 9, tzinfo=UTC))
    other = "سقط تسعة قتلى وسقط عشرة جرحى في هجوم على مدينة السويداء، بحسب مصدر طبي."
    await held(archive, other, datetime(2019, 2, 9, 9, tzinfo=UTC))

    asked = await answering(archive).answer("كم قتيلاً سقط في دوما؟")

    assert asked.found
    assert [one.paragraph.text for one in asked.passages] == [DEAD]


async def test_a_broken_plural_finds_the_singular(archive: Archive) -> None:
    text = "أصاب القصف مدرسة في بلدة عربين فقتل حارسها، بحسب مراسلنا."
    await held(archive, text, datetime(2019, 2, 3, 9, tzinfo=UTC))

    asked = await answering(archive).answer("قصف المدارس في عربين")

    assert asked.found
    assert any(text[start:stop] == "مدرسة" for start, stop in asked.passages[0].matches)


async def test_since_a_day_is_all_that_followed(archive: Archive) -> None:
    await held(archive, DEAD, datetime(2019, 2, 3, 9, tzinfo=UTC))

    since = await answering(archive).answer("كم مدنياً قتل في دوما منذ 1 شباط 2019؟", zone=ZONE)
    later = await answering(archive).answer("كم مدنياً قتل في دوما منذ 9 شباط 2019؟", zone=ZONE)
    ever = await answering(archive).answer("كم مدنياً قتل في دوما حتى اليوم؟", zone=ZONE)

    assert since.found
    assert not later.found
    assert later.named == (date(2019, 2, 9), date(2019, 3, 14))
    assert ever.found


async def test_a_report_of_another_day_is_not_shown_beside_the_answer(archive: Archive) -> None:
    await held(archive, "وصلت قافلة إغاثة إلى إدلب.", datetime(2019, 3, 13, 9, tzinfo=UTC))
    old = "وصل وفد من منظمة إغاثية إلى مدينة إدلب لزيارة المشافي."
    await held(archive, old, datetime(2019, 1, 2, 9, tzinfo=UTC))

    asked = await answering(archive).answer("هل وصلت منظمة إغاثة إلى إدلب أمس؟", zone=ZONE)
    undated = await answering(archive).answer("هل وصلت منظمة إغاثة إلى إدلب؟", zone=ZONE)

    assert asked.found
    assert old not in [one.paragraph.text for one in asked.passages]
    assert old in [one.paragraph.text for one in undated.passages]


async def test_a_question_about_a_span_is_answered_from_all_of_its_days(archive: Archive) -> None:
    await held(archive, DEAD, datetime(2019, 3, 8, 9, tzinfo=UTC))

    within = await answering(archive).answer("كم مدنياً قتل في دوما من 5 إلى 10 آذار؟", zone=ZONE)
    before = await answering(archive).answer("كم مدنياً قتل في دوما من 1 إلى 5 آذار؟", zone=ZONE)

    assert within.found
    assert (before.found, before.named) == (False, (date(2019, 3, 1), date(2019, 3, 5)))


async def test_a_name_that_is_a_month_as_well_is_no_time(archive: Archive) -> None:
    text = "قال الرئيس رجب طيب أردوغان إن العملية في عفرين تمضي كما خُطط لها."
    await held(archive, text, datetime(2019, 1, 20, 9, tzinfo=UTC))

    asked = await answering(archive).answer("ماذا قال رجب طيب أردوغان عن عفرين؟", zone=ZONE)

    assert asked.found
    assert asked.passages[0].paragraph.text == text
