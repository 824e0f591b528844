"""The running bot: what starts, in which order, what is done again and again, and how it stops."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import sys
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING
from uuid import uuid4

from bot.core import Core
from bot.delivery.application import build_application
from bot.delivery.dispatch import Dispatcher
from bot.delivery.limits import Limits
from bot.delivery.pace import Pace
from bot.delivery.pinning import Pinner
from bot.delivery.polling import Polling
from bot.delivery.telegram import TelegramSender
from bot.delivery.webhook import Webhook
from bot.duties import LOOK_S, Standby, alone
from bot.errors import MujazError, SettingsError, StoreError
from bot.jobs import Jobs, Work
from bot.memory import give_back
from handlers import announce, register

if TYPE_CHECKING:
    from bot.web import WebServer

logger = logging.getLogger(__name__)

_FEEDS_TICK_S = 15.0  # a visit may come so much later than it is due
_INDEX_TICK_S = 0.5  # a new article is findable within a second
_FIRST_QUESTION = "كم قتيلاً سقط في الباغوز أمس؟"  # touches every table that questions need
_REPLICA_TICK_S = 1.0
_VECTORS_TICK_S = 10.0  # between two looks for vectors that another process made
_EXPIRY_TICK_S = 3600.0
_PATIENCE = 3  # looks for due digests in a row for which they wait where reports cannot be read
_READING_S = 120.0
_MEMORY_TICK_S = 300.0
_WEBHOOK_TICK_S = 60.0
_SWITCH_S = 0.001  # a thread that computes gives way to the loop after so long; Python says 5 ms
_EMBEDDING_REST_S = 2.0  # between two looks for paragraphs without a vector
STOPPED, CONFLICT, WEDGED = 0, 3, 4  # exit codes


async def warm_up(core: Core) -> None:
    """Read what the first question would wait for, and keep it from the garbage collector.

    A full collection goes through all that was ever read, up to 0.2 s in which nothing else
    runs; what is there by now stays until the end, so there is nothing in it to collect.
    """
    with suppress(MujazError):
        await core.services.answering.warm_up(_FIRST_QUESTION)
    gc.collect()
    gc.freeze()


class Mujaz:
    """The running bot: Telegram, the sender and the periodic work around a core.

    ``before_digests`` is done before each look for due digests; the demo lets its sample
    reports arrive there. ``reading_s`` is how long they wait for what is new to be read.
    """

    def __init__(
        self, core: Core, *, before_digests: Work | None = None, reading_s: float = _READING_S
    ) -> None:
        settings = core.settings
        if settings.telegram_bot_token is None:
            raise SettingsError([("TELEGRAM_BOT_TOKEN", "is missing: get one from @BotFather")])
        self._core = core
        self._before_digests = before_digests
        self._reading_s = reading_s
        limits = Limits(
            per_s=settings.send_rate_per_s,
            chat_per_s=settings.chat_rate_per_s,
            group_per_min=settings.group_rate_per_min,
        )
        pace = Pace(limits)
        application, polling_request = build_application(
            settings.telegram_bot_token.get_secret_value(),
            api_url=settings.telegram_api_url,
            pace=pace,
            send_timeout_s=settings.send_timeout_s,
        )
        self._commands = register(application, core.services)
        self._ended = asyncio.Event()
        self._exit_code = STOPPED
        self._polling = Polling(application, polling_request, self._conflict, self._wedged)
        sender = TelegramSender(self._polling.bot, core.services.charting.drawn, paid=limits.paid)
        self._dispatcher = Dispatcher(
            core.store,
            sender,
            pace,
            core.clock,
            in_flight=settings.send_in_flight,
            lease_s=settings.lease_s,
            alone=not settings.shared,  # then the folder's lock keeps others out
            pins=Pinner(core.store, sender, core.clock),
        )
        self._roles = frozenset(settings.roles)
        self._webhook: Webhook | None = None
        if settings.webhook_url and settings.webhook_secret and "bot" in self._roles:
            self._webhook = Webhook(
                application,
                polling_request.inbound,
                url=settings.webhook_url,
                secret=settings.webhook_secret.get_secret_value(),
            )
        self._standbys = self._on_standby()
        self._web = self._web_server()
        core.services.outgoing.enqueued = self._dispatcher.notify
        self._reports: set[asyncio.Task[None]] = set()
        self._unread = 0  # looks in a row at which reports could not be read
        self._slow = False  # whether they were still being read at the last one
        polling_request.inbound.poison = self._report_poison
        self._jobs = Jobs()

    async def run(self) -> int:
        """Serve until SIGTERM, SIGINT or a second instance; return the exit code."""
        sys.setswitchinterval(_SWITCH_S)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._ended.set)
        starting = asyncio.create_task(self._start_warm())
        ending = asyncio.create_task(self._ended.wait())
        try:
            await asyncio.wait({starting, ending}, return_when=asyncio.FIRST_COMPLETED)
            if not starting.done():
                starting.cancel()
            else:
                await starting
                await ending
        except BaseException:
            ending.cancel()
            raise
        finally:
            await self.stop()
        return self._exit_code

    async def _start_warm(self) -> None:
        """Start once questions are answered at full speed; until then they wait at Telegram.

        Answering the first ones while their tables are read would keep all of them waiting longer.
        """
        if "bot" in self._roles:
            await self._core.index.catch_up()
            await warm_up(self._core)
        await self.start()

    async def start(self) -> None:
        """Connect, send what is waiting, receive updates, and begin the periodic work."""
        if "bot" in self._roles:
            await self._core.index.catch_up()
        if self._web is not None:
            await self._web.start()
        if self._standbys or self._webhook:
            await self._polling.connect()
        if self._webhook is not None:
            await self._webhook.start()
            await announce(self._polling.bot, self._commands, self._core.services.operators)
        for standby in self._standbys:
            await standby.look()
        await self._core.services.enriching.work_apart()
        self._plan()
        self._jobs.start()
        if self._core.settings.shared:
            logger.info("Mujaz runs with the roles %s", ", ".join(sorted(self._roles)))
        if self._standbys or self._webhook:
            logger.info("Mujaz serves as @%s", self._polling.bot.username)

    def _on_standby(self) -> list[Standby]:
        """Return what this process takes over once no other one does it."""
        store, given = self._core.store, []
        if "send" in self._roles:
            given.append(Standby(store, "send", self._begin_sending, self._dispatcher.stop))
        if "bot" in self._roles and self._webhook is None:
            given.append(Standby(store, "updates", self._begin_polling, self._end_polling))
        return given

    def _web_server(self) -> WebServer | None:
        """Return what listens, None where no address is set: then nobody waits for its import."""
        settings = self._core.settings
        if not settings.listen:
            return None
        from bot.web import WebServer

        return WebServer(self._core, settings.listen, webhook=self._webhook, pulse=self._pulse)

    async def _begin_sending(self) -> None:
        self._dispatcher.start()

    async def _begin_polling(self) -> None:
        await self._polling.start()
        await announce(self._polling.bot, self._commands, self._core.services.operators)

    async def _end_polling(self) -> None:
        await self._polling.stop(self._core.settings.shutdown_s)

    def _plan(self) -> None:
        """Say what is done again and again in the roles that this process has."""
        settings, services, store = self._core.settings, self._core.services, self._core.store
        self._jobs.every(_MEMORY_TICK_S, "memory", partial(asyncio.to_thread, give_back))
        if self._core.replica is not None:
            self._jobs.every(_REPLICA_TICK_S, "replica", self._core.replica.look)
        for number, standby in enumerate(self._standbys):
            self._jobs.every(LOOK_S, f"standby {number}", standby.look)
        if self._webhook is not None:
            self._jobs.every(_WEBHOOK_TICK_S, "webhook", self._webhook.look)
        if "bot" in self._roles:
            self._jobs.every(_INDEX_TICK_S, "indexing", self._core.index.catch_up)
            if settings.shared:
                self._jobs.every(_VECTORS_TICK_S, "vectors", self._core.semantic.follow)
        if "poll" in self._roles:
            looks: list[tuple[str, Work, float]] = [
                ("digests", self._send_due, settings.tick_s),
                ("feeds", services.watching.poll, min(settings.tick_s, _FEEDS_TICK_S)),
            ]
            # What a process is not told to do is left to one that is.
            if settings.backup_dir is not None:
                looks.append(("backups", services.keeping.back_up_if_due, settings.tick_s))
            if settings.keep_days or settings.keep_articles:
                looks.append(("removal", services.keeping.remove_old, _EXPIRY_TICK_S))
            looks.append(("expiry", self._expire, _EXPIRY_TICK_S))
            for name, work, look_s in looks:
                self._jobs.every(look_s, name, alone(store, name, work))
        if "embed" in self._roles:
            embedding = alone(store, "embedding", self._core.semantic.catch_up)
            self._jobs.keep(_EMBEDDING_REST_S, "embedding", embedding)
        if settings.shared:
            # Whoever says nothing loses his duties, and some are looked at once a minute.
            self._jobs.every(LOOK_S, "duties", partial(store.hold, f"alive {uuid4().hex}"))
            self._jobs.keep(LOOK_S, "listening", partial(store.watch, self._heard))

    async def _expire(self) -> None:
        """Delete what is older than it may be, and what says nothing to anybody any more."""
        await self._core.services.judging.expire()
        await self._core.services.keeping.forget_told()

    def _heard(self, what: str) -> None:
        """Look at the outbox when another process has written to it."""
        if what in ("outbox", ""):
            self._dispatcher.notify()

    async def stop(self) -> None:
        """Stop in the opposite order, within the time that the settings allow."""
        within_s = self._core.settings.shutdown_s
        await self._jobs.stop(within_s / 4)
        await self._core.services.enriching.close()
        await self._core.services.watching.stop()
        if self._web is not None:
            await self._web.stop()
        if self._webhook is not None:
            await self._webhook.stop()
        await self._polling.stop(within_s / 4)
        await self._dispatcher.stop(within_s / 2)
        await self._polling.close()

    async def _send_due(self) -> None:
        # Reading takes a while: what is due is what was due before it, with all that had arrived.
        at = self._core.clock.now()
        if self._before_digests is not None:
            await self._before_digests()
        await self._read_new()
        if await self._core.services.alerting.tick():
            self._dispatcher.notify()
        if await self._core.services.broadcasting.tick(at):
            self._dispatcher.notify()
        await self._core.services.revising.tick()

    async def _read_new(self) -> None:
        """Read what is new; where that fails or takes long, digests go without its events."""
        try:
            done = await self._core.services.enriching.keep_up(self._reading_s)
        except StoreError:
            raise
        except MujazError:
            self._unread += 1
            if self._unread <= _PATIENCE:
                raise
            logger.exception("reports cannot be read: digests go without their events")
        else:
            if not done and not self._slow:  # said once, however many looks it takes
                logger.warning("reports are still being read: digests go without their events")
            self._slow = not done
            if done:
                self._unread = 0

    def _pulse(self) -> float | None:
        """Return the seconds since the last poll ended, None in a process that does not poll."""
        polling = [standby for standby in self._standbys if standby.duty == "updates"]
        return self._polling.silent_s if polling and polling[0].active else None

    def _report_poison(self, update_id: int) -> None:
        """Tell the operators of an update that nobody could read."""
        telling = self._core.services.outgoing.tell_operators(
            f"poison:{update_id}", "inbound.poison", id=update_id
        )
        task = asyncio.create_task(telling)
        self._reports.add(task)
        task.add_done_callback(self._reports.discard)

    def _wedged(self) -> None:
        if not self._ended.is_set():
            logger.critical("Telegram's updates do not arrive any more; please start Mujaz again")
            self._exit_code = WEDGED
            self._ended.set()

    def _conflict(self) -> None:
        if not self._ended.is_set():
            logger.error("another program polls with the same token; this one stops")
            self._exit_code = CONFLICT
            self._ended.set()
