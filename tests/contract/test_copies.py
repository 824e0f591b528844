"""What the store promises about one text at several outlets, and one article in other dresses."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select

from bot.models import Arrival, Intake, IntakeOutcome, NewArticle
from bot.store.base import Store
from bot.store.copies import period_of
from bot.store.engine import insert_numbers
from bot.store.schema import shingles
from bot.store.sql import SqlStore
from tests.contract.samples import LATER, NOW, a_source

WIRE = (
    "قال مراسلنا إن طائرات حربية أغارت فجر اليوم على محيط بلدة دير الزهراني في ريف النبطية، "
    "ما أدى إلى أضرار كبيرة في الأبنية السكنية والمحال التجارية القريبة من الطريق العام.",
    "وأضافت المصادر أن فرق الدفاع المدني هرعت إلى المكان ورفعت الأنقاض وفتحت الطريق أمام السيارات.",
)
TOWNS = ("بنت جبيل", "مرجعيون")
ELSEWHERE = (
    "أعلنت إدارة المعابر أن شاحنات محملة بالطحين والأدوية دخلت المدينة مساء أمس بعد توقف دام "
    "أسبوعين كاملين، وأن التوزيع يبدأ صباح الغد في المدارس والمراكز الصحية.",
)


async def arrived(
    store: Store,
    outlet: str,
    identity: str,
    article: NewArticle,
    *others: str,
    now: datetime = NOW,
) -> Intake:
    source = await a_source(store, outlet)
    arrival = Arrival(source=source, article=article, identity=identity, others=others)
    (stored,) = await store.add_articles([arrival], now=now)
    return stored


async def first_of(store: Store, intake: Intake) -> int | None:
    held = await store.article(intake.article_id)
    assert held is not None
    return held.article.copy_of


def wire(title: str = "غارة على دير الزهراني", *texts: str, url: str = "") -> NewArticle:
    return NewArticle(title=title, paragraphs=texts or WIRE, url=url)


async def test_a_copy_is_kept_and_points_at_the_first_article_with_its_text(store: Store) -> None:
    first = await arrived(store, "أ", "1", wire())
    other = await arrived(store, "أ", "2", NewArticle(title="معابر", paragraphs=ELSEWHERE))
    copy = await arrived(store, "ب", "3", wire("غارة جديدة", *WIRE, "للمزيد تابعوا قناتنا."))
    third = await arrived(store, "ج", "4", wire("قصف", WIRE[0]))

    assert [one.outcome for one in (first, other, copy, third)] == [IntakeOutcome.STORED] * 4
    assert [await first_of(store, one) for one in (first, other, copy, third)] == [
        None,
        None,
        first.article_id,
        first.article_id,
    ]
    known = await store.copies([copy.article_id, first.article_id, other.article_id, 999])
    assert {key: [one.source for one in found] for key, found in known.items()} == {
        copy.article_id: ["أ", "ج"],
        first.article_id: ["ب", "ج"],
    }


async def test_another_figure_in_the_headline_is_news_and_no_copy(store: Store) -> None:
    await arrived(store, "أ", "1", wire("3 قتلى في غارة على دير الزهراني"))
    same = await arrived(store, "ب", "2", wire("غارة على دير الزهراني: ثلاثة قتلى"))
    more = await arrived(store, "ب", "3", wire("5 قتلى في غارة على دير الزهراني"))

    assert await first_of(store, same) is not None
    assert await first_of(store, more) is None


async def test_another_town_in_the_same_words_is_news_and_no_copy(store: Store) -> None:
    here, there = ([text.replace("دير الزهراني", town) for text in WIRE] for town in TOWNS)
    await arrived(store, "أ", "1", wire("3 قتلى في غارة على بنت جبيل", *here))
    same = await arrived(store, "ب", "2", wire("3 قتلى في غارة جنوبي لبنان", *here))
    elsewhere = await arrived(store, "أ", "3", wire("3 قتلى في غارة على مرجعيون", *there))

    assert await first_of(store, same) is not None
    assert await first_of(store, elsewhere) is None


async def test_the_same_words_a_week_later_are_another_report(store: Store) -> None:
    await arrived(store, "أ", "1", wire())
    later = await arrived(store, "ب", "2", wire(), now=NOW + timedelta(days=8))

    assert await first_of(store, later) is None


async def test_a_copy_that_grows_into_a_report_of_its_own_stands_alone_again(store: Store) -> None:
    first = await arrived(store, "أ", "1", wire())
    copy = await arrived(store, "ب", "2", wire())
    assert await first_of(store, copy) == first.article_id

    revised = await arrived(store, "ب", "2", wire("دخول شاحنات", *ELSEWHERE), now=LATER)

    assert revised.outcome is IntakeOutcome.REVISED
    assert await first_of(store, copy) is None
    assert await store.copies([first.article_id]) == {}


async def test_an_article_is_known_again_by_its_address_under_a_new_guid(store: Store) -> None:
    first = await arrived(store, "أ", "guid:1", wire(), "url:1")

    again = await arrived(store, "أ", "guid:2", wire(), "url:1", now=LATER)
    edited = await arrived(
        store, "أ", "guid:3", wire("غارتان على دير الزهراني"), "url:1", now=LATER
    )
    by_old_guid = await arrived(store, "أ", "guid:2", wire("غارتان على دير الزهراني"))

    assert (again.outcome, again.article_id) == (IntakeOutcome.KNOWN, first.article_id)
    assert (edited.outcome, edited.article_id) == (IntakeOutcome.REVISED, first.article_id)
    assert (by_old_guid.outcome, by_old_guid.article_id) == (IntakeOutcome.KNOWN, first.article_id)
    assert (await store.counts()).articles == 1


async def test_an_address_under_which_other_news_appears_tells_nothing_any_more(
    store: Store,
) -> None:
    one = await arrived(store, "أ", "guid:1", wire(), "url:live")
    two = await arrived(
        store, "أ", "guid:2", NewArticle(title="معابر", paragraphs=ELSEWHERE), "url:live"
    )
    three = await arrived(store, "أ", "guid:3", wire("قصف مدفعي", "نص آخر قصير."), "url:live")

    assert [x.outcome for x in (one, two, three)] == [IntakeOutcome.STORED] * 3
    assert await store.known_titles(["url:live"]) == {}
    assert (await store.counts()).articles == 3


async def test_copies_within_one_batch_are_found_too(store: Store) -> None:
    source, other = await a_source(store, "أ"), await a_source(store, "ب")
    batch = [
        Arrival(source=source, article=wire(), identity="1", others=("url:1",)),
        Arrival(source=other, article=wire(), identity="2"),
        Arrival(source=source, article=wire(), identity="3", others=("url:1",)),
    ]

    stored = await store.add_articles(batch, now=NOW)

    assert [one.outcome for one in stored] == [
        IntakeOutcome.STORED,
        IntakeOutcome.STORED,
        IntakeOutcome.KNOWN,
    ]
    assert await first_of(store, stored[1]) == stored[0].article_id == stored[2].article_id


async def test_shingles_that_are_too_old_go_a_little_at_a_time_and_others_stay(
    store: Store,
) -> None:
    assert isinstance(store, SqlStore)
    first = await arrived(store, "أ", "1", wire())
    old = period_of(NOW) - 9
    rows = [(old + one % 2, one, first.article_id) for one in range(2 * 12_000)]
    async with store.database.writing() as connection:
        await insert_numbers(connection, shingles, rows)

    async def left() -> list[int]:
        async with store.database.reading() as connection:
            count = select(func.count()).select_from(shingles)
            found = [await connection.scalar(count.where(shingles.c.period < old + 2))]
            found.append(await connection.scalar(count.where(shingles.c.period >= old + 2)))
            return [int(one or 0) for one in found]

    (_, kept), counts = await left(), []
    later = NOW + timedelta(days=2)  # another period, in which the old ones are looked for again
    for number in range(10):
        await arrived(store, "ب", f"later {number}", wire(f"خبر {number}"), now=later)
        counts.append((await left())[0])
    assert kept > 0
    assert counts[-1] == 0
    steps = [before - after for before, after in zip([len(rows), *counts], counts, strict=False)]
    assert 0 < max(steps) < len(rows) / 2
    assert (await left())[1] >= kept
    assert await first_of(store, await arrived(store, "ج", "end", wire("آخر"), now=later))
