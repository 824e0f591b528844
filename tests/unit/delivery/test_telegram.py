"""What errors mean, who waits for whom, and what is asked of Telegram's library."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.delivery.pace import Lane, Pace, kind_of
from bot.delivery.telegram import (
    PacedRateLimiter,
    keyboard,
    result_of,
    try_optional,
)
from bot.models import Button, SendOutcome
from tests.unit.delivery.faketime import FakeTime

# The library warns whenever it makes a RetryAfter, unless an environment variable is set.
pytestmark = pytest.mark.filterwarnings("ignore:.*attribute `retry_after`")


def caused(error: TelegramError, cause: Exception) -> TelegramError:
    error.__cause__ = cause
    return error


ERRORS = [
    (Forbidden("Forbidden: bot was blocked by the user"), SendOutcome.UNREACHABLE),
    (Forbidden("Forbidden: user is deactivated"), SendOutcome.UNREACHABLE),
    (Forbidden("Forbidden: bot was kicked from the supergroup chat"), SendOutcome.UNREACHABLE),
    (Forbidden("Forbidden: bot is not a member of the channel chat"), SendOutcome.UNREACHABLE),
    (BadRequest("Bad Request: chat not found"), SendOutcome.UNREACHABLE),
    (
        BadRequest("Bad Request: need administrator rights in the channel chat"),
        SendOutcome.UNREACHABLE,
    ),
    (
        BadRequest("Bad Request: not enough rights to send text messages to the chat"),
        SendOutcome.UNREACHABLE,
    ),
    (BadRequest("Bad Request: message thread not found"), SendOutcome.NO_TOPIC),
    (BadRequest("Bad Request: TOPIC_CLOSED"), SendOutcome.NO_TOPIC),
    (
        BadRequest('Bad Request: can\'t parse entities: Unsupported start tag "p"'),
        SendOutcome.REFUSED_MARKUP,
    ),
    (BadRequest("Bad Request: ENTITIES_TOO_LONG"), SendOutcome.REFUSED_MARKUP),
    (BadRequest("Bad Request: message to edit not found"), SendOutcome.GONE),
    (BadRequest("Bad Request: message can't be edited"), SendOutcome.GONE),
    (BadRequest("Bad Request: MESSAGE_ID_INVALID"), SendOutcome.GONE),
    (BadRequest("Bad Request: message is too long"), SendOutcome.REFUSED),
    (BadRequest("Bad Request: BUTTON_DATA_INVALID"), SendOutcome.REFUSED),
    (ChatMigrated(-1007), SendOutcome.MIGRATED),
    (InvalidToken("Unauthorized"), SendOutcome.NOT_SENT),
    (Conflict("Conflict: terminated by other getUpdates request"), SendOutcome.NOT_SENT),
    (caused(NetworkError("x"), httpx.ConnectError("x")), SendOutcome.NOT_SENT),
    (caused(TimedOut(), httpx.ConnectTimeout("x")), SendOutcome.NOT_SENT),
    (caused(TimedOut(), httpx.PoolTimeout("x")), SendOutcome.NOT_SENT),
    (caused(TimedOut(), httpx.ReadTimeout("x")), SendOutcome.UNCERTAIN),
    (caused(TimedOut(), httpx.WriteTimeout("x")), SendOutcome.UNCERTAIN),
    (caused(NetworkError("x"), httpx.ReadError("x")), SendOutcome.UNCERTAIN),
    (caused(NetworkError("x"), httpx.WriteError("x")), SendOutcome.UNCERTAIN),
    (caused(NetworkError("x"), httpx.RemoteProtocolError("x")), SendOutcome.UNCERTAIN),
    (NetworkError("Bad Gateway"), SendOutcome.UNCERTAIN),
    (NetworkError("Internal Server Error"), SendOutcome.UNCERTAIN),
    (NetworkError("Too Many Requests"), SendOutcome.WAIT),
    (TelegramError("Invalid server response"), SendOutcome.UNCERTAIN),
    (ValueError("an answer that could not be read"), SendOutcome.UNCERTAIN),
]


@pytest.mark.parametrize(("error", "outcome"), ERRORS, ids=lambda value: str(value)[:50])
def test_errors_are_judged_by_their_most_specific_class_and_cause(
    error: Exception, outcome: SendOutcome
) -> None:
    result = result_of(error)

    assert result.outcome is outcome
    assert result.reason.startswith(type(error).__name__)


def test_a_flood_refusal_tells_how_long_and_a_migration_where_to() -> None:
    assert result_of(RetryAfter(17)).retry_after_s == 17.0
    assert result_of(RetryAfter(17)).outcome is SendOutcome.WAIT
    assert result_of(ChatMigrated(-1007)).new_chat_id == -1007


class Server:
    """Stands for the library's request: answers, or raises what it was told to."""

    def __init__(self, time: FakeTime, *errors: TelegramError) -> None:
        self._time = time
        self._errors = list(errors)
        self.called_at: list[float] = []

    async def __call__(self, *_args: Any, **_kwargs: Any) -> dict[str, Any]:
        self.called_at.append(self._time.now_s)
        if self._errors:
            raise self._errors.pop(0)
        return {}


