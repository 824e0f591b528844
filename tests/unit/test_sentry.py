"""What reaches a Sentry server of an error: where it happened, no secret and no reader's word."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue

import pytest

TOKEN = "4242:token-of-the-test-of-sentry-aaaaaaaaaaaaaa"
CHAT = "7123456789"
WORDS = "كم قتيلاً سقط في قريتنا"
_FAILING = """
import logging, sys
from bot.log import report_errors, set_up_logging
dsn, token, chat, words = sys.argv[1:]
report_errors(dsn, [token])
set_up_logging("INFO", "text", [token])

def answer(question, chat_id):
    logging.getLogger("bot.answering").info("asked: %s", question)
    raise RuntimeError(f"no answer through https://api.telegram.org/bot{token}/sendMessage")

try:
    answer(words, int(chat))
except RuntimeError:
    logging.getLogger("bot.answering").exception("answering chat_id=%s failed", chat)
import sentry_sdk
sentry_sdk.flush(10)
"""


@pytest.fixture
def sentry() -> Iterator[tuple[str, Queue[bytes]]]:
    """A server that takes whatever it is sent; its DSN and what came."""
    came: Queue[bytes] = Queue()

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            zipped = self.headers.get("Content-Encoding") == "gzip"
            came.put(gzip.decompress(body) if zipped else body)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Taking)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://public@127.0.0.1:{server.server_address[1]}/1", came
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_error_arrives_without_secrets_chat_ids_and_questions(
    sentry: tuple[str, Queue[bytes]],
) -> None:
    dsn, came = sentry

    done = subprocess.run(
        [sys.executable, "-c", _FAILING, dsn, TOKEN, CHAT, WORDS],
        capture_output=True,
        text=True,
        check=True,
        timeout=240,
    )
    assert WORDS in done.stderr  # it was there to be sent

    sent = [came.get(timeout=10)]
    while not came.empty():
        sent.append(came.get())
    whole = b"\n".join(sent)
    events = [json.loads(line) for line in whole.splitlines() if b'"exception"' in line]
    (raised,) = events[0]["exception"]["values"]
    assert raised["type"] == "RuntimeError"
    assert raised["stacktrace"]["frames"][-1]["function"] == "answer"
    for kept in (TOKEN, TOKEN.split(":")[1], CHAT):
        assert kept.encode() not in whole
    for form in (WORDS, json.dumps(WORDS)[1:-1]):
        assert form.encode() not in whole
