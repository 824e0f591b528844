"""Faults on order do what they say, and no more."""

import asyncio
import time

import httpx
import pytest
from telegram.error import Forbidden, NetworkError, TelegramError
from telegram.ext import ExtBot

from bot.sandbox import Sandbox
from bot.sandbox.faults import Fault
from tests.unit.sandbox.conftest import People


def _texts(sandbox: Sandbox) -> list[str]:
    return [message["text"] for message in sandbox.messages.in_chat(1001)]


async def test_cut_after_stores_the_message_and_gives_no_answer(
    bot: ExtBot[None], people: People, sandbox: Sandbox
) -> None:
    await people.post("/faults", method="sendMessage", kind="cut_after", times=1)

    with pytest.raises(NetworkError) as caught:
        await bot.send_message(1001, "arrived")

    assert isinstance(caught.value.__cause__, httpx.RemoteProtocolError | httpx.ReadError)
    assert _texts(sandbox) == ["arrived"]
    (entry,) = [
        e for e in (await people.get("/journal"))["requests"] if e["method"] == "sendMessage"
    ]
    assert entry["ok"] is None


async def test_cut_before_gives_no_answer_and_stores_nothing(
    bot: ExtBot[None], people: People, sandbox: Sandbox
) -> None:
    await people.post("/faults", method="sendMessage", kind="cut_before", times=1)

    with pytest.raises(NetworkError):
        await bot.send_message(1001, "lost")

    assert _texts(sandbox) == []
    await bot.send_message(1001, "next")
    assert _texts(sandbox) == ["next"]


async def test_a_slow_answer_comes_after_the_message_stands(
    bot: ExtBot[None], people: People, sandbox: Sandbox
) -> None:
    await people.post("/faults", method="sendMessage", kind="slow", delay_s=0.6, times=1)
    began_s = time.monotonic()

    sending = asyncio.create_task(bot.send_message(1001, "slow"))
    await asyncio.sleep(0.3)

    assert _texts(sandbox) == ["slow"] and not sending.done()
    await sending
    assert time.monotonic() - began_s > 0.55


async def test_an_error_on_order_is_answered_and_does_nothing(
    bot: ExtBot[None], people: People, sandbox: Sandbox, api: httpx.AsyncClient
) -> None:
    await people.post("/faults", method="sendMessage", kind="error", retry_after=7, times=1)
    answer = await api.post("sendMessage", json={"chat_id": 1001, "text": "x"})
    await people.post(
        "/faults",
        method="sendMessage",
        kind="error",
        error_code=403,
        description="Forbidden: user is deactivated",
    )
    with pytest.raises(Forbidden, match=r"(?i)user is deactivated"):
        await bot.send_message(1001, "x")

    assert answer.status_code == 429
    assert answer.json() == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 7",
        "parameters": {"retry_after": 7},
    }
    assert _texts(sandbox) == []


async def test_a_fault_befalls_its_chat_so_many_times_until_called_off(
    bot: ExtBot[None], people: People, sandbox: Sandbox
) -> None:
    sandbox.faults.add(Fault(method="sendMessage", kind="error", chat_id=1002, times=2))
    sandbox.faults.add(Fault(method="*", kind="error", chat_id=1003, times=99))

    await bot.send_message(1001, "x")
    for _ in range(2):
        with pytest.raises(NetworkError, match="Internal Server Error"):
            await bot.send_message(1002, "x")
    assert (await bot.send_message(1002, "x")).message_id
    with pytest.raises(NetworkError):
        await bot.send_message(1003, "x")
    assert (await people.client.delete("/sandbox/faults")).status_code == 200
    assert (await bot.send_message(1003, "x")).message_id


async def test_a_fault_of_an_unknown_kind_is_refused(people: People) -> None:
    answer = await people.client.post("/sandbox/faults", json={"method": "x", "kind": "odd"})

    assert answer.status_code == 400
    assert "kind must be one of" in answer.json()["error"]


async def test_random_faults_come_in_their_shares_and_the_same_again_by_the_same_seed(
    bot: ExtBot[None], people: People, sandbox: Sandbox
) -> None:
    def drawn() -> list[str]:
        sandbox.faults.at_random({"429": 0.2, "cut_after": 0.1}, seed=7)
        faults = [sandbox.faults.take("sendMessage", None) for _ in range(1000)]
        return [f"{fault.kind}{fault.retry_after}" if fault else "" for fault in faults]

    first = drawn()

    assert first == drawn()
    assert 150 < sum("error" in kind for kind in first) < 250
    assert 60 < first.count("cut_afterNone") < 140
    assert sandbox.faults.take("getUpdates", None) is None


async def test_random_faults_are_set_and_refused_over_the_wire(
    bot: ExtBot[None], people: People, sandbox: Sandbox
) -> None:
    await people.post("/settings", faults={"403": 1.0}, seed=1)
    with pytest.raises(TelegramError, match="blocked"):
        await bot.send_message(1001, "never")

    await people.post("/settings", faults={})
    await bot.send_message(1001, "again")

    assert _texts(sandbox) == ["again"]
    with pytest.raises(ValueError, match="no such fault"):
        sandbox.faults.at_random({"earthquake": 0.5})