def limiter(time: FakeTime) -> tuple[PacedRateLimiter, Pace]:
    pace = Pace(monotonic=time.monotonic, sleep=time.sleep)
    return PacedRateLimiter(pace), pace


def request(
    paced: PacedRateLimiter, server: Server, endpoint: str, args: Any = None, chat: Any = 7
) -> Any:
    data = {} if chat is None else {"chat_id": chat}
    return paced.process_request(server, (), {}, endpoint, data, args)


async def test_two_messages_to_one_chat_are_a_second_apart() -> None:
    time = FakeTime()
    paced, _ = limiter(time)
    server = Server(time)

    async def scene() -> None:
        await request(paced, server, "sendMessage")
        await request(paced, server, "editMessageText")

    await time.run(scene())

    assert server.called_at[1] - server.called_at[0] >= 1.0


async def test_a_full_second_holds_up_messages_and_no_edit_of_another_chat() -> None:
    time = FakeTime()
    paced, _ = limiter(time)
    server = Server(time)

    async def scene() -> None:
        others = [request(paced, server, "sendMessage", chat=chat) for chat in range(100, 130)]
        await asyncio.gather(*others)
        await request(paced, server, "editMessageText", chat=7)
        await request(paced, server, "sendMessage", chat=8)

    await time.run(scene())

    assert server.called_at[30] - server.called_at[0] < 0.5
    assert server.called_at[31] - server.called_at[0] >= 1.0


@pytest.mark.parametrize(
    ("endpoint", "chat"),
    [("answerCallbackQuery", None), ("sendChatAction", 7), ("getChatMember", 7), ("getMe", None)],
)
async def test_what_is_no_message_does_not_wait(endpoint: str, chat: int | None) -> None:
    time = FakeTime()
    paced, _ = limiter(time)
    server = Server(time)

    async def scene() -> None:
        for _ in range(50):
            await request(paced, server, endpoint, chat=chat)

    await time.run(scene())

    assert server.called_at == [server.called_at[0]] * 50


async def test_an_answer_to_a_reader_waits_out_a_short_refusal_once() -> None:
    time = FakeTime()
    paced, _ = limiter(time)
    server = Server(time, RetryAfter(4))

    await time.run(request(paced, server, "sendMessage"))

    assert len(server.called_at) == 2
    assert server.called_at[1] - server.called_at[0] >= 4.0


async def test_a_refused_broadcast_is_left_to_the_outbox_and_its_chat_rests() -> None:
    time = FakeTime()
    paced, pace = limiter(time)
    server = Server(time, RetryAfter(4))

    with pytest.raises(RetryAfter):
        await time.run(request(paced, server, "sendMessage", Lane.BROADCAST))

    assert len(server.called_at) == 1
    assert pace.delay_s([7]) == pytest.approx(4.0)


async def test_a_turn_already_taken_is_not_waited_for_again() -> None:
    time = FakeTime()
    paced, pace = limiter(time)
    server = Server(time)

    async def scene() -> None:
        turn = await pace.acquire(7, kind_of(7), Lane.BROADCAST)
        taken_at = time.now_s
        await request(paced, server, "sendMessage", turn)
        assert server.called_at == [taken_at]

    await time.run(scene())


async def test_an_optional_request_that_is_refused_is_logged_and_left_out(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def refused() -> bool:
        raise InvalidToken("Not Found: method not found")

    async def known() -> bool:
        return True

    assert await try_optional("setMyName", refused()) is None
    assert await try_optional("setMyCommands", known()) is True
    assert "setMyName" in caplog.text


def test_buttons_become_a_keyboard_in_the_order_given() -> None:
    made = keyboard([[Button("أ", data="d|1"), Button("ب", url="https://example.org")]])

    assert made is not None
    assert [(b.text, b.callback_data, b.url) for b in made.inline_keyboard[0]] == [
        ("أ", "d|1", None),
        ("ب", None, "https://example.org"),
    ]
    assert keyboard(()) is None
