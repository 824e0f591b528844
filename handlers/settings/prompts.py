"""Questions that we asked and whose answer is still to come, by the message that asked.

In memory, the newest thousand: an answer that comes after a restart is read as a question.
"""

from __future__ import annotations

from collections import OrderedDict

from telegram import Message
from telegram.ext.filters import MessageFilter

from handlers.settings.view import Press

_MOST = 1000


class Prompts(MessageFilter):
    """Which of our messages wait for a written answer; as a filter, the answers to them."""

    def __init__(self) -> None:
        super().__init__(name="answers to our prompts")
        self._waiting: OrderedDict[tuple[int, int], Press] = OrderedDict()

    def expect(self, asked: Message, press: Press) -> None:
        """Note what an answer to this message will mean."""
        self._waiting[asked.chat_id, asked.message_id] = press
        while len(self._waiting) > _MOST:
            self._waiting.popitem(last=False)

    def meant(self, answer: Message) -> Press | None:
        """Return what an answer means, None when it answers none of our questions."""
        asked = answer.reply_to_message
        if asked is None:
            return None
        return self._waiting.get((answer.chat_id, asked.message_id))

    def filter(self, message: Message) -> bool:
        """Tell whether a message answers one of our questions."""
        return bool(message.text) and self.meant(message) is not None
