"""The kinds of values that settings have: how each is read, and what is refused."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

from bot.text.dates import is_zone
from bot.text.languages import available_languages

Role = Literal["bot", "poll", "embed", "send"]
ROLES: tuple[Role, ...] = ("bot", "poll", "embed", "send")
_WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{32,256}")
_TOKEN = re.compile(r"\d{1,20}:[A-Za-z0-9_-]{3,100}")
_WALL_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_SERVERS = ("postgresql://", "postgresql+psycopg://", "postgres://")
_DATABASES = ("sqlite+aiosqlite:///", *_SERVERS)
_FEWEST_OF_PASSWORD = 8
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def split(value: object) -> object:
    """Turn "1, 2" into ["1", "2"]; anything else is left for the type to judge."""
    return (
        [part for part in re.split(r"[,\s]+", value) if part] if isinstance(value, str) else value
    )


def some_roles(value: tuple[Role, ...]) -> tuple[Role, ...]:
    """Return the roles of a process, which would do nothing without any."""
    if not value:
        raise ValueError(f"must name at least one of {', '.join(ROLES)}")
    return value


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


def token(value: SecretStr | None) -> SecretStr | None:
    """Return the bot's token, if it looks like one."""
    if value is not None and not _TOKEN.fullmatch(value.get_secret_value()):
        raise ValueError("does not look like a bot token (digits, a colon, letters)")
    return value


def people(value: tuple[int, ...]) -> tuple[int, ...]:
    """Return the ids of people; those of groups and channels are negative."""
    if any(identifier <= 0 for identifier in value):
        raise ValueError("must be the positive ids of people, not of groups or channels")
    return value


def zone(value: str) -> str:
    """Return the name of a time zone."""
    if not is_zone(value):
        raise ValueError("is not an IANA time zone such as Asia/Damascus")
    return value


def language(value: str) -> str:
    """Return a language that has a catalogue."""
    if value not in available_languages():
        raise ValueError(f"must be one of {', '.join(available_languages())}")
    return value


def wall_time(value: str) -> str:
    """Return a time of day."""
    if not _WALL_TIME.fullmatch(value):
        raise ValueError("must be a time of day such as 08:00")
    return value


def folder(value: Path) -> Path:
    """Return a folder, which need not be there yet."""
    if value.exists() and not value.is_dir():
        raise ValueError("must be a folder, not a file")
    return value


def database(value: SecretStr | None) -> SecretStr | None:
    """Return the address of a database that is served."""
    if value is not None and not value.get_secret_value().startswith(_DATABASES):
        raise ValueError("must begin with postgresql:// or sqlite+aiosqlite:///")
    return _understood(value)


def server(value: SecretStr | None) -> SecretStr | None:
    """Return the address of a database on a server."""
    if value is not None and not value.get_secret_value().startswith(_SERVERS):
        raise ValueError("must begin with postgresql://")
    return _understood(value)


def _understood(value: SecretStr | None) -> SecretStr | None:
    """Return an address that can be taken apart; what is wrong is told without the password."""
    if value is None:
        return value
    from sqlalchemy import make_url  # takes a while, and only these addresses need it
    from sqlalchemy.exc import ArgumentError

    try:
        address = make_url(value.get_secret_value())
    except (ArgumentError, ValueError):
        raise ValueError("cannot be understood: is the port a number?") from None
    if address.drivername.startswith("sqlite") and not address.database:
        raise ValueError("names no file")
    return value


def password_in(address: str) -> str:
    """Return the password in the address of a database, unquoted; "" when it has none.

    One of less than eight characters is passed over: words would be struck out of logs with it.
    """
    given = re.search(r"//[^/?#]*?:(.+)@", address) or re.search(r"[?&]password=([^&#]+)", address)
    password = unquote(given[1]) if given else ""
    return password if len(password) >= _FEWEST_OF_PASSWORD else ""
