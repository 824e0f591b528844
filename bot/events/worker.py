"""The process that reads reports and puts them into events: ``python -m bot.events.worker``.

Reading is computing for as long as there is news, and threads of one Python take turns at its
lock: beside the answers of the bot they made readers wait. Here it costs them nothing but the
processor, of which they come first.

It takes calls of :class:`bot.events.enricher.Enricher` from its input and gives the results on its
output until the input ends. Both are pickled: whoever started it (:mod:`bot.events.apart`) is the
same program, nobody else holds the ends of the pipes, and no stranger's bytes are unpickled, only
values made of them.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import pickle
import signal
import struct
import sys
import traceback
from typing import Any, BinaryIO

from bot.events.enricher import Enricher
from bot.memory import give_back

SIZE = struct.Struct(">Q")  # of what follows, in bytes
_PDEATHSIG = 1  # PR_SET_PDEATHSIG of <sys/prctl.h>
_NICENESS = 10  # whoever serves readers gets nine times as much of a processor that both want

Answer = tuple[bool, Any]  # whether it was done, and the result, or why not


def packed(value: object) -> bytes:
    """Return a call or an answer as it goes through a pipe."""
    body = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    return SIZE.pack(len(body)) + body


def unpacked(body: bytes) -> Any:
    """Return what was packed, given without its size."""
    return pickle.loads(body)  # noqa: S301 - made by the other end, which is this program


def main() -> None:
    """Answer calls until there are no more."""
    source, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # whatever somebody prints must not become part of an answer
    for number in (signal.SIGINT, signal.SIGTERM):  # of a terminal, of a service manager:
        signal.signal(number, signal.SIG_IGN)  # whoever started us is told too, and ends us
    _end_with_starter()
    if hasattr(os, "nice"):
        with contextlib.suppress(OSError):
            os.nice(_NICENESS)
    enricher = Enricher()
    with contextlib.suppress(BrokenPipeError):  # nobody is there any more
        while (call := _next(source)) is not None:
            answers.write(packed(_answer(enricher, *call)))
            answers.flush()
            give_back()


def _end_with_starter() -> None:
    """End when whoever started us is killed, amid a step too; elsewhere than on Linux after it.

    The next one reads for itself, and a step that nobody waits for takes its processor and memory.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _next(source: BinaryIO) -> Any:
    """Return the next call, None at the end."""
    head = source.read(SIZE.size)
    if len(head) < SIZE.size:
        return None
    (size,) = SIZE.unpack(head)
    body = source.read(size)
    return unpacked(body) if len(body) == size else None


def _answer(enricher: Enricher, name: str, given: tuple[Any, ...]) -> Answer:
    try:
        return True, getattr(enricher, name)(*given)
    except Exception:  # whatever it is: the bot logs it, and begins again
        return False, traceback.format_exc()


if __name__ == "__main__":
    main()
