"""The first version of the flood limits."""

from datetime import timedelta

import pytest

from bot.sandbox import SandboxClock
from bot.sandbox.errors import ApiError
from bot.sandbox.flood import Flood


def _sent_until_refused(flood: Flood, chat_ids: list[int]) -> tuple[int, ApiError | None]:
    for count, chat_id in enumerate(chat_ids):
        try:
            flood.check(chat_id)
        except ApiError as error:
            return count, error
    return len(chat_ids), None


@pytest.mark.parametrize(
    ("chat_ids", "taken", "wait_s"),
    [
        (list(range(1, 100)), 30, 1),
        ([1001] * 10, 3, 3),
        ([-1001000000001] * 30, 20, 60),
    ],
)
def test_each_limit_takes_its_number_and_then_names_the_wait(
    chat_ids: list[int], taken: int, wait_s: int
) -> None:
    clock = SandboxClock()
    flood = Flood(clock, enabled=True)

    count, error = _sent_until_refused(flood, chat_ids)

    assert count == taken
    assert error and error.code == 429
    assert error.parameters == {"retry_after": wait_s}
    clock.advance(timedelta(seconds=wait_s))
    flood.check(chat_ids[0])


def test_a_paid_broadcast_has_a_thousand_a_second() -> None:
    flood = Flood(SandboxClock(), enabled=True)

    for chat in range(1, 1001):
        flood.check(chat, paid=True)

    for paid in (True, False):
        with pytest.raises(ApiError, match="Too Many Requests"):
            flood.check(1001, paid=paid)


def test_without_the_switch_nothing_is_limited() -> None:
    assert _sent_until_refused(Flood(SandboxClock()), [1001] * 500) == (500, None)
