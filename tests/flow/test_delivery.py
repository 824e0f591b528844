"""The sender against a Bot API server over real HTTP, with everything that can go wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.clock import SystemClock
from bot.delivery.application import BotApplication, build_application
from bot.delivery.dispatch import Dispatcher
from bot.delivery.limits import Limits
from bot.delivery.pace import Pace
from bot.delivery.pinning import Pinner
from bot.delivery.telegram import TelegramSender
from bot.models import Button, Chat, ChatKind, NewMessage, OutboxKind, OutboxState, Reply
from bot.sandbox import CHANNEL_ID, GROUP_ID, READER_ID, Sandbox, SandboxServer
from bot.store.sql import SqlStore, open_store
from tests.flow.person import Person

TOKEN = "4242:token-of-the-delivery-tests-aaaaaaaaaaa"
OTHER_READER = 1002

# The library warns whenever it makes a RetryAfter, unless an environment variable is set.
pytestmark = pytest.mark.filterwarnings("ignore:.*attribute `retry_after`")


class Delivery:
    """A store, a dispatcher and the sandbox they send to."""

    def __init__(self, store: SqlStore, application: BotApplication, pace: Pace, person: Person):
        self.store = store
        self.person = person
        sender = TelegramSender(application.bot, paid=True)
        self.pins = Pinner(store, sender, SystemClock())
        self.dispatcher = Dispatcher(store, sender, pace, SystemClock(), pins=self.pins)

    async def enqueue(
        self,
        chat_id: int = READER_ID,
        html: str = "<b>موجز</b>",
        *,
        kind: OutboxKind = OutboxKind.DIGEST,
        key: str = "k",
        topic_id: int = 0,
        buttons: tuple[tuple[Button, ...], ...] = (),
        silent: bool = False,
        pin: bool = False,
    ) -> None:
        now = SystemClock().now()
        sort = ChatKind.PRIVATE if chat_id > 0 else ChatKind.GROUP
        await self.store.save_chat(Chat(id=chat_id, kind=sort), now=now)
        message = NewMessage(
            chat_id=chat_id,
            topic_id=topic_id,
            kind=kind,
            key=key,
            part=1,
            reply=Reply(html=html, plain="موجز بلا وسوم", buttons=buttons),
            silent=silent,
            pin=pin,
        )
        await self.store.enqueue([message], now=now)
        self.dispatcher.notify()

    async def states(self) -> dict[str, int]:
        return (await self.store.counts()).outbox

    async def settle(self, within_s: float = 60.0) -> dict[str, int]:
        """Wait until nothing is pending or under way and return how many are in which state."""
        async with asyncio.timeout(within_s):
            while {"pending", "sending"} & (await self.states()).keys():  # noqa: ASYNC110 - no event to wait for
                await asyncio.sleep(0.02)
        return await self.states()

    async def pinned(self) -> None:
        """Wait until nothing is to be pinned any more."""
        ever = datetime.min.replace(tzinfo=UTC)
        async with asyncio.timeout(30):
            while not self.pins.idle or await self.store.pins_wanted(ever):  # noqa: ASYNC110 - no event to wait for
                await asyncio.sleep(0.02)

    async def fault(self, kind: str = "error", **more: object) -> None:
        body: dict[str, object] = {"method": "sendMessage", "times": 1, "kind": kind} | more
        await self.person.control("faults", **body)

    async def texts(self, chat_id: int = READER_ID) -> list[str]:
        said = await self.person.messages(chat_id)
        return [message["text"] for message in said if "text" in message]

    async def attempts(self) -> list[dict[str, Any]]:
        """Return the sendMessage requests that the server saw."""
        return [made for made in await self.person.journal() if made["method"] == "sendMessage"]


@pytest.fixture
async def delivery(tmp_path: Path) -> AsyncIterator[Delivery]:
    store = await open_store(f"sqlite+aiosqlite:///{tmp_path / 'mujaz.db'}")
    pace = Pace(Limits(per_s=200, chat_per_s=50, group_per_min=3000))
    async with SandboxServer(Sandbox(token=TOKEN)) as server:
        application, _ = build_application(TOKEN, api_url=server.url, pace=pace, send_timeout_s=3)
        await application.initialize()
        person = Person(server.url)
        running = Delivery(store, application, pace, person)
        running.dispatcher.start()
        try:
            yield running
        finally:
            await running.dispatcher.stop()
            await person.close()
            await application.shutdown()
    await store.close()


async def test_a_message_arrives_with_its_markup_and_buttons(delivery: Delivery) -> None:
    row = (Button("نعم", data="d|1"), Button("رابط", url="https://example.org/"))

    await delivery.enqueue(html="<b>موجز</b>\n<blockquote>نص</blockquote>", buttons=(row,))

    assert await delivery.settle() == {"sent": 1}
    [message] = await delivery.person.messages()
    assert message["text"] == "موجز\nنص"
    assert [entity["type"] for entity in message["entities"]] == ["bold", "blockquote"]
    assert [b["text"] for b in message["reply_markup"]["inline_keyboard"][0]] == ["نعم", "رابط"]
    [stored] = await delivery.store.outbox()
    assert stored.message_id == message["message_id"]


async def test_after_a_429_the_message_waits_as_long_as_asked_and_arrives_once(
    delivery: Delivery,
) -> None:
    await delivery.fault(retry_after=1)
    begun = asyncio.get_running_loop().time()

    await delivery.enqueue()

    assert await delivery.settle() == {"sent": 1}
    assert asyncio.get_running_loop().time() - begun >= 1.0
    assert await delivery.texts() == ["موجز"]
    [stored] = await delivery.store.outbox()
    assert stored.attempts == 1  # the refused one does not count
    assert len(await delivery.attempts()) == 2


async def test_a_reader_who_blocked_us_is_not_written_to_again(delivery: Delivery) -> None:
    await delivery.person.control("membership", chat_id=READER_ID, status="kicked")

    await delivery.enqueue()
    states = await delivery.settle()

    assert states == {"dead": 1}
    [stored] = await delivery.store.outbox(OutboxState.DEAD)
    assert "blocked" in stored.reason.lower()
    chat = await delivery.store.chat(READER_ID)
    assert chat is not None
    assert not chat.reachable


async def test_a_channel_where_we_may_not_post_is_unreachable(delivery: Delivery) -> None:
    await delivery.enqueue(CHANNEL_ID)

    assert await delivery.settle() == {"dead": 1}
    chat = await delivery.store.chat(CHANNEL_ID)
    assert chat is not None
    assert not chat.reachable


async def test_markup_that_telegram_refuses_goes_out_once_as_plain_text(
    delivery: Delivery,
) -> None:
    await delivery.enqueue(html="<p>لا يعرفه تلغرام</p>")

    assert await delivery.settle() == {"sent": 1}
    assert await delivery.texts() == ["موجز بلا وسوم"]
    assert [made["ok"] for made in await delivery.attempts()] == [False, True]


async def test_a_message_that_will_never_be_accepted_is_dead_with_telegrams_reason(
    delivery: Delivery,
) -> None:
    await delivery.enqueue(html="ا" * 5000)

    assert await delivery.settle() == {"dead": 1}
    [stored] = await delivery.store.outbox(OutboxState.DEAD)
    assert "too long" in stored.reason.lower()


async def test_a_group_that_became_a_supergroup_is_written_to_under_its_new_id(
    delivery: Delivery,
) -> None:
    old = -4001
    await delivery.person.control(
        "membership", chat_id=GROUP_ID, user_id=READER_ID, status="administrator"
    )
    await delivery.fault(
        error_code=400,
        description="Bad Request: group chat was upgraded to a supergroup chat",
        migrate_to_chat_id=GROUP_ID,
    )

    await delivery.enqueue(old)

    assert await delivery.settle() == {"sent": 1}
    assert "موجز" in await delivery.texts(GROUP_ID)
    assert await delivery.store.chat(old) is None


async def test_a_topic_that_is_gone_falls_back_to_the_group(delivery: Delivery) -> None:
    await delivery.person.control(
        "membership", chat_id=GROUP_ID, user_id=READER_ID, status="administrator"
    )

    await delivery.enqueue(GROUP_ID, topic_id=777)

    assert await delivery.settle() == {"sent": 1}
    assert "موجز" in await delivery.texts(GROUP_ID)


async def test_a_digest_whose_answer_was_cut_off_is_in_doubt_and_not_sent_twice(
    delivery: Delivery,
) -> None:
    await delivery.fault("cut_after")

    await delivery.enqueue()

    assert await delivery.settle() == {"uncertain": 1}
    await asyncio.sleep(0.3)
    assert await delivery.texts() == ["موجز"]


async def test_a_digest_cut_off_before_it_was_accepted_is_in_doubt_and_named_so(
    delivery: Delivery,
) -> None:
    await delivery.fault("cut_before")

    await delivery.enqueue()

    assert await delivery.settle() == {"uncertain": 1}
    assert await delivery.texts() == []


async def test_a_doubtful_notice_arrives_again_marked_as_a_repeat(delivery: Delivery) -> None:
    await delivery.fault("cut_after")

    await delivery.enqueue(kind=OutboxKind.NOTICE)

    assert await delivery.settle() == {"uncertain": 1, "sent": 1}
    first, second = await delivery.texts()
    assert first == "موجز"
    assert "قد يتكرر" in second
    assert second.endswith("موجز")


async def test_a_bad_gateway_leaves_a_digest_in_doubt(delivery: Delivery) -> None:
    await delivery.fault(error_code=502, description="Bad Gateway")

    await delivery.enqueue()

    assert await delivery.settle() == {"uncertain": 1}


async def test_an_answer_later_than_our_patience_leaves_a_digest_in_doubt(
    delivery: Delivery,
) -> None:
    await delivery.fault("slow", delay_s=5)

    await delivery.enqueue()

    assert await delivery.settle() == {"uncertain": 1}


async def test_while_nobody_listens_nothing_is_lost_and_then_it_arrives(
    delivery: Delivery, tmp_path: Path
) -> None:
    store = await open_store(f"sqlite+aiosqlite:///{tmp_path / 'other.db'}")
    pace = Pace()
    application, _ = build_application(TOKEN, api_url="http://127.0.0.1:9", pace=pace)
    alone = Delivery(store, application, pace, delivery.person)
    await application.bot.request.initialize()
    alone.dispatcher.start()
    try:
        await alone.enqueue()
        async with asyncio.timeout(60):
            while not (await store.outbox())[0].reason:  # noqa: ASYNC110 - no event to wait for
                await asyncio.sleep(0.02)
        assert await alone.states() == {"pending": 1}
        assert "ConnectError" in (await store.outbox())[0].reason
    finally:
        await alone.dispatcher.stop()
        await application.bot.request.shutdown()
        await store.close()


async def test_beyond_thirty_a_second_broadcasts_are_asked_for_as_paid(delivery: Delivery) -> None:
    await delivery.person.control("users", count=100, first_id=5000)
    await delivery.person.control("settings", flood=True)

    for chat_id in range(5000, 5100):
        await delivery.enqueue(chat_id)
    states = await delivery.settle(30)
    requests = await delivery.attempts()

    assert states == {"sent": 100}
    assert {r["params"].get("allow_paid_broadcast") for r in requests} <= {True, "true", "True"}
    assert [r for r in requests if not r["ok"]] == []


async def test_a_hundred_chats_with_random_faults_each_get_their_message_or_a_known_state(
    delivery: Delivery,
) -> None:
    await delivery.person.control("users", count=100, first_id=5000)
    for number in range(0, 100, 10):
        await delivery.fault(retry_after=1, chat_id=5000 + number)
        await delivery.fault("cut_after", chat_id=5001 + number)
        await delivery.fault("cut_before", chat_id=5002 + number)
        await delivery.fault(error_code=403, description="Forbidden: bot was blocked by the user",
                             chat_id=5003 + number)  # fmt: skip

    for chat_id in range(5000, 5100):
        await delivery.enqueue(chat_id)
    states = await delivery.settle(30)

    assert states == {"sent": 70, "uncertain": 20, "dead": 10}
    arrived = [len(await delivery.texts(chat_id)) for chat_id in range(5000, 5100)]
    assert max(arrived) == 1
    assert sum(arrived) == 80  # those cut off after they were accepted arrived as well
