"""The process that parses what strangers wrote: ``python -m bot.sources.worker``.

Feeds, pages and PDFs come from strangers, and some of them cost a parser minutes or gigabytes.
Here that costs this process its life and nothing else: it has limits of processor time and memory,
and whoever started it (:mod:`bot.sources.parser`) watches the clock and starts another.

It reads requests from its input and answers on its output until the input ends: a line of JSON
that names the ``size`` of what follows, then that many bytes. A request's bytes are the body of
a feed or page (``kind``); an answer's are lines of JSON, the first about the body as a whole, each
other one an article. Libraries that only some kinds need are loaded when the first of them comes.
"""

from __future__ import annotations

import json
import sys
from datetime import datetime
from typing import BinaryIO

from bot.errors import FeedError
from bot.models import NewArticle
from bot.sources.base import BodyKind, ParsedFeed
from bot.sources.decoding import decode_markup
from bot.sources.feed_json import read_json
from bot.sources.feed_xml import read_xml
from bot.sources.unpack import GZIP_MARK, TooLargeError, gunzip

CPU_S = 4  # processor seconds for one body
MEMORY_BYTES = 768_000_000  # of addresses, of which the libraries themselves take a third
_UNPACKED_LIMIT = 15_000_000


def parse_feed(body: bytes, *, content_type: str, address: str, now: datetime) -> ParsedFeed:
    """Return the feed in ``body``, whatever its kind and encoding; raises FeedError."""
    if body.startswith(GZIP_MARK):  # a packed file whose server does not say so
        try:
            body = gunzip(body, _UNPACKED_LIMIT)
        except (TooLargeError, ValueError) as error:
            raise FeedError(key="error.feed.unreadable") from error
    text = decode_markup(body, content_type)
    if not text.strip():
        raise FeedError(key="error.feed.empty")
    read = read_json if text.lstrip("\ufeff \t\r\n")[:1] in ("{", "[") else read_xml
    return read(text.lstrip("\ufeff"), address=address, now=now)


def parse_body(
    body: bytes, *, kind: BodyKind, content_type: str, address: str, now: datetime
) -> ParsedFeed:
    """Return what is in ``body``, taken for ``kind``; raises FeedError."""
    match kind:
        case BodyKind.PAGE:
            from bot.sources.page import read_page

            return read_page(decode_markup(body, content_type), address=address, now=now)
        case BodyKind.CHANNEL:
            from bot.sources.channel import read_channel

            return read_channel(decode_markup(body, content_type), address=address, now=now)
        case BodyKind.PDF:
            from bot.sources.pdf import read_pdf

            return read_pdf(body)
        case _:
            return parse_feed(body, content_type=content_type, address=address, now=now)


def main() -> None:
    """Answer requests until there are no more."""
    source, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # whatever a library prints must not become part of an answer
    _limit_memory()
    _send(answers, b"")  # ready: what follows is measured without the time of starting
    while line := source.readline():
        request = json.loads(line)
        body = source.read(request["size"])
        _allow_processor_time()
        _send(answers, _answer(body, request))


def _answer(body: bytes, request: dict[str, str]) -> bytes:
    try:
        feed = parse_body(
            body,
            kind=BodyKind(request["kind"]),
            content_type=request["content_type"],
            address=request["address"],
            now=datetime.fromisoformat(request["now"]),
        )
    except FeedError as error:
        return json.dumps({"error": error.key}).encode()
    except MemoryError:
        return json.dumps({"error": "error.feed.too_heavy"}).encode()
    except Exception as error:  # the parser's own mistakes end here, whatever they are
        return json.dumps({"error": FeedError.default_key, "detail": repr(error)[:500]}).encode()
    head = {"title": feed.title, "left_out": feed.left_out, "feeds": feed.feeds}
    lines = [head, *map(_as_json, feed.articles)]
    return "\n".join(json.dumps(line, ensure_ascii=False) for line in lines).encode(
        "utf-8", "replace"
    )


def _as_json(article: NewArticle) -> dict[str, object]:
    published_at = article.published_at
    return {
        "title": article.title,
        "paragraphs": article.paragraphs,
        "url": article.url,
        "guid": article.guid,
        "published_at": published_at.isoformat() if published_at else None,
        "language": article.language,
    }


def _send(stream: BinaryIO, answer: bytes) -> None:
    stream.write(json.dumps({"size": len(answer)}).encode() + b"\n" + answer)
    stream.flush()


if sys.platform == "win32":

    def _limit_memory() -> None:
        """Do nothing: Windows has no such limits, only the watcher's clock."""

    def _allow_processor_time() -> None:
        """Do nothing, as above."""
else:
    import contextlib
    import resource

    def _limit_memory() -> None:
        with contextlib.suppress(ValueError, OSError):  # some systems refuse
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    def _allow_processor_time() -> None:
        """Allow so many seconds from now on; the limit counts from the start of the process."""
        used = resource.getrusage(resource.RUSAGE_SELF)
        allowed = int(used.ru_utime + used.ru_stime) + 1 + CPU_S
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        if hard == resource.RLIM_INFINITY or allowed <= hard:
            resource.setrlimit(resource.RLIMIT_CPU, (allowed, hard))


if __name__ == "__main__":
    main()
