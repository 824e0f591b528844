"""Vectors of paragraphs: what lacks them, what is kept, what of it still counts."""

from __future__ import annotations

from bot.models import Embedding
from bot.store.base import Store
from tests.contract.conftest import OpenStore
from tests.contract.samples import added, new_article

MODEL = "model-1"


async def ids_of(store: Store, article_id: int) -> list[int]:
    held = await store.article(article_id)
    assert held is not None
    return [paragraph.id for paragraph in held.paragraphs]


async def lacking(store: Store, limit: int = 100, *, after_id: int = 0) -> list[int]:
    found = await store.paragraphs_without(MODEL, limit, after_id=after_id)
    return [one.paragraph.id for one in found]


def row(paragraph_id: int, vector: bytes = b"\x00\x3c") -> Embedding:
    return Embedding(paragraph_id=paragraph_id, vector=vector)


async def test_paragraphs_without_a_vector_come_newest_first_with_their_title(
    store: Store,
) -> None:
    old = await ids_of(store, (await added(store, "قديم")).article_id)
    new = await ids_of(store, (await added(store, "جديد")).article_id)

    found = await store.paragraphs_without(MODEL, 3)

    assert [one.paragraph.id for one in found] == [*reversed(new), old[-1]]
    assert [one.title for one in found] == ["جديد", "جديد", "قديم"]
    assert found[0].paragraph.text == "الفقرة الثانية."
    assert await store.count_without(MODEL) == 4
    assert await lacking(store, after_id=old[-1]) == list(reversed(new))


async def test_a_paragraph_with_a_vector_of_the_model_lacks_none(store: Store) -> None:
    first, second = await ids_of(store, (await added(store, "a")).article_id)

    saved = await store.save_embeddings(MODEL, [row(second)])

    assert saved == 1
    assert await lacking(store) == [first]
    assert await store.count_without(MODEL) == 1
    assert await store.count_without("model-2") == 2


async def test_a_vector_is_kept_byte_for_byte_and_only_once(another_store: OpenStore) -> None:
    store = await another_store()
    first, second = await ids_of(store, (await added(store, "a")).article_id)
    vector = bytes(range(256)) * 3
    await store.save_embeddings(MODEL, [row(first, vector)])

    again = await store.save_embeddings(MODEL, [row(first, b"xx"), row(second)])
    await store.save_embeddings("model-2", [row(first, b"other")])
    await store.close()

    held = await (await another_store()).embeddings(MODEL, 0, 10)
    assert again == 1
    assert held == [row(first, vector), row(second)]


async def test_vectors_are_read_on_from_a_paragraph(store: Store) -> None:
    ids = await ids_of(store, (await added(store, "a", new_article("a", *"بتثجح"))).article_id)
    await store.save_embeddings(MODEL, [row(one) for one in reversed(ids)])

    pages, after_id = [], 0
    while page := await store.embeddings(MODEL, after_id, 2):
        pages.append([one.paragraph_id for one in page])
        after_id = page[-1].paragraph_id

    assert pages == [ids[:2], ids[2:4], ids[4:]]


async def test_a_vector_of_a_paragraph_that_is_gone_is_passed_over(store: Store) -> None:
    (first, _) = await ids_of(store, (await added(store, "a")).article_id)

    assert await store.save_embeddings(MODEL, [row(first), row(9_999)]) == 1
    assert [one.paragraph_id for one in await store.embeddings(MODEL, 0, 10)] == [first]
    assert await store.save_embeddings(MODEL, []) == 0


async def test_only_the_newest_revision_wants_vectors_and_counts_as_an_articles(
    store: Store,
) -> None:
    intake = await added(store, "a")
    old = await ids_of(store, intake.article_id)
    await added(store, "a", new_article("a", "نص مصحح."))

    new = await ids_of(store, intake.article_id)

    assert set(old).isdisjoint(new)
    assert await lacking(store) == new
    assert await store.articles_of([*old, *new, 9_999]) == {new[0]: intake.article_id}
