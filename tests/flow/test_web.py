"""Webhook, health and metrics of the whole bot, called as Telegram, a proxy and Prometheus call."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from bot.app import Mujaz, open_core
from bot.sandbox import READER_ID, SandboxClock
from bot.settings import Settings
from tests.flow.conftest import TOKEN
from tests.flow.person import Person, shown

SECRET = "a-secret-of-the-webhook-tests-0123456789"
HEADER = "X-Telegram-Bot-Api-Secret-Token"


def free_port() -> int:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


@asynccontextmanager
async def serving(settings: Settings, clock: SandboxClock, **given: object) -> AsyncIterator[str]:
    """Run the bot with a web server; give its address."""
    port = free_port()
    listening = settings.model_copy(update={"listen": f"127.0.0.1:{port}", **given})
    if "webhook_url" in given:
        listening = listening.model_copy(
            update={"webhook_url": f"http://127.0.0.1:{port}{given['webhook_url']}"}
        )
    async with open_core(listening, clock) as core:
        running = Mujaz(core)
        await running.start()
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            await running.stop()


@pytest.fixture
async def web() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
        yield client


async def test_a_reader_is_answered_through_the_webhook(
    settings: Settings, clock: SandboxClock, layla: Person
) -> None:
    given = {"webhook_url": "/behind/proxy", "webhook_secret": SecretStr(SECRET)}
    async with serving(settings, clock, **given):
        reply = await layla.says("/start")

    assert shown(reply)
    journal = await layla.journal()
    methods = [entry["method"].lower() for entry in journal]
    assert "setwebhook" in methods
    assert "getupdates" not in methods


async def test_whoever_lacks_the_secret_is_refused_and_nothing_is_handled(
    settings: Settings, clock: SandboxClock, layla: Person, web: httpx.AsyncClient
) -> None:
    given = {"webhook_url": "/hook", "webhook_secret": SecretStr(SECRET)}
    person = {"id": READER_ID, "is_bot": False, "first_name": "L"}
    forged = {
        "update_id": 990_000_001,
        "message": {
            "message_id": 1,
            "date": 1_552_400_000,
            "chat": {"id": READER_ID, "type": "private", "first_name": "L"},
            "from": person,
            "text": "/start",
            "entities": [{"type": "bot_command", "offset": 0, "length": 6}],
        },
    }
    async with serving(settings, clock, **given) as address:
        wrong = ["", "x", SECRET[:-1], SECRET + "x", SECRET.upper()]
        refused = [
            (await web.post(f"{address}/hook", json=forged, headers={HEADER: one})).status_code
            for one in wrong
        ]
        bare = await web.post(f"{address}/hook", json=forged)
        elsewhere = await web.post(f"{address}/other", json=forged, headers={HEADER: SECRET})
        broken = [
            (await web.post(f"{address}/hook", content=body, headers={HEADER: SECRET})).status_code
            for body in (b"", b"{", b"[]", b'{"update_id": "x"}', b"\xff", b"1" * 1_000_001)
        ]
        await asyncio.sleep(0.3)
        sent = [e for e in await layla.journal() if e["method"].lower() == "sendmessage"]
        taken = await web.post(f"{address}/hook", json=forged, headers={HEADER: SECRET})
        (reply,) = await layla.sees(READER_ID, lambda _: True)

    assert refused == [403] * len(wrong)
    assert (bare.status_code, elsewhere.status_code) == (403, 404)
    assert broken == [400, 400, 400, 400, 400, 413]
    assert sent == []
    assert taken.status_code == 200
    assert shown(reply)


async def test_health_and_metrics_tell_how_the_process_does(
    settings: Settings, clock: SandboxClock, layla: Person, web: httpx.AsyncClient
) -> None:
    async with serving(settings, clock) as address:
        await layla.says("ما آخر أخبار المخيم؟")
        alive = await web.get(f"{address}/healthz")
        ready = await web.get(f"{address}/readyz")
        metrics = await web.get(f"{address}/metrics")

    assert alive.status_code == 200
    assert ready.status_code == 200, ready.text
    said = json.loads(ready.text)
    assert said["ready"]
    assert said["database"]
    assert said["index_lag"] == 0
    assert said["last_poll_s"] < 60
    assert said["problems"] == []
    families = {family.name: family for family in text_string_to_metric_families(metrics.text)}
    assert {
        "mujaz_updates",
        "mujaz_questions",
        "mujaz_question_seconds",
        "mujaz_articles",
        "mujaz_index_lag",
        "mujaz_outbox_age_seconds",
        "mujaz_job_seconds",
        "mujaz_sends",
        "mujaz_pace_wait_seconds",
    } <= families.keys()
    asked = sum(s.value for s in families["mujaz_questions"].samples if s.name.endswith("_total"))
    assert asked >= 1
    samples = [sample for family in families.values() for sample in family.samples]
    named = {name for one in samples for name in (one.name, *one.labels.values())}
    assert not [name for name in named if str(READER_ID) in name]
    assert TOKEN not in metrics.text


async def test_a_process_whose_database_is_gone_is_alive_and_not_ready(
    settings: Settings, clock: SandboxClock, web: httpx.AsyncClient
) -> None:
    port = free_port()
    listening = settings.model_copy(update={"listen": f"127.0.0.1:{port}"})
    async with open_core(listening, clock) as core:
        running = Mujaz(core)
        await running.start()
        await core.store.close()
        alive = await web.get(f"http://127.0.0.1:{port}/healthz")
        ready = await web.get(f"http://127.0.0.1:{port}/readyz")
        metrics = await web.get(f"http://127.0.0.1:{port}/metrics")
        await running.stop()

    assert (alive.status_code, ready.status_code, metrics.status_code) == (200, 503, 200)
    assert json.loads(ready.text)["problems"] == ["database"]
