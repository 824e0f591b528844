"""The one table of what can be typed and pressed, and its registration with Telegram's library.

Menus, help and rights are all made from this table; a handler reads an update, calls one
service and replies.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine, Iterable, Sequence
from functools import partial
from typing import Any

from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    Message,
    Update,
)
from telegram.error import TelegramError
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    ContextTypes,
    InlineQueryHandler,
    MessageHandler,
    filters,
)

from bot.services import Services
from bot.text.languages import DEFAULT_LANGUAGE, Texts, available_languages, texts
from handlers import (
    admin,
    channels,
    charts,
    errors,
    feedback,
    following,
    intake,
    outbox,
    paper,
    posts,
    privacy,
    sources,
    start,
    subscriptions,
    timelines,
    welcome,
)
from handlers.ask import Asking
from handlers.command import Command, Handler, visible_commands
from handlers.guards import Role
from handlers.inline import Inline
from handlers.settings import Settings

__all__ = ["Command", "announce", "command_table", "register", "visible_commands"]


logger = logging.getLogger(__name__)


def command_table(asking: Asking, settings: Settings) -> tuple[Command, ...]:
    """Return every command, in the order in which menus and help show them."""

    async def show_help(
        services: Services, update: Update, context: ContextTypes.DEFAULT_TYPE
    ) -> None:
        await start.show_help(services, update, context, commands)

    commands = (
        Command(name="ask", run=asking.command),
        Command(name="digest", run=subscriptions.digest),
        Command(name="timeline", run=timelines.timeline),
        Command(name="latest", run=timelines.latest),
        Command(name="chart", run=charts.chart),
        Command(name="follow", run=following.follow, role=Role.CHAT_ADMIN),
        Command(name="follows", run=following.follows),
        Command(name="subscribe", run=subscriptions.subscribe, role=Role.CHAT_ADMIN),
        Command(name="settings", run=settings.command, role=Role.CHAT_ADMIN),
        Command(name="stop", run=subscriptions.stop, role=Role.CHAT_ADMIN),
        Command(name="channels", run=channels.channels, in_groups=False),
        Command(name="file", run=paper.file),
        Command(name="help", run=show_help),
        Command(name="privacy", run=privacy.privacy),
        Command(name="mydata", run=privacy.my_data, in_groups=False),
        Command(name="forget", run=privacy.forget, role=Role.CHAT_ADMIN),
        Command(name="start", run=start.start, in_groups=False),
        Command(name="admin", run=admin.admin, role=Role.OPERATOR, in_groups=False),
        Command(name="sources", run=sources.sources, role=Role.OPERATOR, in_groups=False),
        Command(name="outbox", run=outbox.outbox, role=Role.OPERATOR, in_groups=False),
        Command(name="addsource", run=sources.add, role=Role.OPERATOR, in_groups=False),
        Command(name="label", run=sources.label, role=Role.OPERATOR, in_groups=False),
    )
    return commands


def register(application: Application, services: Services) -> tuple[Command, ...]:  # type: ignore[type-arg]
    """Attach every handler to the application; return the commands for Telegram's menus."""
    asking = Asking(services.questions_per_minute)
    settings = Settings()
    commands = command_table(asking, settings)
    operators = filters.User(user_id=services.operators or {0})
    said = filters.UpdateType.MESSAGE  # edited messages and channel posts are not questions
    private = filters.ChatType.PRIVATE & said
    add = application.add_handler

    def bound(run: Handler) -> Callable[[Update, Any], Coroutine[Any, Any, None]]:
        async def handle(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
            await run(services, update, context)

        return handle

    def pressed(run: Handler) -> Callable[[Update, Any], Coroutine[Any, Any, None]]:
        async def handle(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
            # A press may come without its message: from a client that lost it, or inline.
            query = update.callback_query
            there = query is not None and isinstance(query.message, Message)
            await (run if there else errors.gone)(services, update, context)

        return handle

    for command in commands:
        allowed = operators & private if command.role is Role.OPERATOR else said
        if not command.in_groups:
            allowed = allowed & private
        add(CommandHandler(command.name, bound(command.run), filters=allowed))
    add(CallbackQueryHandler(pressed(subscriptions.press), pattern=r"^d\|"))
    add(CallbackQueryHandler(pressed(timelines.press), pattern=r"^l\|"))
    add(CallbackQueryHandler(pressed(following.press), pattern=r"^k\|"))
    add(CallbackQueryHandler(pressed(settings.press), pattern=r"^s\|"))
    add(CallbackQueryHandler(pressed(admin.press), pattern=r"^p\|"))
    add(CallbackQueryHandler(pressed(paper.press), pattern=r"^t\|"))
    add(CallbackQueryHandler(pressed(feedback.press), pattern=r"^f\|"))
    add(CallbackQueryHandler(pressed(privacy.press), pattern=r"^x\|"))
    add(CallbackQueryHandler(pressed(welcome.press), pattern=r"^w\|"))
    add(CallbackQueryHandler(pressed(asking.press), pattern=r"^q\|"))
    add(CallbackQueryHandler(pressed(intake.press), pattern=r"^a\|"))
    add(CallbackQueryHandler(pressed(outbox.press), pattern=r"^o\|"))
    add(CallbackQueryHandler(pressed(errors.expired)))
    add(ChatMemberHandler(bound(channels.membership), ChatMemberHandler.MY_CHAT_MEMBER))
    add(MessageHandler(filters.StatusUpdate.MIGRATE, bound(channels.migration)))
    add(MessageHandler(filters.UpdateType.CHANNEL_POSTS, bound(posts.channel_post)))
    add(MessageHandler(private & operators & filters.FORWARDED, bound(intake.forwarded)))
    add(MessageHandler(private & operators & filters.Document.ALL, bound(intake.document)))
    add(InlineQueryHandler(bound(Inline(services.questions_per_minute).answer)))
    add(MessageHandler(private & operators & admin.NoticeWritten(), bound(admin.written)))
    add(MessageHandler(said & settings.prompts, bound(settings.written)))
    add(MessageHandler(private & filters.LOCATION, bound(settings.location)))
    text = filters.TEXT & ~filters.COMMAND
    add(MessageHandler(private & text, bound(asking.private_text)))
    add(MessageHandler(filters.ChatType.GROUPS & said & text, bound(asking.group_text)))
    add(MessageHandler(private & filters.COMMAND, bound(errors.unknown)))
    add(MessageHandler(private & ~filters.StatusUpdate.ALL, bound(errors.unsupported)))
    application.add_error_handler(partial(errors.failed, services))
    return commands


async def announce(bot: Bot, commands: Sequence[Command], operators: Iterable[int]) -> None:
    """Put the commands into Telegram's menus, per language, kind of chat and role.

    Other Bot API servers may not know the method; then the commands still work when typed. An
    operator who has never written to the bot has no chat yet, and gets the menu at the next start.
    """
    scopes = (
        (BotCommandScopeAllPrivateChats(), True, Role.CHAT_ADMIN),
        (BotCommandScopeAllGroupChats(), False, Role.READER),
        (BotCommandScopeAllChatAdministrators(), False, Role.CHAT_ADMIN),
    )
    for language in available_languages():
        say = texts(language)
        code = None if language == DEFAULT_LANGUAGE else language
        for scope, private, role in scopes:
            if not await _put(bot, scope, visible_commands(commands, private, role), say, code):
                return
        for operator in operators:
            shown = visible_commands(commands, private=True, role=Role.OPERATOR)
            await _put(bot, BotCommandScopeChat(operator), shown, say, code)


async def _put(
    bot: Bot, scope: BotCommandScope, shown: Sequence[Command], say: Texts, code: str | None
) -> bool:
    menu = [BotCommand(command.name, command.describe(say)) for command in shown]
    try:
        await bot.set_my_commands(menu, scope=scope, language_code=code)
    except TelegramError as error:
        logger.warning("a command menu was refused and left out: %s", error)
        return False
    return True
