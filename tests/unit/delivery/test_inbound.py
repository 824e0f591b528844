"""What comes in: flooders are held, poison is skipped and told, silence is noticed."""

from __future__ import annotations

from typing import Any

import pytest
from telegram import Bot

from bot.delivery.inbound import Inbound, SenderGate


class Seconds:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def said(sender: int, number: int = 1, **more: Any) -> dict[str, Any]:
    """Return an update as Telegram words it."""
    user = {"id": sender, "is_bot": False, "first_name": "ليلى"}
    chat = {"id": sender, "type": "private", "first_name": "ليلى"}
    message = {"message_id": number, "date": 1, "chat": chat, "from": user, "text": "سؤال"}
    return {"update_id": number, "message": message | more}


def test_a_flooder_is_held_to_the_rate_and_others_pass() -> None:
    seconds = Seconds()
    gate = SenderGate(burst=30, per_s=3, monotonic=seconds)

    passed = 0
    for _ in range(10_000):  # ten seconds at a thousand a second
        seconds.now += 0.001
        passed += gate.passes(said(1))

    assert 55 <= passed <= 61
    assert gate.skipped == 10_000 - passed
    assert gate.passes(said(2))


@pytest.mark.parametrize(
    "user", [1087968824, 136817688, 777000], ids=["anonymous admins", "channels", "forwarded"]
)
def test_who_writes_as_a_chat_is_that_chat_and_not_the_user_that_all_of_them_share(
    user: int,
) -> None:
    gate = SenderGate(burst=2, per_s=0.001, monotonic=Seconds())
    one, another = {"id": -1001, "type": "supergroup"}, {"id": -1002, "type": "supergroup"}

    assert [gate.passes(said(user, sender_chat=one)) for _ in range(3)] == [True, True, False]
    assert gate.passes(said(user, sender_chat=another))
    edit = said(user, sender_chat=one)["message"]
    assert not gate.passes({"update_id": 9, "edited_message": edit})


@pytest.mark.parametrize("sender_chat", [None, 7, {}, {"id": "7"}])
def test_a_chat_that_is_none_does_not_get_a_flooder_through(sender_chat: Any) -> None:
    gate = SenderGate(burst=1, per_s=0.001, monotonic=Seconds())

    assert gate.passes(said(1, sender_chat=sender_chat))
    assert not gate.passes(said(1, sender_chat=sender_chat))


def test_what_must_not_be_missed_is_never_skipped() -> None:
    gate = SenderGate(burst=1, per_s=0.001, monotonic=Seconds())
    gate.passes(said(1))

    assert not gate.passes(said(1))
    assert gate.passes(said(1, migrate_to_chat_id=-100))
    assert gate.passes({"update_id": 5, "my_chat_member": {"from": {"id": 1}}})


def test_a_skipped_update_keeps_its_number_so_that_polling_goes_on() -> None:
    inbound = Inbound(SenderGate(burst=1, per_s=0.001, monotonic=Seconds()))

    assert inbound.sift(said(1, 7)) == said(1, 7)
    assert inbound.sift(said(1, 8)) == {"update_id": 8}


def test_while_somebody_floods_polls_may_wait_a_little_and_no_longer() -> None:
    inbound = Inbound(SenderGate(burst=1, per_s=0.001, monotonic=Seconds()))

    flooded = []
    for updates in ([said(1, 7), said(2, 8)], [said(1, 9), said(3, 10)], []):
        inbound.receive(updates)
        flooded.append(inbound.flooded)

    assert flooded == [False, True, False]


def test_poison_is_emptied_and_told() -> None:
    inbound, told = Inbound(), list[int]()
    inbound.poison = told.append

    read = inbound.read({"update_id": 9, "message": {"chat": "?"}}, Bot("1:a"))

    assert (read.update_id, read.message) == (9, None)
    assert told == [9]


def test_a_press_comes_without_the_buttons_it_was_made_under_and_whole_otherwise() -> None:
    keyboard = {"inline_keyboard": [[{"text": "نعم", "callback_data": "s|1|0|home"}]]}
    under = said(1)["message"] | {"reply_markup": keyboard, "message_thread_id": 4}
    query = {"id": "5", "from": under["from"], "chat_instance": "6", "data": "s|1|0|home"}

    sifted = Inbound().sift({"update_id": 3, "callback_query": query | {"message": under}})

    assert under["reply_markup"] == keyboard  # what came is not touched
    del under["reply_markup"]
    assert sifted == {"update_id": 3, "callback_query": query | {"message": under}}


def test_a_press_whose_message_is_no_message_is_left_to_be_refused() -> None:
    for broken in ({"callback_query": 1}, {"callback_query": {"message": "?"}}, {}):
        assert Inbound().sift({"update_id": 3} | broken) == {"update_id": 3} | broken


def test_silence_is_counted_from_the_end_of_the_last_poll() -> None:
    seconds = Seconds()
    inbound = Inbound(monotonic=seconds)
    seconds.now = 100.0
    assert inbound.silent_s == 100.0

    inbound.poll_ended()
    seconds.now = 130.0

    assert inbound.silent_s == 30.0
