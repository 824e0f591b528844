"""Logs hold the cause and never a secret."""

from __future__ import annotations

import io
import json
import logging

import pytest

from bot.errors import StoreAwayError
from bot.log import JsonFormatter, Lasting, Redactor, TextFormatter, chat_ref

TOKEN = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"


@pytest.mark.parametrize("formatter", [TextFormatter, JsonFormatter])
@pytest.mark.parametrize(
    "leak",
    [
        TOKEN,
        f"https://api.telegram.org/bot{TOKEN}/sendMessage",
        f"https://api.telegram.org/file/bot{TOKEN.replace(':', '%3A')}/a.txt",
        "postgresql://mujaz:hunter2@db/mujaz",
    ],
)
def test_a_secret_is_struck_out_of_message_arguments_and_traceback(
    formatter: type[TextFormatter] | type[JsonFormatter], leak: str
) -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter(Redactor()))
    logger = logging.Logger("leaky")
    logger.addHandler(handler)

    def fails() -> None:
        raise RuntimeError(leak)

    try:
        fails()
    except RuntimeError:
        logger.exception("failed with %s", leak)

    written = stream.getvalue()
    assert "RuntimeError" in written
    assert "[redacted]" in written
    assert TOKEN.split(":")[1] not in written
    assert "hunter2" not in written


def test_a_known_secret_is_struck_out_even_when_it_looks_like_nothing() -> None:
    redact = Redactor(["s3 cret"])

    assert redact("a s3 cret and s3%20cret") == "a [redacted] and [redacted]"


def test_a_json_line_is_one_object_on_one_line() -> None:
    record = logging.LogRecord("x", logging.INFO, "", 0, "سطر\nآخر", None, None)

    line = JsonFormatter(Redactor()).format(record)

    assert "\n" not in line
    assert json.loads(line)["message"] == "سطر\nآخر"


def test_a_chat_is_named_the_same_within_a_run_and_never_by_its_id() -> None:
    assert chat_ref(-1001234567890) == chat_ref(-1001234567890)
    assert chat_ref(1) != chat_ref(2)
    assert "1234567890" not in chat_ref(-1001234567890)


def test_a_failure_that_lasts_is_told_once_a_minute(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    now_s = 1000.0
    monkeypatch.setattr("time.monotonic", lambda: now_s)
    trouble = Lasting(logging.getLogger("lasting"), "it failed", "it works again")
    for now_s in range(1000, 1150):  # noqa: B007 - the clock reads it
        trouble.failed(StoreAwayError("away"))

    assert [record.getMessage() for record in caplog.records] == ["it failed: away"] * 3
