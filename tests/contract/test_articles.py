"""What the store promises about articles, their revisions and the change log."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.errors import StoreError
from bot.models import Change, IntakeOutcome, NewArticle
from bot.store.base import Store
from tests.contract.samples import LATER, NOW, a_source, added, new_article, titles

DAY = timedelta(days=1)
TRICKY = [
    "\u200fنص\u200f",  # right-to-left marks
    "\u0622",  # alef with madda, composed (NFC)
    "\u0627\u0653",  # the same, decomposed (NFD)
    "مـــوجـــز",  # tatweel
    "👩🏽‍🚒🇸🇾",  # joined emoji
    "  مسافات  \r\n\t",
    "\ufeff\x00\u2028",
    "'; DROP TABLE paragraphs; --",
    "",
]


async def test_a_new_article_is_stored_whole(store: Store) -> None:
    source = await a_source(store)
    article = NewArticle(
        title="عنوان",
        paragraphs=("أولى", "ثانية"),
        url="https://news.example/1",
        published_at=NOW - DAY,
    )

    intake = await store.add_article(source, article, "key", now=NOW)
    held = await store.article(intake.article_id)

    assert (intake.outcome, intake.title, intake.paragraphs) == (
        IntakeOutcome.STORED,
        "عنوان",
        2,
    )
    assert held is not None
    assert (held.article.title, held.article.url) == ("عنوان", "https://news.example/1")
    assert (held.article.source_id, held.article.source) == (source.id, source.name)
    assert (held.article.published_at, held.article.first_seen_at) == (NOW - DAY, NOW)
    assert [(p.position, p.text) for p in held.paragraphs] == [(0, "أولى"), (1, "ثانية")]


async def test_the_same_article_again_stores_nothing(store: Store) -> None:
    first = await added(store, "key", new_article("عنوان"))
    before = await store.counts()

    again = await added(store, "key", new_article("عنوان"), now=LATER)

    assert (again.outcome, again.article_id) == (IntakeOutcome.KNOWN, first.article_id)
    assert await store.counts() == before


@pytest.mark.parametrize(
    "changed",
    [
        new_article("عنوان", "أ", "ب", "ج"),
        new_article("عنوان", "أ"),
        new_article("عنوان", "أب", ""),
        new_article("عنوان آخر", "أ", "ب"),
        new_article("عنوان", "أ", "ب\u200f"),
    ],
)
async def test_another_text_under_the_same_identity_is_a_new_revision(
    store: Store, changed: NewArticle
) -> None:
    first = await added(store, "key", new_article("عنوان", "أ", "ب"))
    held = await store.article(first.article_id)
    assert held is not None

    intake = await added(store, "key", changed, now=LATER)
    revised = await store.article(first.article_id)
    old = await store.paragraphs([paragraph.id for paragraph in held.paragraphs])

    assert (intake.outcome, intake.article_id) == (IntakeOutcome.REVISED, first.article_id)
    assert revised is not None
    assert (revised.article.revision, revised.article.title) == (2, changed.title)
    assert revised.article.first_seen_at == NOW
    assert tuple(p.text for p in revised.paragraphs) == changed.paragraphs
    assert tuple(old.values()) == held.paragraphs, "what was quoted can still be looked up"
    assert not {p.id for p in revised.paragraphs} & set(old)


async def test_a_text_that_returns_to_an_earlier_one_is_a_revision_too(store: Store) -> None:
    for title in ("أ", "ب", "أ"):
        last = await added(store, "key", new_article(title))

    held = await store.article(last.article_id)

    assert last.outcome is IntakeOutcome.REVISED
    assert held is not None
    assert (held.article.revision, held.article.title) == (3, "أ")


async def test_a_revision_that_names_no_date_or_address_keeps_the_old_ones(store: Store) -> None:
    dated = new_article("أ", published_at=NOW - DAY, url="https://news.example/1")
    first = await added(store, "key", dated)

    await added(store, "key", new_article("ب"), now=LATER)
    held = await store.article(first.article_id)

    assert held is not None
    assert held.article.published_at == NOW - DAY
    assert held.article.url == "https://news.example/1"


async def test_a_revision_that_names_a_date_moves_the_article_there(store: Store) -> None:
    first = await added(store, "key", new_article("أ", published_at=NOW - DAY))

    await added(store, "key", new_article("ب", published_at=LATER), now=LATER)
    held = await store.article(first.article_id)

    assert held is not None
    assert held.article.dated_at == LATER == await store.newest_at()
    assert titles(await store.articles_since(LATER)) == ["ب"]


@example(texts=TRICKY)
@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    texts=st.lists(
        st.text(st.characters(exclude_categories=["Cs"]), max_size=60), min_size=1, max_size=8
    )
)
async def test_texts_come_out_byte_for_byte_as_they_went_in(store: Store, texts: list[str]) -> None:
    article = NewArticle(title=texts[0], paragraphs=tuple(texts))

    intake = await added(store, repr(texts), article)
    held = await store.article(intake.article_id)

    assert held is not None
    assert held.article.title.encode() == texts[0].encode()
    assert [p.text.encode() for p in held.paragraphs] == [text.encode() for text in texts]


async def test_a_text_that_no_database_can_hold_is_refused_and_leaves_no_trace(
    store: Store,
) -> None:
    with pytest.raises(StoreError):
        await added(store, "key", new_article("عنوان", "سليم", "\ud800"))

    assert (await store.counts()).articles == 0
    assert (await added(store, "key", new_article())).outcome is IntakeOutcome.STORED


async def test_an_article_without_paragraphs_is_an_article(store: Store) -> None:
    article = NewArticle(title="عنوان فقط", paragraphs=())

    intake = await added(store, "key", article)
    held = await store.article(intake.article_id)

    assert held is not None
    assert held.paragraphs == ()


async def test_articles_and_paragraphs_are_found_by_id_and_unknown_ones_left_out(
    store: Store,
) -> None:
    ids = [(await added(store, str(n))).article_id for n in range(3)]

    held = await store.articles([*ids, ids[0], 404])
    texts = [paragraph for stored in held.values() for paragraph in stored.paragraphs]

    assert sorted(held) == sorted(ids)
    assert await store.paragraphs([404, *(p.id for p in texts)]) == {p.id: p for p in texts}
    assert await store.article(404) is None
    assert await store.articles([]) == {}
    assert await store.paragraphs([]) == {}


async def test_more_ids_than_one_statement_takes_are_found(store: Store) -> None:
    first = await added(store, "key")

    assert list(await store.articles(range(40_000))) == [first.article_id]
    assert len(await store.paragraphs(range(40_000))) == 2


async def test_the_change_log_names_every_new_text_in_order_and_nothing_else(
    store: Store,
) -> None:
    assert await store.last_seq() == 0
    a = (await added(store, "a")).article_id
    b = (await added(store, "b")).article_id
    await added(store, "a")  # known
    await added(store, "a", new_article("جديد"), now=LATER)

    changes = await store.changes(0, 10)

    assert [(c.article_id, c.at) for c in changes] == [(a, NOW), (b, NOW), (a, LATER)]
    assert [c.seq for c in changes] == sorted({c.seq for c in changes})
    assert await store.last_seq() == changes[-1].seq
    assert await store.changes(changes[0].seq, 1) == [
        Change(seq=changes[1].seq, article_id=b, at=NOW)
    ]
    assert await store.changes(changes[-1].seq, 10) == []


async def test_articles_between_are_those_first_stored_there_newest_date_first(
    store: Store,
) -> None:
    await added(store, "before", new_article("before"))
    after = await store.last_seq()
    await added(store, "old", new_article("old", published_at=NOW - DAY))
    await added(store, "undated", new_article("undated"))
    await added(store, "before", new_article("revised"))
    await added(store, "old", new_article("old, revised", published_at=NOW - DAY))
    until = await store.last_seq()
    await added(store, "later", new_article("later"))

    assert titles(await store.articles_between(after, until)) == ["undated", "old, revised"]
    assert await store.articles_between(until, until) == []


async def test_of_articles_between_the_newest_are_given_and_all_that_are_news_counted(
    store: Store,
) -> None:
    for days in range(5):
        at = NOW - days * DAY
        await added(store, str(days), new_article(str(days), published_at=at))
    await added(store, "undated", new_article("undated"), now=LATER)
    after, until = 1, await store.last_seq()  # the newest came before
    since = NOW - 3 * DAY

    given = await store.articles_between(after, until, since=since, limit=2)

    assert titles(given) == ["undated", "1"]
    assert len(await store.articles_between(after, until, since=since)) == 4
    assert await store.count_between(after, until, since=since) == 4
    assert await store.count_between(until, until, since=since) == 0


async def test_articles_since_counts_the_date_of_publication_else_of_first_sight(
    store: Store,
) -> None:
    await added(store, "a", new_article("old", published_at=NOW - DAY))
    await added(store, "b", new_article("undated"))
    await added(store, "c", new_article("new", published_at=LATER))

    assert titles(await store.articles_since(NOW)) == ["new", "undated"]
    assert titles(await store.articles_since(NOW - DAY)) == ["new", "undated", "old"]
    assert await store.articles_since(LATER + DAY) == []


async def test_articles_in_a_time_are_given_newest_first_and_no_more_than_wanted(
    store: Store,
) -> None:
    for number in range(4):
        at = NOW + number * DAY
        await added(store, str(number), new_article(str(number), published_at=at))
    keys = [one.id for one in reversed(await store.articles_since(NOW))]

    assert await store.articles_in(NOW, NOW + 2 * DAY, 9) == [keys[2], keys[1], keys[0]]
    assert await store.articles_in(NOW, NOW + 3 * DAY, 2) == [keys[3], keys[2]]
    assert await store.articles_in(NOW - 2 * DAY, NOW - DAY, 9) == []


async def test_the_newest_date_held_is_none_in_an_empty_archive(store: Store) -> None:
    assert await store.newest_at() is None

    await added(store, "a", new_article(published_at=NOW - DAY))
    assert await store.newest_at() == NOW - DAY

    await added(store, "b")
    assert await store.newest_at() == NOW


async def test_a_naive_time_is_refused(store: Store) -> None:
    with pytest.raises(StoreError):
        await added(store, "key", new_article(), now=NOW.replace(tzinfo=None))

    assert (await store.counts()).articles == 0
