"""Receiving updates by webhook: Telegram calls us, and proves by a secret that it is Telegram.

Several processes may stand behind one address; each takes what it is given. The secret is compared
in constant time, so that nobody learns it letter by letter.
"""

from __future__ import annotations

import hmac
import json
import logging
from datetime import datetime

from bot.delivery.application import BotApplication
from bot.delivery.inbound import Inbound
from bot.delivery.polling import WANTED

logger = logging.getLogger(__name__)


class Webhook:
    """Tells Telegram where to call, and takes what comes."""

    def __init__(
        self, application: BotApplication, inbound: Inbound, *, url: str, secret: str
    ) -> None:
        self._application = application
        self._inbound = inbound
        self.url = url
        self._secret = secret
        self._failed_at: datetime | None = None

    async def start(self) -> None:
        """Handle updates from now on, then tell Telegram where to send them."""
        await self._application.start()
        await self._announce()

    async def _announce(self) -> None:
        await self._application.bot.set_webhook(
            self.url, secret_token=self._secret, allowed_updates=WANTED
        )

    async def look(self) -> None:
        """Look whether Telegram still calls us, and say so where it does not.

        Whoever polls with our token makes Telegram forget the address first: then it is told
        again. Another address is left alone: two programs would go on telling it in turns.
        """
        known = await self._application.bot.get_webhook_info()
        if not known.url:
            logger.warning("Telegram had forgotten our webhook; it is told again")
            await self._announce()
        elif known.url != self.url:
            logger.error("Telegram calls another webhook than ours: who else has the token?")
        elif known.pending_update_count and known.last_error_date != self._failed_at:
            logger.warning(
                "Telegram could not reach our webhook: %s; %d updates wait",
                known.last_error_message,
                known.pending_update_count,
            )
        self._failed_at = known.last_error_date  # Telegram goes on telling it long after

    def knows(self, secret: str) -> bool:
        """Tell whether a caller has the secret."""
        return hmac.compare_digest(secret.encode(), self._secret.encode())

    async def take(self, body: bytes) -> bool:
        """Hand an update to the handlers; False when it is none."""
        try:
            update = json.loads(body)
        except ValueError:
            return False
        if not isinstance(update, dict) or not isinstance(update.get("update_id"), int):
            return False
        read = self._inbound.read(self._inbound.sift(update), self._application.bot)
        await self._application.update_queue.put(read)
        return True

    async def stop(self) -> None:
        """Let running handlers finish. The address stays: others may serve it, or we again."""
        if self._application.running:
            await self._application.stop()
