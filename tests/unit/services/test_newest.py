"""Asked for the news of a place: its newest reports, one an event, each by what names it first."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import FixedClock
from bot.models import Chat, ChatKind
from bot.services.answering import Answering
from bot.services.enriching import Enriching
from tests.unit.search.archive import NOW, Archive, open_archive

CHAT = Chat(id=1, kind=ChatKind.PRIVATE, language="ar", timezone="Asia/Damascus")
REPORTS = (
    # hours before NOW, title, paragraphs
    (
        1,
        "انقطاع الكهرباء عن مدن تركية",
        ["انقطع التيار صباحاً.", "وعاد ظهراً.", "وذكر بيان أن خط عفرين لم يتأثر."],
    ),
    (2, "الجيش التركي يقصف عفرين", ["بدأ القصف فجراً.", "وسقطت قذائف على وسط عفرين وقتل 3 مدنيين."]),
    (9, "نزوح من ريف عفرين", ["نزحت مئات العائلات من قرى عفرين نحو نبل."]),
    (30, "قافلة مساعدات تصل عفرين", ["وصلت قافلة من 20 شاحنة إلى عفرين."]),
    (31, "افتتاح معرض الكتاب", ["افتتح المعرض في القاهرة بمشاركة ناشرين."]),
    (50, "غارات على صنعاء", ["قتل 7 مدنيين في غارات للتحالف على صنعاء."]),
)
DISTRACTING = "النيابة العامة تحذر من أخبار كاذبة وتطورات الوضع ومستجدات الأحداث"


@pytest.fixture
async def archive(tmp_path: Path) -> AsyncIterator[Archive]:
    opened = await open_archive(tmp_path)
    for hours, title, paragraphs in REPORTS:
        await opened.add(title, paragraphs, published_at=NOW - timedelta(hours=hours))
    await opened.add(DISTRACTING, [DISTRACTING + "."], published_at=NOW - timedelta(hours=3))
    await opened.index.catch_up()
    while await Enriching(opened.store, FixedClock(NOW)).follow():
        pass
    yield opened
    await opened.close()


def answering(archive: Archive, now: datetime = NOW) -> Answering:
    return Answering(archive.store, archive.index, FixedClock(now))


@pytest.mark.parametrize("question", ["أخبار عفرين", "شو صار بعفرين؟", "latest news Afrin"])
async def test_the_newest_reports_come_first_by_the_paragraph_that_names_the_place(
    archive: Archive, question: str
) -> None:
    answer = await answering(archive).answer(question)

    assert answer.found
    assert [one.paragraph.text for one in answer.passages] == [
        "وسقطت قذائف على وسط عفرين وقتل 3 مدنيين.",
        "نزحت مئات العائلات من قرى عفرين نحو نبل.",
        "وصلت قافلة من 20 شاحنة إلى عفرين.",
    ]
    for passage in answer.passages:
        assert [passage.paragraph.text[a:b] for a, b in passage.matches] == ["عفرين"]
    assert not answer.more


async def test_more_goes_on_where_the_first_page_ended(archive: Archive) -> None:
    asked = answering(archive)

    pages = [await asked.answer("أخبار عفرين", limit=1, skip=skip) for skip in range(3)]

    assert [page.passages[0].article.title for page in pages] == [
        "الجيش التركي يقصف عفرين",
        "نزوح من ريف عفرين",
        "قافلة مساعدات تصل عفرين",
    ]
    assert [page.more for page in pages] == [True, True, False]


async def test_a_named_day_bounds_what_is_told(archive: Archive) -> None:
    answer = await answering(archive).answer("ماذا حدث في عفرين أمس؟")

    assert [one.article.title for one in answer.passages] == ["قافلة مساعدات تصل عفرين"]


async def test_the_news_of_everything_are_those_of_the_conflict(archive: Archive) -> None:
    answer = await answering(archive).answer("شو الأخبار؟", limit=9)

    titles = [one.article.title for one in answer.passages]
    assert {"الجيش التركي يقصف عفرين", "غارات على صنعاء"} <= set(titles)
    assert "افتتاح معرض الكتاب" not in titles
    times = [one.article.dated_at for one in answer.passages]
    assert times == sorted(times, reverse=True)


async def test_a_place_of_which_nothing_is_held_gets_an_honest_no(archive: Archive) -> None:
    answer = await answering(archive).answer("آخر أخبار الحديدة")

    assert not answer.found
    assert answer.newest_at == NOW - timedelta(hours=1)


async def test_what_was_not_read_yet_is_searched_by_the_name_alone(tmp_path: Path) -> None:
    opened = await open_archive(tmp_path)
    await opened.add(DISTRACTING, [DISTRACTING + "."], published_at=NOW)
    await opened.add("قصف على عفرين", ["قصفت المدفعية وسط عفرين."], published_at=NOW)
    await opened.index.catch_up()

    answer = await answering(opened).answer("آخر أخبار عفرين")

    assert [one.paragraph.text for one in answer.passages] == ["قصفت المدفعية وسط عفرين."]
    await opened.close()


async def test_in_a_chat_the_answer_leads_on_to_the_timeline(archive: Archive) -> None:
    replies = await answering(archive).reply("أخبار عفرين", CHAT)

    labels = [button.label for row in replies[-1].buttons for button in row]
    assert any("عفرين" in label for label in labels)  # to follow it
    assert "وسقطت قذائف على وسط" in replies[0].plain


async def test_where_a_day_has_brought_nothing_the_newest_headlines_are_offered(
    archive: Archive,
) -> None:
    answer = await answering(archive).answer("شو صار بعفرين يوم 2 شباط 2019؟")
    whole = await answering(archive).answer("شو صار بعفرين؟")

    assert not answer.found
    assert answer.passages == ()
    assert answer.nearest == tuple(one.article for one in whole.passages)
    assert answer.nearest


async def test_the_night_after_counts_where_it_names_the_day(archive: Archive) -> None:
    """Asked for Tuesday: reports of Wednesday's small hours that tell of Tuesday are among them."""
    late = "سقط 5 قتلى في عفرين خلال قصف الثلاثاء، بحسب مصدر طبي."
    today = "وصلت صباح الأربعاء قافلة طبية إلى عفرين."
    await archive.add("حصيلة قصف الثلاثاء", [late], published_at=NOW - timedelta(hours=10))
    await archive.add("قافلة طبية", [today], published_at=NOW - timedelta(hours=4))
    while await Enriching(archive.store, FixedClock(NOW)).follow():
        pass

    answer = await answering(archive).answer("شو صار بعفرين يوم الثلاثاء؟")

    texts = [one.paragraph.text for one in answer.passages]
    assert texts[0] == late
    assert today not in texts


