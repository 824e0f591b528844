"""What readers think of answers: 👍 or 👎 under each, kept for evaluation.

The data of a button is ``f|<key of the question>|u`` or ``…|d``.
"""

from __future__ import annotations

import re

from telegram import Update
from telegram.ext import ContextTypes

from bot.models import Verdict
from bot.services import Services
from handlers.replying import note, open_talk

_DATA = re.compile(r"f\|([0-9a-f]{8})\|([ud])", re.ASCII)


async def press(services: Services, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    """Keep a verdict; a second one takes the place of the first."""
    query, talk = update.callback_query, await open_talk(services, update)
    if query is None or talk is None:
        return
    found = _DATA.fullmatch(query.data or "")
    verdict = Verdict.GOOD if found and found[2] == "u" else Verdict.BAD
    kept = found and await services.answering.judge(found[1], talk.chat.id, verdict)
    await note(query, talk.texts("feedback.thanks" if kept else "press.expired"))
