"""Unpacking compressed bodies step by step, never beyond a limit."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

_STEP = 1_000_000  # bytes unpacked at a time, a few milliseconds
_GZIP, _ZLIB, _RAW_DEFLATE = 31, 15, -15
GZIP_MARK = b"\x1f\x8b"


class TooLargeError(Exception):
    """The body, packed or unpacked, is larger than the limit."""


class Unpacker:
    """Collects a body that is gzip, deflate or plain, up to ``limit`` bytes."""

    def __init__(self, encoding: str, limit: int) -> None:
        """``encoding`` is the Content-Encoding header; raises ValueError for an unknown one."""
        self._encoding = encoding.strip().lower().removeprefix("x-")
        if self._encoding not in ("", "identity", "gzip", "deflate"):
            raise ValueError(f"unknown content encoding {encoding[:40]!r}")
        self._limit = limit
        self._received = 0
        self._pieces: list[bytes] = []
        self._size = 0
        self._unpacking = zlib.decompressobj(_GZIP if self._encoding == "gzip" else _ZLIB)

    def feed(self, piece: bytes) -> Iterator[None]:
        """Take a piece of the body, yielding after each step of work.

        Raises TooLargeError beyond the limit, ValueError when the bytes are not what they say.
        """
        self._received += len(piece)
        if self._received > self._limit:
            raise TooLargeError
        if self._encoding in ("", "identity"):
            self._keep(piece)
            return
        first = self._received == len(piece)
        if first and self._encoding == "deflate" and not _has_zlib_header(piece):
            self._unpacking = zlib.decompressobj(_RAW_DEFLATE)  # as many servers send it
        while True:
            try:
                unpacked = self._unpacking.decompress(piece, _STEP)
            except zlib.error as error:
                raise ValueError("damaged compressed body") from error
            self._keep(unpacked)
            piece = self._unpacking.unconsumed_tail
            if self._unpacking.eof:
                piece = self._unpacking.unused_data
                if not piece.startswith(GZIP_MARK):
                    return  # padding after the end
                self._unpacking = zlib.decompressobj(_GZIP)  # several members in a row
            elif not piece and len(unpacked) < _STEP:
                return
            yield

    def finish(self) -> bytes:
        """Return the whole body; raises ValueError when a compressed one is cut short."""
        if self._encoding in ("gzip", "deflate") and self._received and not self._unpacking.eof:
            raise ValueError("compressed body is cut short")
        return b"".join(self._pieces)

    def _keep(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > self._limit:
            raise TooLargeError
        self._pieces.append(piece)


def _has_zlib_header(piece: bytes) -> bool:
    return len(piece) > 1 and piece[0] & 0x0F == 8 and (piece[0] * 256 + piece[1]) % 31 == 0


def gunzip(body: bytes, limit: int) -> bytes:
    """Return an unpacked gzip file; raises TooLargeError or ValueError."""
    unpacker = Unpacker("gzip", limit)
    for _ in unpacker.feed(body):
        pass
    return unpacker.finish()
