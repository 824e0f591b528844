"""Groups and channels: added, removed, migrated; set up in private by the admin who added us."""

from __future__ import annotations

import logging

from telegram import Bot, ChatMember, ChatMemberRestricted, ChatMemberUpdated, Update
from telegram.constants import ChatType, ParseMode
from telegram.error import BadRequest, Forbidden, TelegramError
from telegram.ext import ContextTypes

from bot.log import chat_ref
from bot.models import Button, Chat, ChatKind
from bot.services import Services
from bot.text.languages import Texts, texts
from bot.text.markup import one_line, shorten
from handlers.guards import administers
from handlers.keyboards import markup, panel
from handlers.replying import open_talk, say, stored_chat
from handlers.subscriptions import panel_text

logger = logging.getLogger(__name__)

_PRESENT = frozenset({ChatMember.MEMBER, ChatMember.ADMINISTRATOR, ChatMember.OWNER})
_LABEL_UNITS = 40


async def channels(services: Services, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """List the groups and channels that this person may set up, and how to add one."""
    talk, user = await open_talk(services, update), update.effective_user
    if talk is None or user is None:
        return
    rows = [
        [Button(shorten(one_line(chat.title), _LABEL_UNITS) or "…", f"d|{chat.id}|0|show")]
        for chat in await services.subscribing.set_up_by(user.id)
        if await administers(context.bot, chat.id, user.id)
    ]
    bot = context.bot.username
    invite = [
        [
            Button(talk.texts("channels.add_group"), url=f"https://t.me/{bot}?startgroup=1"),
            Button(talk.texts("channels.add_channel"), url=f"https://t.me/{bot}?startchannel=1"),
        ]
    ]
    key = "channels.list" if rows else "channels.none"
    await say(talk, talk.texts.html(key), [*rows, *invite])


async def membership(
    services: Services, update: Update, context: ContextTypes.DEFAULT_TYPE
) -> None:
    """React to being added, removed, blocked or let in again."""
    change = update.my_chat_member
    if change is None:
        return
    if not _may_write(change.new_chat_member):
        await services.subscribing.removed(change.chat.id)
        return
    if change.chat.type == ChatType.PRIVATE:
        if await services.subscribing.returned(change.chat.id):
            await _welcome_back(services, context.bot, change.chat.id)
        return
    invited = not _is_there(change.old_chat_member) or _became_poster(change)
    known = await services.subscribing.chat(change.chat.id)
    # Who only changes our rights has not added us: the chat stays with whoever did, if we know.
    new = invited or known is None or known.added_by is None
    chat = await services.subscribing.added(
        stored_chat(change.chat, services.default_language), change.from_user.id if new else None
    )
    await services.subscribing.returned(chat.id)
    if invited:
        await _offer_set_up(services, context.bot, chat, change)


def _is_there(member: ChatMember) -> bool:
    """Tell whether we are in the chat, allowed to write or not."""
    if isinstance(member, ChatMemberRestricted):
        return member.is_member
    return member.status in _PRESENT


def _may_write(member: ChatMember) -> bool:
    """Tell whether we are in the chat and may write there; pictures may be forbidden."""
    muted = isinstance(member, ChatMemberRestricted) and not member.can_send_messages
    return _is_there(member) and not muted


async def _welcome_back(services: Services, bot: Bot, chat_id: int) -> None:
    """Tell a reader whose digest was paused that it comes again."""
    chat = await services.subscribing.chat(chat_id)
    language = texts(chat.language if chat else services.default_language)
    try:
        await bot.send_message(
            chat_id, language.html("subscription.resumed"), parse_mode=ParseMode.HTML
        )
    except (Forbidden, BadRequest):
        logger.info("%s is gone again", chat_ref(chat_id))


def _became_poster(change: ChatMemberUpdated) -> bool:
    """Whether a channel just made us an administrator: only then can we post there."""
    channel = change.chat.type == ChatType.CHANNEL
    return channel and change.old_chat_member.status == ChatMember.MEMBER


async def _offer_set_up(
    services: Services, bot: Bot, chat: Chat, change: ChatMemberUpdated
) -> None:
    """Open the panel in private with whoever added us.

    Telegram lets a bot write to nobody who has not written first; then a group gets one line
    with a link to us, and a channel stays silent until its admin sends /channels.
    """
    admin = change.from_user
    private = await services.subscribing.chat(admin.id)
    language = texts(private.language if private else admin.language_code)
    told = [language.html("channels.added"), panel_text(chat, None, language)]
    comments, rows = await _comments(services, bot, chat, language)
    try:
        await bot.send_message(
            admin.id,
            "\n\n".join(filter(None, (*told, comments))),
            parse_mode=ParseMode.HTML,
            reply_markup=markup((*panel(chat.id, 0, None, language), *rows), language),
        )
    except (Forbidden, BadRequest):
        logger.info("the admin who added us to %s has not started us", chat_ref(chat.id))
        if chat.kind is ChatKind.GROUP:
            await _introduce(bot, chat, texts(chat.language))


async def _comments(
    services: Services, bot: Bot, chat: Chat, language: Texts
) -> tuple[str, tuple[tuple[Button, ...], ...]]:
    """Say where a channel's posts are commented on, and offer to be added there."""
    if chat.kind is not ChatKind.CHANNEL:
        return "", ()
    try:
        linked = (await bot.get_chat(chat.id)).linked_chat_id
    except TelegramError:
        linked = None  # nobody misses a line about it
    if linked is None:
        return "", ()
    group = await services.subscribing.chat(linked)
    if group is not None and group.reachable:
        name = shorten(one_line(group.title), _LABEL_UNITS)
        return language.html("channels.comments", chat=name), ()
    add = Button(
        language("channels.add_group"), url=f"https://t.me/{bot.username}?startgroup=comments"
    )
    return language.html("channels.comments_add"), ((add,),)


async def _introduce(bot: Bot, chat: Chat, language: Texts) -> None:
    rows = [
        [
            Button(
                language("channels.open_private"), url=f"https://t.me/{bot.username}?start=channels"
            )
        ]
    ]
    await bot.send_message(
        chat.id,
        language.html("channels.hello_group"),
        parse_mode=ParseMode.HTML,
        reply_markup=markup(rows, language),
    )


async def migration(
    services: Services, update: Update, _context: ContextTypes.DEFAULT_TYPE
) -> None:
    """Follow a group to its new id when it becomes a supergroup."""
    message = update.effective_message
    if message is not None and message.migrate_to_chat_id is not None:
        await services.subscribing.migrated(message.chat_id, message.migrate_to_chat_id)
