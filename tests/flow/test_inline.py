"""Quotes in any chat: typed behind the bot's name, shared with source and time."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

import pytest

from bot.app import Mujaz
from bot.sandbox import GROUP_ID
from tests.flow.person import Person, quotes, shown


def _stored() -> set[str]:
    folder = resources.files("bot.sandbox") / "sample"
    lines = (folder / "reports.jsonl").read_text("utf-8").splitlines()
    return {text for line in lines for text in json.loads(line)["paragraphs"]}


async def typed(person: Person, query: str, offset: str = "") -> tuple[str, dict[str, Any]]:
    """Type an inline query; return its id and the request that answered it."""
    asked = await person.control("inline", user_id=person.user_id, query=query, offset=offset)
    identifier = str(asked["inline_query_id"])
    await person.says("/help")  # handled at the same time at the latest
    for _ in range(200):
        for request in await person.journal():
            params = request["params"]
            mine = str(params.get("inline_query_id")) == identifier
            if request["method"].lower() == "answerinlinequery" and mine:
                return identifier, request
    raise AssertionError("nobody answered the inline query")


async def test_a_quote_is_shared_letter_for_letter_with_source_and_time(
    mujaz: Mujaz, layla: Person
) -> None:
    identifier, request = await typed(layla, "الباغوز")
    results = request["params"]["results"]

    shared = await layla.control(
        "chosen", inline_query_id=identifier, result_id=results[0]["id"], chat_id=GROUP_ID
    )

    message = shared["message"]
    assert request["ok"], request
    assert 1 < len(results) <= 8
    assert len({result["id"] for result in results}) == len(results)
    assert quotes(message)[0] in _stored() or "الباغوز" in quotes(message)[0]
    assert "المصدر" in shown(message)
    assert "آذار 2019" in shown(message)
    assert int(request["params"]["cache_time"]) > 0


async def test_the_next_page_brings_others(mujaz: Mujaz, layla: Person) -> None:
    _, first = await typed(layla, "الباغوز")
    following = first["params"].get("next_offset", "")
    assert following
    _, second = await typed(layla, "الباغوز", following)

    ids = [{result["id"] for result in page["params"]["results"]} for page in (first, second)]
    assert ids[1]
    assert not ids[0] & ids[1]


@pytest.mark.parametrize("query", ["", "   ", "ما سعر برميل النفط اليوم؟", "؟", "x" * 250])
async def test_nothing_found_leads_to_the_private_chat(
    mujaz: Mujaz, layla: Person, query: str
) -> None:
    _, request = await typed(layla, query)

    assert request["ok"], request
    assert request["params"]["results"] == []
    assert request["params"]["button"]["start_parameter"] == "inline"
