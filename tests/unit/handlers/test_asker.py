"""Whose question it is: a person's, or that of the group in whose name an admin hides."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from telegram import Chat, Message, Update, User

from handlers.ask import _asker
from handlers.guards import is_anonymous_admin

NOW = datetime(2019, 3, 12, tzinfo=UTC)
ANONYMOUS = User(1087968824, "Group", is_bot=True, username="GroupAnonymousBot")


def _written_by(user: User, group_id: int, *, hidden: bool) -> Update:
    group = Chat(group_id, "supergroup", title="مجموعة")
    message = Message(
        message_id=1,
        date=NOW,
        chat=group,
        from_user=user,
        sender_chat=group if hidden else None,
        text="/ask كم؟",
    )
    return Update(1, message=message)


def test_anonymous_admins_of_two_groups_do_not_use_up_one_anothers_questions() -> None:
    first, second = (_written_by(ANONYMOUS, group, hidden=True) for group in (-1001, -1002))

    assert _asker(first) != _asker(second)
    assert first.effective_message is not None
    assert is_anonymous_admin(first.effective_message)


@pytest.mark.parametrize("person", [5, 6])
def test_a_person_is_the_same_in_every_group(person: int) -> None:
    user = User(person, "هدى", is_bot=False)

    assert {_asker(_written_by(user, group, hidden=False)) for group in (-1, -2)} == {person}
