"""The clock that flows and jumps."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.sandbox import SandboxClock

NOON = datetime(2019, 2, 19, 12, tzinfo=UTC)


def test_the_clock_runs_on_from_the_moment_at_which_it_starts() -> None:
    clock = SandboxClock(NOON.astimezone(timezone(timedelta(hours=3))))

    first, second = clock.now(), clock.now()

    assert NOON <= first <= second < NOON + timedelta(minutes=1)
    assert first.tzinfo is UTC


def test_a_jump_forward_tells_every_listener_until_it_is_taken_off() -> None:
    clock = SandboxClock(NOON)
    heard: list[datetime] = []
    stop_listening = clock.on_change(heard.append)

    clock.advance(timedelta(days=1))
    stop_listening()
    clock.set(NOON + timedelta(days=3))

    assert len(heard) == 1
    assert heard[0] - NOON >= timedelta(days=1)
    assert clock.unix() >= int((NOON + timedelta(days=3)).timestamp())


def test_the_clock_refuses_to_go_back_and_to_guess_a_zone() -> None:
    clock = SandboxClock(NOON)

    with pytest.raises(ValueError, match="forward only"):
        clock.set(NOON - timedelta(seconds=1))
    with pytest.raises(ValueError, match="aware"):
        clock.set(datetime(2030, 1, 1))  # noqa: DTZ001 - the naive one is what is refused
    with pytest.raises(ValueError, match="aware"):
        SandboxClock(datetime(2030, 1, 1))  # noqa: DTZ001 - the naive one is what is refused
    assert clock.now() < NOON + timedelta(minutes=1)
