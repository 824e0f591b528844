"""Logging: one line an event, for people or machines, with every secret struck out.

Redaction happens in the formatter, after the message, its arguments and the traceback have
become text, so that no logger and no library can bypass it. Chats are named by a keyed hash
that differs from run to run: lines of one chat can be followed, the chat cannot be found.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import secrets
import sys
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import quote

from bot.errors import StoreAwayError, StoreFullError, StoreLockedError

STRUCK_OUT = "[redacted]"
_TOKEN = re.compile(r"\b\d{3,20}(?::|%3A)[A-Za-z0-9_-]{20,}", re.IGNORECASE)
_TOKEN_IN_PATH = re.compile(r"(/bot)[^/\s'\"]+(/)")
_PASSWORD_IN_ADDRESS = re.compile(r"(://[^/\s:@]*:)[^/\s@]+(@)")
_OUTSIDE = (StoreAwayError, StoreLockedError, StoreFullError)  # their cause is not in our code
_AGAIN_S = 60.0
_RUN_KEY = secrets.token_bytes(16)

# Libraries that put addresses, tokens or whole updates in their lines at these levels.
_QUIET = dict.fromkeys(
    ("httpx", "httpcore", "apscheduler", "alembic", "aiosqlite", "uvicorn", "telegram"),
    logging.WARNING,
)


def chat_ref(chat_id: int) -> str:
    """Return a short name for a chat that is the same within this run only."""
    digest = hashlib.blake2s(str(chat_id).encode(), key=_RUN_KEY, digest_size=4)
    return f"chat-{digest.hexdigest()}"


class Redactor:
    """Strikes secrets out of text: those it was given, and whatever looks like a bot token."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        forms = {form for secret in known if secret for form in (secret, quote(secret, safe=""))}
        longest_first = sorted(forms, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first))) if forms else None

    def __call__(self, text: str) -> str:
        """Return ``text`` without secrets."""
        if self._known is not None:
            text = self._known.sub(STRUCK_OUT, text)
        text = _TOKEN.sub(STRUCK_OUT, text)
        text = _TOKEN_IN_PATH.sub(rf"\g<1>{STRUCK_OUT}\g<2>", text)
        return _PASSWORD_IN_ADDRESS.sub(rf"\g<1>{STRUCK_OUT}\g<2>", text)


class TextFormatter(logging.Formatter):
    """Lines for people."""

    def __init__(self, redact: Redactor) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s")
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        """Return the redacted line, with its traceback."""
        return self._redact(super().format(record))


class JsonFormatter(logging.Formatter):
    """One JSON object a line, for machines."""

    def __init__(self, redact: Redactor) -> None:
        super().__init__()
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        """Return the redacted object as one line."""
        fields = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": self._redact(record.getMessage()),
        }
        if record.exc_info:
            fields["traceback"] = self._redact(self.formatException(record.exc_info))
        return json.dumps(fields, ensure_ascii=False)


def needs_traceback(error: BaseException) -> bool:
    """Tell whether the place in our code matters; of a database that is away the text says all."""
    return not isinstance(error, _OUTSIDE)


class Lasting:
    """Logs a failure that may come back with every try: when it is new, once a minute, its end.

    What is tried twice a second would otherwise fill the disk in the hours that a database is away.
    """

    def __init__(
        self, logger: logging.Logger, what: str, over: str, *, level: int = logging.ERROR
    ) -> None:
        """``what`` is said of the failure, ``over`` when it has ended."""
        self._logger = logger
        self._what = what
        self._over = over
        self._level = level
        self._said = ""
        self._at_s = 0.0

    def failed(self, error: Exception) -> None:
        """Tell of a try that failed, unless the same was told less than a minute ago."""
        said, now_s = repr(error), time.monotonic()
        if said == self._said and now_s - self._at_s < _AGAIN_S:
            return
        self._said, self._at_s = said, now_s
        shown = error if needs_traceback(error) else None
        self._logger.log(self._level, self._what + ": %s", str(error) or said, exc_info=shown)

    def worked(self) -> None:
        """Tell of the first try that worked after one that failed."""
        if self._said:
            self._logger.info(self._over)
            self._said = ""


def report_errors(dsn: str, known_secrets: Iterable[str] = ()) -> None:
    """Report errors to a Sentry server, redacted; without the values of variables or people.

    Raises ImportError where ``sentry-sdk`` is not installed.
    """
    import sentry_sdk

    redact = Redactor([dsn, *known_secrets])

    def sifted(event: Any, hint: Any) -> Any:  # noqa: ARG001 - Sentry's signature
        event.pop("extra", None)  # the command line, which may hold a question
        if logged := event.get("logentry"):
            event["logentry"] = {"message": logged.get("message")}  # without what was filled in
        return json.loads(redact(json.dumps(event, default=str)))

    sentry_sdk.init(
        dsn=dsn,
        send_default_pii=False,
        include_local_variables=False,  # they hold readers' words
        max_breadcrumbs=0,
        before_send=sifted,
    )


def set_up_logging(
    level: str, log_format: Literal["text", "json"], known_secrets: Iterable[str] = ()
) -> None:
    """Send all logging to standard error, redacted; calling it again replaces the set-up."""
    redact = Redactor(known_secrets)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter(redact) if log_format == "json" else TextFormatter(redact))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name, least in _QUIET.items():
        logging.getLogger(name).setLevel(max(least, logging.getLevelName(level)))
