"""Settings: each wrong one is refused by its name, and no secret is ever printed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.errors import SettingsError
from bot.settings import Settings, load_settings, setting_name
from bot.settings_text import example_file, without_secrets

ROOT = Path(__file__).parents[2]
SECRET = "123456789:AAsecretsecretsecretsecretsecretsecret"

WRONG = [
    ("TELEGRAM_BOT_TOKEN", {"TELEGRAM_BOT_TOKEN": "not-a-token"}),
    ("TELEGRAM_BOT_TOKEN", {"TELEGRAM_BOT_TOKEN": SECRET + "\u00a0x"}),
    ("MUJAZ_TELEGRAM_API_URL", {"MUJAZ_TELEGRAM_API_URL": "api.telegram.org"}),
    ("MUJAZ_TELEGRAM_API_URL", {"MUJAZ_TELEGRAM_API_URL": "ftp://api.telegram.org"}),
    ("MUJAZ_TELEGRAM_API_URL", {"MUJAZ_TELEGRAM_API_URL": "https://user:pw@host.example"}),
    ("MUJAZ_TELEGRAM_API_URL", {"MUJAZ_TELEGRAM_API_URL": "https://host.example:99999"}),
    ("MUJAZ_TELEGRAM_API_URL", {"MUJAZ_TELEGRAM_API_URL": "https://host.example/?a=1"}),
    ("MUJAZ_TELEGRAM_API_URL", {"MUJAZ_TELEGRAM_API_URL": "http://api.telegram.org"}),
    ("MUJAZ_ADMIN_IDS", {"MUJAZ_ADMIN_IDS": "@layla"}),
    ("MUJAZ_ADMIN_IDS", {"MUJAZ_ADMIN_IDS": "-1001234567890"}),
    ("MUJAZ_ADMIN_IDS", {"MUJAZ_ADMIN_IDS": "1001, 0"}),
    ("MUJAZ_DATA_DIR", {"MUJAZ_DATA_DIR": "{file}"}),
    ("MUJAZ_DATABASE_URL", {"MUJAZ_DATABASE_URL": "mysql://root:hunter2@db/mujaz"}),
    ("MUJAZ_REPLICA_URL", {"MUJAZ_REPLICA_URL": "sqlite+aiosqlite:///hunter2.sqlite"}),
    ("MUJAZ_REPLICA_URL", {"MUJAZ_REPLICA_URL": "postgresql://root:hunter2@db/mujaz"}),
    ("MUJAZ_REPLICA_LAG_S", {"MUJAZ_REPLICA_LAG_S": "-1"}),
    ("MUJAZ_LANGUAGE", {"MUJAZ_LANGUAGE": "xx"}),
    ("MUJAZ_TIMEZONE", {"MUJAZ_TIMEZONE": "Syria-time"}),
    ("MUJAZ_TIMEZONE", {"MUJAZ_TIMEZONE": "../../etc/passwd"}),
    ("MUJAZ_DIGEST_TIME", {"MUJAZ_DIGEST_TIME": "8"}),
    ("MUJAZ_DIGEST_TIME", {"MUJAZ_DIGEST_TIME": "24:00"}),
    ("MUJAZ_DIGEST_MAX_ITEMS", {"MUJAZ_DIGEST_MAX_ITEMS": "0"}),
    ("MUJAZ_EVIDENCE_THRESHOLD", {"MUJAZ_EVIDENCE_THRESHOLD": "1.5"}),
    ("MUJAZ_QUESTION_MAX_CHARS", {"MUJAZ_QUESTION_MAX_CHARS": "5"}),
    ("MUJAZ_QUESTIONS_PER_MINUTE", {"MUJAZ_QUESTIONS_PER_MINUTE": "many"}),
    ("MUJAZ_EMBEDDINGS", {"MUJAZ_EMBEDDINGS": "yes"}),
    ("MUJAZ_LISTEN", {"MUJAZ_LISTEN": "8080"}),
    ("MUJAZ_WEBHOOK_SECRET", {"MUJAZ_WEBHOOK_SECRET": "x" * 31}),
    ("MUJAZ_WEBHOOK_SECRET", {"MUJAZ_WEBHOOK_SECRET": "x" * 40 + "é"}),
    ("MUJAZ_WEBHOOK_URL", {"MUJAZ_WEBHOOK_URL": "http://bot.example.org/hook"}),
    ("MUJAZ_WEBHOOK_URL", {"MUJAZ_WEBHOOK_URL": "https://a.example.net/"}),
    ("MUJAZ_WEBHOOK_SECRET", {"MUJAZ_WEBHOOK_URL": "https://a.example/hook"}),
    ("MUJAZ_ROLES", {"MUJAZ_ROLES": "bot,cook"}),
    ("MUJAZ_ROLES", {"MUJAZ_ROLES": ","}),
    ("MUJAZ_EMBEDDINGS_URL", {"MUJAZ_EMBEDDINGS_URL": "localhost:11434"}),
    ("MUJAZ_EMBEDDINGS_URL", {"MUJAZ_EMBEDDINGS": "endpoint", "MUJAZ_EMBEDDINGS_MODEL": "m"}),
    ("MUJAZ_EMBEDDINGS_MODEL", {"MUJAZ_EMBEDDINGS_URL": "http://localhost:11434/v1"}),
    ("MUJAZ_POLL_INTERVAL_S", {"MUJAZ_POLL_INTERVAL_S": "1"}),
    ("MUJAZ_FETCH_TIMEOUT_S", {"MUJAZ_FETCH_TIMEOUT_S": "-5"}),
    ("MUJAZ_FETCH_MAX_BYTES", {"MUJAZ_FETCH_MAX_BYTES": "10"}),
    ("MUJAZ_FETCH_TRUSTED_HOSTS", {"MUJAZ_FETCH_TRUSTED_HOSTS": "intranet"}),
    ("MUJAZ_FILE_MAX_MB", {"MUJAZ_FILE_MAX_MB": "0"}),
    ("MUJAZ_SEND_RATE_PER_S", {"MUJAZ_SEND_RATE_PER_S": "0"}),
    ("MUJAZ_CHAT_RATE_PER_S", {"MUJAZ_CHAT_RATE_PER_S": "2", "MUJAZ_SEND_RATE_PER_S": "1"}),
    (
        "MUJAZ_GROUP_RATE_PER_MIN",
        {
            "MUJAZ_GROUP_RATE_PER_MIN": "60",
            "MUJAZ_SEND_RATE_PER_S": ".5",
            "MUJAZ_CHAT_RATE_PER_S": ".5",
        },
    ),
    ("MUJAZ_SEND_IN_FLIGHT", {"MUJAZ_SEND_IN_FLIGHT": "1000"}),
    ("MUJAZ_LEASE_S", {"MUJAZ_LEASE_S": "30", "MUJAZ_SEND_TIMEOUT_S": "25"}),
    ("MUJAZ_TICK_S", {"MUJAZ_TICK_S": "3600"}),
    ("MUJAZ_LOG_LEVEL", {"MUJAZ_LOG_LEVEL": "loud"}),
    ("MUJAZ_LOG_FORMAT", {"MUJAZ_LOG_FORMAT": "xml"}),
    ("MUJAZ_TOKEN", {"MUJAZ_TOKEN": SECRET}),
]  # fmt: skip


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    for name in list(os.environ):
        if name.upper().startswith(("MUJAZ_", "TELEGRAM_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)  # no .env of the machine's owner
    yield


@pytest.mark.parametrize(("name", "environment"), WRONG)
def test_a_wrong_setting_is_refused_by_name_and_without_its_value(
    name: str, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "file"
    file.write_text("")
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value.format(file=file))

    with pytest.raises(SettingsError) as refused:
        load_settings()

    assert name in [problem for problem, _ in refused.value.problems]
    shown = f"{refused.value} {refused.value!r}"
    assert not any(value in shown for value in environment.values() if len(value) > 6)
    assert refused.value.__cause__ is None


def test_at_least_thirty_wrong_settings_are_tried() -> None:
    assert len(WRONG) >= 30


def test_every_wrong_setting_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUJAZ_LANGUAGE", "xx")
    monkeypatch.setenv("MUJAZ_TIMEZONE", "Mars/Olympus")
    monkeypatch.setenv("MUJAZ_COLOUR", "red")

    with pytest.raises(SettingsError) as refused:
        load_settings()

    named = {name for name, _ in refused.value.problems}
    assert named == {"MUJAZ_LANGUAGE", "MUJAZ_TIMEZONE", "MUJAZ_COLOUR"}


def test_defaults_are_enough_to_start(tmp_path: Path) -> None:
    settings = load_settings(data_dir=tmp_path)

    assert settings.timezone == "Asia/Damascus"
    assert settings.store_url == f"sqlite+aiosqlite:///{tmp_path / 'mujaz.sqlite'}"


def test_the_environment_wins_over_the_env_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("MUJAZ_LANGUAGE=en\nMUJAZ_ADMIN_IDS=7, 8\n", encoding="utf-8")
    monkeypatch.setenv("MUJAZ_LANGUAGE", "ar")

    settings = load_settings()

    assert settings.language == "ar"
    assert settings.admin_ids == (7, 8)


def test_no_secret_shows_in_the_settings_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", SECRET)

    settings = load_settings()

    assert settings.telegram_bot_token is not None
    assert settings.telegram_bot_token.get_secret_value() == SECRET
    assert SECRET not in repr(settings)
    assert SECRET not in str(settings)


def test_the_example_file_is_generated_and_names_every_setting() -> None:
    committed = (ROOT / ".env.example").read_text(encoding="utf-8")

    assert committed == example_file(), "run: python -m bot.settings_text"
    assert all(setting_name(field) in committed for field in Settings.model_fields)


def test_settings_in_use_are_written_without_their_secrets() -> None:
    settings = Settings(
        telegram_bot_token=SecretStr(SECRET),
        database_url=SecretStr("postgresql://mujaz:geheim@db/mujaz"),
        admin_ids=(5, 6),
    )

    text = without_secrets(settings)

    assert SECRET not in text
    assert "geheim" not in text
    assert "# TELEGRAM_BOT_TOKEN is a secret and must be set again" in text
    assert "MUJAZ_ADMIN_IDS=5,6" in text
    assert "MUJAZ_LANGUAGE=ar" in text


def test_no_log_may_show_the_address_of_a_database_nor_the_password_in_it() -> None:
    primary, replica = (f"postgresql://mujaz:p%40ssword-{n}@db/mujaz" for n in (1, 2))
    settings = Settings(
        telegram_bot_token=SecretStr(SECRET),
        database_url=SecretStr(primary),
        replica_url=SecretStr(replica),
    )

    assert {SECRET, primary, replica, "p@ssword-1", "p@ssword-2"} <= set(settings.secrets())
    assert "" not in settings.secrets()


@pytest.mark.parametrize("address", ["postgresql://db/mujaz", "postgresql://mujaz:war@db/mujaz"])
def test_a_word_that_is_no_password_or_a_short_one_is_not_struck_out_of_everything(
    address: str,
) -> None:
    assert Settings(database_url=SecretStr(address)).secrets() == [address]
