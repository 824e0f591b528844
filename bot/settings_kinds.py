"""The kinds of values that settings have: how each is read, and what is refused."""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import urlsplit

from pydantic import SecretStr

Role = Literal["bot", "poll", "embed", "send"]
ROLES: tuple[Role, ...] = ("bot", "poll", "embed", "send")
_WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{32,256}")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def split(value: object) -> object:
    """Turn "1, 2" into ["1", "2"]; anything else is left for the type to judge."""
    return (
        [part for part in re.split(r"[,\s]+", value) if part] if isinstance(value, str) else value
    )


def http_address(value: str) -> str:
    """Return an address without anything that does not belong into a setting."""
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be an address that begins with http:// or https://")
    if parts.username or parts.password:
        raise ValueError("must not contain a user name or password")
    if parts.query or parts.fragment:
        raise ValueError("must not contain a query or fragment")
    _ = parts.port  # raises ValueError when it is not a port
    return value.rstrip("/")


def http_address_or_none(value: str) -> str:
    """Return an address, or nothing for nothing."""
    return http_address(value) if value else value


def host_and_port(values: tuple[str, ...]) -> tuple[str, ...]:
    """Return pairs of host and port."""
    for value in values:
        if not re.fullmatch(r"[A-Za-z0-9.-]+:\d{1,5}|\[[0-9A-Fa-f:]+\]:\d{1,5}", value):
            raise ValueError("must be host:port pairs, separated by commas")
    return values


def webhook_address(value: str) -> str:
    """Return the address that Telegram calls: https, or anything on this machine."""
    if not value:
        return value
    parts = urlsplit(http_address(value))
    if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
        raise ValueError("must begin with https://")
    if parts.path in ("", "/", "/healthz", "/readyz", "/metrics"):
        raise ValueError("needs a path of its own, such as https://bot.example.org/telegram")
    return value.rstrip("/")


def secret_of_webhook(value: SecretStr | None) -> SecretStr | None:
    """Return the secret, if it is long enough and of the characters that Telegram takes."""
    if value is not None and not _WEBHOOK_SECRET.fullmatch(value.get_secret_value()):
        raise ValueError("must be 32 to 256 of A-Z a-z 0-9 _ -")
    return value


def listening(value: str) -> str:
    """Return where to listen."""
    if value and not re.fullmatch(r"([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\]):\d{1,5}", value):
        raise ValueError("must be host:port, such as 127.0.0.1:8080")
    return value
