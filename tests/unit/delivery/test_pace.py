"""Telegram's flood limits are kept in every window, for every chat, in both lanes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import pairwise

import pytest

from bot.delivery.limits import Limits
from bot.delivery.pace import ChatKey, Lane, Pace, Turn, kind_of
from bot.models import ChatKind
from tests.unit.delivery.faketime import FakeTime

GROUP = -100_500


class Channel:
    """Sends through a pace and notes what left when."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.time = FakeTime()
        self.pace = Pace(limits, monotonic=self.time.monotonic, sleep=self.time.sleep)
        self.left: list[tuple[float, ChatKey, Lane]] = []

    async def send(self, chat: ChatKey, lane: Lane = Lane.BROADCAST) -> Turn:
        turn = await self.pace.acquire(chat, kind_of(chat), lane)
        self.left.append((self.time.now_s, chat, lane))
        return turn

    async def send_all(self, chats: Sequence[ChatKey], lane: Lane = Lane.BROADCAST) -> None:
        await asyncio.gather(*(self.send(chat, lane) for chat in chats))

    def times(self, chat: ChatKey | None = None) -> list[float]:
        return [at for at, whose, _ in self.left if chat is None or whose == chat]


def most_in_window(times: Sequence[float], window_s: float) -> int:
    """Return the greatest number of events in any window open at its end."""
    return max(sum(start <= t < start + window_s - 1e-9 for t in times) for start in times)


@pytest.mark.parametrize("lane", [lane for lane in Lane if lane is not Lane.PRESS])
async def test_no_second_ever_holds_more_than_the_rate(lane: Lane) -> None:
    channel = Channel()

    await channel.time.run(channel.send_all(range(1, 301), lane))

    times = channel.times()
    assert len(times) == 300
    assert most_in_window(times, 1.0) <= 30
    assert times[-1] - times[0] <= 10.1


async def test_broadcasts_are_spread_evenly_over_the_second() -> None:
    channel = Channel()

    await channel.time.run(channel.send_all(range(1, 61)))

    gaps = [later - earlier for earlier, later in pairwise(channel.times())]
    assert min(gaps) > 0.03
    assert max(gaps) < 0.04


async def test_one_private_chat_gets_one_message_a_second() -> None:
    channel = Channel()

    await channel.time.run(channel.send_all([7] * 10, Lane.INTERACTIVE))

    assert most_in_window(channel.times(7), 1.0) == 1


async def test_a_group_gets_twenty_messages_a_minute_and_one_a_second() -> None:
    channel = Channel()

    await channel.time.run(channel.send_all([GROUP] * 50))

    assert most_in_window(channel.times(GROUP), 60.0) == 20
    assert most_in_window(channel.times(GROUP), 1.0) == 1


async def test_an_answer_to_a_reader_overtakes_every_waiting_broadcast() -> None:
    channel = Channel()

    async def scene() -> None:
        broadcast = asyncio.ensure_future(channel.send_all(range(1, 201)))
        while len(channel.left) < 50:
            await channel.time.sleep(0.01)
        asked_at = channel.time.now_s
        await channel.send(9999, Lane.INTERACTIVE)
        assert channel.time.now_s - asked_at <= 0.05
        await broadcast

    await channel.time.run(scene())

    places = [chat for _, chat, _ in channel.left]
    assert places.index(9999) < 60


async def test_what_a_press_changes_waits_for_its_own_chat_alone() -> None:
    channel = Channel()

    async def scene() -> None:
        await channel.send_all(range(1, 31), Lane.INTERACTIVE)  # the second is full
        began_at = channel.time.now_s
        await channel.send_all([*range(101, 201), 101], Lane.PRESS)
        assert most_in_window([at - began_at for at in channel.times()], 0.5) >= 130
        assert most_in_window(channel.times(101), 1.0) == 1

    await channel.time.run(scene())


async def test_however_many_press_an_answer_is_not_held_up_and_no_group_gets_more() -> None:
    channel = Channel()
    waited: list[float] = []

    async def asking() -> None:
        for chat in range(5001, 5031):
            await channel.time.sleep(0.1)
            asked_at = channel.time.now_s
            await channel.send(chat, Lane.INTERACTIVE)
            waited.append(channel.time.now_s - asked_at)

    async def scene() -> None:
        presses = [*range(1001, 1061)] * 4  # sixty a second
        await asyncio.gather(channel.send_all([*presses, *[GROUP] * 30], Lane.PRESS), asking())

    await channel.time.run(scene())

    pressed = [at for at, _, lane in channel.left if lane is Lane.PRESS]
    assert most_in_window(pressed, 1.0) >= 60
    assert len(waited) == 30
    assert max(waited) < 0.1
    assert most_in_window(channel.times(GROUP), 60.0) <= 20
    assert most_in_window(channel.times(1001), 1.0) == 1


