"""The words of Mujaz as values: what the stages hand to one another.

All are frozen and slotted. Times end in ``_at`` and are aware UTC; durations end in ``_s``.
Nothing here decides or does anything; the modules named in each docstring do.
"""

from bot.models.claims import Claim, ClaimKind, ClaimQualifier, ClaimScope
from bot.models.digests import Chat, ChatKind, Digest, DigestItem, Slot, SlotState, Subscription
from bot.models.messages import (
    Button,
    NewMessage,
    OutboxKind,
    OutboxMessage,
    OutboxState,
    Reply,
    SendOutcome,
    SendResult,
)
from bot.models.news import (
    Activity,
    Answer,
    Arrival,
    Article,
    Change,
    Edit,
    Embedding,
    Hit,
    Intake,
    IntakeOutcome,
    NewArticle,
    Paragraph,
    Passage,
    Source,
    SourceKind,
    StoreCounts,
    StoredArticle,
    TitledParagraph,
)

__all__ = [
    "Activity",
    "Answer",
    "Arrival",
    "Article",
    "Button",
    "Change",
    "Chat",
    "ChatKind",
    "Claim",
    "ClaimKind",
    "ClaimQualifier",
    "ClaimScope",
    "Digest",
    "DigestItem",
    "Edit",
    "Embedding",
    "Hit",
    "Intake",
    "IntakeOutcome",
    "NewArticle",
    "NewMessage",
    "OutboxKind",
    "OutboxMessage",
    "OutboxState",
    "Paragraph",
    "Passage",
    "Reply",
    "SendOutcome",
    "SendResult",
    "Slot",
    "SlotState",
    "Source",
    "SourceKind",
    "StoreCounts",
    "StoredArticle",
    "Subscription",
    "TitledParagraph",
]
