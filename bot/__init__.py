"""Mujaz (موجز): conflict news in Arabic, quoted word for word and sent as digests.

The flow, left to right; every stage is a folder and none imports another::

    source → fetch → parse → article → paragraphs ─┬→ search index
                                                   └→ change log
    question → retrieve → passages → answer
    change log → digest (one subscription, one slot) → outbox → pace → send → Telegram

``bot.services`` is the one place where the stages are joined; ``bot.app`` is the one place
where concrete classes are named.
"""

__version__ = "0.1.0"