async def test_presses_wait_where_telegram_refused() -> None:
    channel = Channel()

    async def scene() -> None:
        channel.pace.refused(None, 5)
        await channel.send(7, Lane.PRESS)

    await channel.time.run(scene())

    assert channel.times(7)[0] >= 5


async def test_broadcasts_make_room_for_presses() -> None:
    channel = Channel()

    async def pressing() -> None:
        for chat in range(1001, 1101):
            await channel.time.sleep(0.05)
            await channel.send(chat, Lane.PRESS)

    async def scene() -> None:
        await asyncio.gather(channel.send_all(range(1, 101)), pressing())

    await channel.time.run(scene())

    assert len(channel.left) == 200
    assert most_in_window(channel.times(), 1.0) <= 31


async def test_an_alert_overtakes_digests_but_not_a_reader() -> None:
    channel = Channel()

    async def scene() -> None:
        digests = asyncio.ensure_future(channel.send_all(range(1, 101)))
        while len(channel.left) < 40:
            await channel.time.sleep(0.01)
        alerts = asyncio.ensure_future(channel.send_all(range(501, 521), Lane.ALERT))
        await channel.send(9999, Lane.INTERACTIVE)
        await asyncio.gather(digests, alerts)

    await channel.time.run(scene())

    lanes = [lane for _, _, lane in channel.left]
    assert 40 <= lanes.index(Lane.INTERACTIVE) <= 42
    alerts = [place for place, lane in enumerate(lanes) if lane is Lane.ALERT]
    assert alerts[-1] - alerts[0] <= 21
    assert most_in_window(channel.times(), 1.0) <= 30


async def test_a_chat_with_much_to_say_does_not_hold_up_the_others() -> None:
    channel = Channel()

    await channel.time.run(channel.send_all([1] * 20 + list(range(2, 12))))

    others = [at for at, chat, _ in channel.left if chat != 1]
    assert max(others) - channel.left[0][0] < 1.0


async def test_a_429_holds_back_its_chat_until_the_deadline_and_no_other() -> None:
    channel = Channel()

    async def scene() -> None:
        await channel.send(1)
        channel.pace.refused(1, 30.0)
        channel.pace.refused(1, 2.0)  # a shorter one does not end the longer
        await channel.send_all([1, 2, 3])

    await channel.time.run(scene())

    assert channel.times(1)[1] >= channel.times(1)[0] + 30.0
    assert max(channel.times(2) + channel.times(3)) < channel.times(1)[0] + 1.0


async def test_a_429_without_a_chat_holds_back_everybody() -> None:
    channel = Channel()
    channel.pace.refused(None, 12.0)
    begun = channel.time.now_s

    await channel.time.run(channel.send_all([1, 2], Lane.INTERACTIVE))

    assert min(channel.times()) >= begun + 12.0
    assert channel.pace.delay_s() == 0.0


async def test_refusals_from_everywhere_hold_back_everybody() -> None:
    channel = Channel()
    begun = channel.time.now_s
    for chat in (1, 2, 3, 4, 5):
        channel.pace.refused(chat, 9.0)

    await channel.time.run(channel.send(77))

    assert channel.times(77)[0] >= begun + 9.0


async def test_scattered_refusals_hold_back_their_chats_only() -> None:
    channel = Channel()

    async def scene() -> None:
        for chat in range(1, 200):
            turn = await channel.send(chat)
            if chat % 20 == 0:
                channel.pace.refused(chat, 30.0)
            else:
                channel.pace.arrived(turn)

    begun = channel.time.now_s
    await channel.time.run(scene())

    assert channel.time.now_s - begun < 8.0


async def test_a_deadline_that_comes_while_others_sleep_is_kept() -> None:
    channel = Channel()

    async def scene() -> None:
        await channel.send(1)
        second = asyncio.ensure_future(channel.send(1))
        await channel.time.sleep(0.5)
        channel.pace.refused(1, 20.0)
        await second

    await channel.time.run(scene())

    assert channel.times(1)[1] >= channel.times(1)[0] + 20.5


