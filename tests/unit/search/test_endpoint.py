"""An embeddings server over real HTTP: what is sent, what is believed, what is refused."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest

from bot.errors import EmbeddingError, TextNotEmbeddedError
from bot.search.endpoint import EndpointEmbedder

KEY = "planted-key-of-the-tests"


class Server(BaseHTTPRequestHandler):
    """Answers with two numbers a text: its length and one."""

    asked: ClassVar[list[dict[str, Any]]] = []
    keys: ClassVar[list[str | None]] = []
    answers: ClassVar[list[tuple[int, bytes]]] = []  # given first, in order

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append({"path": self.path, **body})
        self.keys.append(self.headers["Authorization"])
        status, data = self.answers.pop(0) if self.answers else (200, _vectors(body["input"]))
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Location", "http://127.0.0.1:9/stolen")
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def _vectors(texts: list[str]) -> bytes:
    rows = [{"index": n, "embedding": [len(text), 1.0]} for n, text in enumerate(texts)]
    return json.dumps({"data": rows[::-1]}).encode()  # the protocol promises no order


@pytest.fixture
def url() -> Iterator[str]:
    for kept in (Server.asked, Server.keys, Server.answers):
        kept.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/v1"
        server.shutdown()
        thread.join()


@pytest.fixture
def embedder(url: str) -> Iterator[EndpointEmbedder]:
    made = EndpointEmbedder(url, "some-model", KEY)
    yield made
    made.close()


def test_vectors_come_in_the_order_of_the_texts_at_length_one(embedder: EndpointEmbedder) -> None:
    vectors = embedder.passages(["ab", "abcd"])

    assert vectors.tolist() == [
        pytest.approx([2 / 5**0.5, 1 / 5**0.5]),
        pytest.approx([4 / 17**0.5, 1 / 17**0.5]),
    ]
    assert embedder.dimensions == 2
    assert Server.keys == [f"Bearer {KEY}"]
    assert Server.asked[0]["path"] == "/v1/embeddings"
    assert Server.asked[0]["model"] == "some-model"
    assert Server.asked[0]["input"] == ["ab", "abcd"]


@pytest.mark.parametrize(
    ("model", "prefixes"),
    [
        ("intfloat/multilingual-e5-large", ("query: ", "passage: ")),
        ("bge-m3", ("", "")),
        ("model-of-1e5-numbers", ("", "")),
    ],
)
def test_only_models_of_the_e5_family_are_told_what_a_text_is(
    url: str, model: str, prefixes: tuple[str, str]
) -> None:
    embedder = EndpointEmbedder(url, model)

    embedder.questions(["سؤال"])
    embedder.passages(["فقرة"])
    embedder.close()

    assert [one["input"] for one in Server.asked] == [
        [f"{prefixes[0]}سؤال"],
        [f"{prefixes[1]}فقرة"],
    ]
    assert Server.keys == [None, None]


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b""),
        (302, b""),
        (401, b'{"error": "wrong key"}'),
        (200, b"<html>"),
        (200, b"[]"),
        (200, b'{"data": []}'),
        (200, b'{"data": [{"index": 0, "embedding": []}]}'),
        (200, b'{"data": [{"index": 0, "embedding": ["NaN", 1]}]}'),
        (200, b'{"data": [{"index": 0, "embedding": [1, 2]}, {"index": 1, "embedding": [1, 2]}]}'),
        (200, b'{"data": [{"index": 0, "embedding": [1, 2, 3]}]}'),
    ],
)
def test_an_answer_that_is_not_one_is_refused_without_the_key(
    embedder: EndpointEmbedder, status: int, body: bytes
) -> None:
    embedder.questions(["a"])  # from here on two dimensions are known
    Server.answers.append((status, body))

    with pytest.raises(EmbeddingError) as refused:
        embedder.questions(["a"])

    assert not isinstance(refused.value, TextNotEmbeddedError)
    assert KEY not in f"{refused.value!r} {refused.value.__cause__!r}"


def test_a_text_that_the_server_refuses_is_told_from_a_server_that_fails(
    embedder: EndpointEmbedder,
) -> None:
    Server.answers.append((413, b""))

    with pytest.raises(TextNotEmbeddedError):
        embedder.passages(["long"])


def test_no_server_is_an_embedding_error() -> None:
    embedder = EndpointEmbedder("http://127.0.0.1:9", "m")

    with pytest.raises(EmbeddingError):
        embedder.questions(["a"])
    embedder.close()