async def test_what_names_a_place_in_passing_counts_only_if_it_is_of_a_conflict(
    archive: Archive,
) -> None:
    zoo = "طلت حديقة حيوان في غزة قبل سنوات حماراً ليبدو كحمار وحشي."
    opening = ["وصل حمار وحشي إلى حديقة القاهرة.", "وأثار لونه ضحك الزوار.", "وتناقلوا صوره."]
    await archive.add("حمار وحشي", [*opening, zoo], published_at=NOW - timedelta(hours=2))
    while await Enriching(archive.store, FixedClock(NOW)).follow():
        pass

    assert not (await answering(archive).answer("شو صار بغزة؟")).passages


async def test_the_news_of_a_day_are_found_however_much_came_since(archive: Archive) -> None:
    for number in range(60):
        title = f"بيان رقم {number} عن غارات على ريف إدلب"
        text = f"قتل {number + 2} مدنيين في غارات على قرية رقم {number} في ريف إدلب."
        await archive.add(title, [text], published_at=NOW - timedelta(minutes=number))
    while await Enriching(archive.store, FixedClock(NOW)).follow():
        pass

    answer = await answering(archive).answer("شو صار يوم 11 آذار 2019؟")

    assert [one.article.title for one in answer.passages] == ["غارات على صنعاء"]