async def test_who_is_cancelled_while_waiting_uses_up_no_turn() -> None:
    channel = Channel(Limits(per_s=1.0))

    async def scene() -> None:
        await channel.send(1)
        given_up = asyncio.ensure_future(channel.send(2))
        await channel.time.sleep(0.2)
        given_up.cancel()
        await channel.send(3)

    await channel.time.run(scene())

    assert [chat for _, chat, _ in channel.left] == [1, 3]
    assert channel.left[1][0] - channel.left[0][0] < 1.1


async def test_a_message_that_was_slow_counts_from_when_it_may_have_arrived() -> None:
    channel = Channel(Limits(per_s=1.0))

    async def scene() -> None:
        for chat, round_trip_s in ((1, 0.01), (2, 0.3), (3, 0.01)):
            turn = await channel.send(chat)
            await channel.time.sleep(round_trip_s)
            channel.pace.arrived(turn)
        await channel.send(4)

    await channel.time.run(scene())

    first, slow, after, last = (at for at, *_ in channel.left)
    half_s = 0.01 / 2
    assert slow - first == pytest.approx(1.0 + half_s, abs=1e-3)
    assert after - slow >= 1.3 - half_s - 1e-3  # it may have arrived so late
    assert last - after == pytest.approx(1.0 + half_s, abs=1e-3)


async def test_one_slow_message_holds_up_no_other() -> None:
    """Its place is taken for longer; the places of the others are free when they would be."""
    channel = Channel()

    async def answered(turn: Turn, round_trip_s: float) -> None:
        await channel.time.sleep(round_trip_s)
        channel.pace.arrived(turn)

    async def scene() -> None:
        answers: list[asyncio.Future[None]] = []
        for chat in range(1, 91):
            turn = await channel.send(chat)
            round_trip_s = 0.9 if chat == 5 else 0.01
            answers.append(asyncio.ensure_future(answered(turn, round_trip_s)))
        await asyncio.gather(*answers)

    await channel.time.run(scene())

    gaps = [later - earlier for earlier, later in pairwise(channel.times())]
    assert max(gaps) < 0.08
    arrived = [at + (0.9 if chat == 5 else 0.01) for at, chat, _ in channel.left]
    assert most_in_window(arrived, 1.0) <= 30


async def test_broadcasts_make_up_for_a_short_standstill_and_no_window_overflows() -> None:
    channel = Channel()

    async def scene() -> None:
        for chat in range(1, 601):
            await channel.send(chat)
            if chat % 60 == 0:
                channel.time.now_s += 0.2  # the machine was busy with something else

    begun = channel.time.now_s
    await channel.time.run(scene())

    assert most_in_window(channel.times(), 1.0) <= 30
    assert channel.times()[-1] - begun < 20 + 0.6  # not the 2 s for which nothing was sent


async def test_busy_chats_are_named_with_the_time_until_they_are_free() -> None:
    channel = Channel()
    channel.pace.refused(GROUP, 15.0)

    await channel.time.run(channel.send(5))

    assert set(channel.pace.waiting_chats()) == {GROUP, 5}
    assert channel.pace.waiting_chats(beyond_s=2.0) == [GROUP]
    assert channel.pace.delay_s([GROUP]) == pytest.approx(15.0)


async def test_closing_lets_nobody_wait_for_ever() -> None:
    channel = Channel()
    channel.pace.refused(None, 1000.0)
    waiting = asyncio.ensure_future(channel.send(1))
    await asyncio.sleep(0)

    await channel.pace.close()

    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_a_paid_rate_is_reached() -> None:
    channel = Channel(Limits(per_s=1000.0))

    await channel.time.run(channel.send_all(range(1, 3001)))

    assert most_in_window(channel.times(), 1.0) <= 1000
    assert channel.times()[-1] - channel.times()[0] <= 3.05


async def test_memory_does_not_grow_with_the_chats_written_to() -> None:
    channel = Channel(Limits(per_s=100.0))

    async def scene() -> None:
        for chat in range(1, 5001):
            await channel.send(chat)

    await channel.time.run(scene())

    assert len(channel.pace._chats) <= 1200


def test_the_kind_of_a_chat_shows_in_its_id() -> None:
    assert kind_of(1001) is ChatKind.PRIVATE
    assert kind_of(GROUP) is ChatKind.GROUP
    assert kind_of("@channel") is ChatKind.GROUP
