"""Which updates reach which handlers."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

from telegram import Chat, Message, Update, User
from telegram.ext import Application, CommandHandler, MessageHandler

from bot.services import Services
from handlers import register

NOW = datetime(2019, 3, 12, tzinfo=UTC)


def _registered() -> Application:  # type: ignore[type-arg]  # the library's six parameters
    application = Application.builder().token("1:aaaa").job_queue(cast(Any, None)).build()
    services = SimpleNamespace(questions_per_minute=20, operators=frozenset({1}))
    register(application, cast(Services, services))
    return application


def _message(text: str) -> Message:
    return Message(
        message_id=1,
        date=NOW,
        chat=Chat(1, "private"),
        from_user=User(1, "ليلى", is_bot=False),
        text=text,
    )


def _taken(update: Update) -> int:
    handlers = [one for group in _registered().handlers.values() for one in group]
    spoken = [one for one in handlers if isinstance(one, CommandHandler | MessageHandler)]
    assert len(spoken) > 15
    return sum(bool(one.check_update(update)) for one in spoken)


def test_edited_messages_reach_no_handler_of_questions() -> None:
    for text in ("كم شخصاً يعيش في مخيم الهول؟", "/ask كم؟", "/sources"):
        assert _taken(Update(1, message=_message(text))) > 0 or text.startswith("/")
        assert _taken(Update(1, edited_message=_message(text))) == 0
