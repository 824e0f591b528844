"""Strict mode refuses what is not in the Bot API, as two descriptions that we did not write say."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

import aiogram
import httpx
import pytest
from telegram import (
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    ReplyKeyboardRemove,
)
from telegram.ext import ExtBot

from bot.sandbox import Sandbox
from tests.botapi.classes import installed
from tests.botapi.judge import ARRAY, BotApi
from tests.botapi.schema import fetched, of_schema
from tests.unit.sandbox.test_methods_send import PNG

# aiogram's classes take these more generously or more strictly than Telegram's page words them.
_KNOWN_APART = {"thumbnail", "sendPoll.options"}
_SAME = {"True": "Boolean", "Float number": "Float"}

WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("sendMessage", {"chat_id": 1001}, "needs text"),
    ("sendMessage", {"chat_id": 1001, "text": "x", "mesage_thread_id": 5}, "has no mesage"),
    ("sendMessage", {"chat_id": 1001, "text": "x", "message_thread_id": "five"}, "is no Integer"),
    ("sendMessage", {"chat_id": 1001, "text": "x", "disable_notification": "maybe"}, "Boolean"),
    ("sendMessage", {"chat_id": 1001, "text": "x", "reply_markup": "{"}, "is no JSON"),
    (
        "sendMessage",
        {
            "chat_id": 1,
            "text": "x",
            "reply_markup": {"inline_keyboard": [[{"text": "x", "do": "y"}]]},
        },
        "has no do",
    ),
    (
        "sendMessage",
        {"chat_id": 1001, "text": "x", "link_preview_options": {"is_disable": True}},
        "has no is_disable",
    ),
    ("setMyCommands", {"commands": [{"command": "a"}]}, "needs description"),
    ("setMyCommands", {"commands": [], "scope": {"type": "nowhere"}}, "may not be 'nowhere'"),
    ("sendMediaGroup", {"chat_id": 1001, "media": {"type": "photo"}}, "is no array"),
    ("getUpdates", {"timeout": "long"}, "is no Integer"),
    ("answerInlineQuery", {"inline_query_id": "1", "results": [{"type": "article"}]}, "needs"),
]


@pytest.fixture
def strict(sandbox: Sandbox) -> Sandbox:
    sandbox.strict.judge = installed().judge
    return sandbox


@pytest.mark.parametrize("form", [False, True])
async def test_a_wrong_request_is_refused_and_remembered(
    strict: Sandbox, api: httpx.AsyncClient, form: bool
) -> None:
    for number, (method, body, why) in enumerate(WRONG, start=1):
        plain = {k: v if isinstance(v, str) else json.dumps(v) for k, v in body.items()}
        request = api.post(method, data=plain) if form else api.post(method, json=body)
        answer = (await request).json()

        assert answer["error_code"] == 400, body
        assert "not in the Bot API" in answer["description"]
        assert strict.strict.judged == number
        assert why in " / ".join(strict.strict.wrong), body


async def test_an_unknown_method_is_remembered(strict: Sandbox, api: httpx.AsyncClient) -> None:
    answer = await api.post("sendMesage", json={"chat_id": 1001, "text": "x"})

    assert answer.status_code == 404
    assert strict.strict.wrong == ["sendMesage: no such method"]


async def test_without_a_judge_it_is_as_lenient_as_telegram(
    sandbox: Sandbox, api: httpx.AsyncClient
) -> None:
    answer = await api.post("sendMessage", json={"chat_id": 1001, "text": "x", "unknown": 1})

    assert answer.json()["ok"]
    assert (sandbox.strict.judged, sandbox.strict.wrong) == (0, [])


async def test_what_the_library_sends_is_judged_right(strict: Sandbox, bot: ExtBot[None]) -> None:
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("زر", callback_data="go")]])
    sent = await bot.send_message(1001, "<b>خبر</b>", parse_mode="HTML", reply_markup=keyboard)
    await bot.edit_message_text("خبر آخر", 1001, sent.message_id, reply_markup=keyboard)
    await bot.send_photo(1001, PNG, caption="صورة")
    await bot.send_document(1001, PNG, filename="a.png")
    await bot.send_media_group(1001, [InputMediaPhoto(PNG), InputMediaPhoto(PNG)])
    await bot.send_message(1001, "؟", reply_markup=ForceReply(selective=True))
    await bot.send_message(1001, "؟", reply_markup=ReplyKeyboardRemove())
    await bot.set_my_commands([("a", "أمر")], language_code="ar")

    assert strict.strict.wrong == []
    assert strict.strict.judged == 9  # with the getMe of the start


def test_the_schema_of_the_installed_release_says_the_same(pytestconfig: pytest.Config) -> None:
    """aiogram's classes against the schema.json that they are generated from."""
    cache = pytestconfig.cache
    assert cache is not None
    path = fetched(aiogram.__version__, Path(cache.mkdir("botapi")))
    if path is None:
        pytest.skip("no package registry can be reached")
    told, held = of_schema(path), installed()

    assert told.version == held.version
    assert told.methods.keys() == held.methods.keys()
    assert len(told.methods) > 150
    compared, apart = _compared(told, held)
    assert compared > 800
    assert {one for one in apart if not _KNOWN_APART & {one, one.partition(".")[2]}} == set()
    for method, body, why in WRONG:  # words like «photo» it tells in prose only
        assert bool(told.judge(method, body, ())) is ("may not be" not in why)


def _compared(told: BotApi, held: BotApi) -> tuple[int, set[str]]:
    """Return how many parameters were compared, and which of them differ."""
    compared, apart = 0, set()
    for method, shape in told.methods.items():
        other = held.methods[method]
        apart |= {f"{method}.{name}" for name in shape.keys() ^ other.keys()}
        for name in shape.keys() & other.keys():
            compared += 1
            same = _names(shape[name].types) == _names(other[name].types)
            if not same or shape[name].required != other[name].required:
                apart.add(f"{method}.{name}")
    return compared, apart


def _names(kinds: Collection[str]) -> set[str]:
    names = set()
    for kind in kinds:
        if kind.startswith(ARRAY):
            names.add(ARRAY + ",".join(sorted(_names(kind.removeprefix(ARRAY).split(" or ")))))
        else:
            names.add(_SAME.get(kind, kind))
    return names
