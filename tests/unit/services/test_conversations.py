"""Chats remember their last question for a while, and each chat only its own."""

import pickle
from datetime import UTC, datetime, timedelta

from bot.clock import FixedClock
from bot.services.conversations import KEPT_FOR, Conversations

NOW = datetime(2019, 3, 13, 12, tzinfo=UTC)
FIRST = "كم قتيلا في منبج؟"


def asked(chat_id: int = 1) -> tuple[Conversations, FixedClock, str]:
    clock = FixedClock(NOW)
    conversations = Conversations(clock)
    key = conversations.remember(conversations.understood(FIRST, chat_id))
    return conversations, clock, key


def test_a_follow_up_inherits_the_place_of_the_last_question() -> None:
    conversations, _, _ = asked()
    assert "منبج" in conversations.understood("وكم جريحاً؟", 1).text


def test_after_half_an_hour_nothing_is_inherited() -> None:
    conversations, clock, _ = asked()
    clock.advance(KEPT_FOR + timedelta(seconds=1))
    assert conversations.understood("وكم جريحاً؟", 1).text == "وكم جريحاً؟"


def test_another_chat_inherits_nothing() -> None:
    conversations, _, _ = asked()
    assert conversations.understood("وكم جريحاً؟", 2).inherited == ""


def test_a_key_opens_only_in_its_own_chat_and_only_for_a_while() -> None:
    conversations, clock, key = asked()
    found = conversations.recall(key, 1)
    assert found is not None
    assert found.text == FIRST
    assert conversations.recall(key, 2) is None
    assert conversations.recall("00000000", 1) is None
    clock.advance(KEPT_FOR + timedelta(seconds=1))
    assert conversations.recall(key, 1) is None


def test_a_question_that_cannot_be_recalled_any_more_is_not_kept() -> None:
    conversations, clock, key = asked()
    held = FIRST.encode()
    assert held in pickle.dumps(conversations)
    clock.advance(KEPT_FOR + timedelta(seconds=1))
    conversations.remember(conversations.understood("أخبار حلب", 2))
    assert held not in pickle.dumps(conversations)
    assert conversations.recall(key, 1) is None
