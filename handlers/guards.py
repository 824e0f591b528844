"""Who may do what: roles from settings and from Telegram, and how often one person may ask."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from enum import StrEnum

from telegram import (
    Bot,
    ChatMember,
    ChatMemberAdministrator,
    ChatMemberRestricted,
    Message,
    Update,
)
from telegram.constants import ChatType
from telegram.error import TelegramError

_ADMIN_STATUSES = frozenset({ChatMember.OWNER, ChatMember.ADMINISTRATOR})


class Role(StrEnum):
    """What somebody must be to use a command."""

    READER = "reader"  # anybody
    CHAT_ADMIN = "chat_admin"  # oneself in private; an admin in a group or channel
    OPERATOR = "operator"  # named in MUJAZ_ADMIN_IDS; to others the command does not exist

    def may(self, needed: Role) -> bool:
        """Tell whether this role includes another one."""
        ranks = list(Role)
        return ranks.index(self) >= ranks.index(needed)


async def administers(bot: Bot, chat_id: int, user_id: int) -> bool:
    """Tell whether the user may decide for the chat, asking Telegram each time.

    A private chat belongs to its user. When Telegram does not say, the answer is no.
    """
    if chat_id == user_id:
        return True
    try:
        member = await bot.get_chat_member(chat_id, user_id)
    except TelegramError:
        return False
    return member.status in _ADMIN_STATUSES


async def we_may_post(bot: Bot, chat_id: int) -> bool:
    """Tell whether we may write in the chat, asking Telegram; no when it does not say."""
    if chat_id > 0:  # a private chat
        return True
    try:
        me = await bot.get_chat_member(chat_id, bot.id)
    except TelegramError:
        return False
    if isinstance(me, ChatMemberAdministrator):
        return me.can_post_messages is not False  # None: a group, where no such right exists
    if isinstance(me, ChatMemberRestricted):
        return me.is_member and me.can_send_messages
    return me.status == ChatMember.MEMBER


async def we_may_pin(bot: Bot, chat_id: int) -> bool:
    """Tell whether we may pin in the chat, asking Telegram; no when it does not say."""
    if chat_id > 0:  # a private chat
        return True
    try:
        me = await bot.get_chat_member(chat_id, bot.id)
    except TelegramError:
        return False
    if not isinstance(me, ChatMemberAdministrator):
        return False
    return bool(me.can_pin_messages or me.can_edit_messages)  # the former in groups alone


async def may_set_up(bot: Bot, update: Update) -> bool:
    """Tell whether the sender of a command may change the digest of its chat."""
    chat, message, user = update.effective_chat, update.effective_message, update.effective_user
    if chat is None or message is None:
        return False
    if chat.type in (ChatType.PRIVATE, ChatType.CHANNEL):
        return True  # only admins can write in a channel
    if is_anonymous_admin(message):
        return True
    return user is not None and await administers(bot, chat.id, user.id)


def is_anonymous_admin(message: Message) -> bool:
    """Tell whether a group admin wrote in the name of the group itself."""
    return message.sender_chat is not None and message.sender_chat.id == message.chat_id


class QuestionLimiter:
    """At most so many questions a minute from one asker (a token bucket each).

    ``monotonic`` returns seconds. Askers that have long been quiet are forgotten.
    """

    def __init__(
        self, per_minute: int, monotonic: Callable[[], float], *, most_askers: int = 10_000
    ) -> None:
        self._rate_per_s = per_minute / 60
        self._burst = max(3.0, per_minute / 4)
        self._monotonic = monotonic
        self._most_askers = most_askers
        self._buckets: OrderedDict[int, tuple[float, float]] = OrderedDict()

    def allows(self, asker: int) -> bool:
        """Take one question from the asker's bucket; False when it is empty."""
        now = self._monotonic()
        level, at = self._buckets.pop(asker, (self._burst, now))
        level = min(self._burst, level + (now - at) * self._rate_per_s)
        allowed = level >= 1
        self._buckets[asker] = (level - 1 if allowed else level, now)
        while len(self._buckets) > self._most_askers:
            self._buckets.popitem(last=False)
        return allowed
