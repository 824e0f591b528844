"""Heaps are few, and what was freed goes back to the system."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bot.memory import give_back, keep_little

_USED = """
import sys, threading
from pathlib import Path
from bot.memory import give_back, keep_little
if sys.argv[1] == "few":
    assert keep_little()

def held_kb():
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("RssAnon")).split()[1])

def work():
    kept = [[bytes(700) for _ in range(3)] for _ in range(4000)]
    begun.wait()
    kept.clear()

begun = threading.Barrier(6)
threads = [threading.Thread(target=work) for _ in range(6)]
for thread in threads: thread.start()
for thread in threads: thread.join()
before = held_kb()
if sys.argv[1] == "few":
    give_back()
print(before - held_kb())
"""


@pytest.mark.skipif(not keep_little(), reason="not glibc")
def test_what_threads_have_freed_is_returned() -> None:
    returned = {}
    for how in ("as ever", "few"):
        done = subprocess.run(
            [sys.executable, "-c", _USED, how], capture_output=True, text=True, check=True
        )
        returned[how] = int(done.stdout)
    assert returned["few"] > 5_000 > returned["as ever"]


_LARGE = """
import sys
from pathlib import Path
from bot.memory import keep_little
if sys.argv[1] == "little":
    assert keep_little()

def held_kb():
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("RssAnon")).split()[1])

once = bytearray(20_000_000)
del once  # from now on, glibc takes what is as large from its heaps
before = held_kb()
large = [bytearray(1_000_000) for _ in range(15)]
pins = [bytes(700 + n) for n in range(1000)]
del large
print(held_kb() - before)
"""


@pytest.mark.skipif(not keep_little(), reason="not glibc")
def test_what_was_large_is_returned_at_once_though_something_small_lies_above_it() -> None:
    kept = {}
    for how in ("as ever", "little"):
        done = subprocess.run(
            [sys.executable, "-c", _LARGE, how], capture_output=True, text=True, check=True
        )
        kept[how] = int(done.stdout)
    assert kept["as ever"] > 10_000 > 3_000 > kept["little"]


def test_asking_twice_does_no_harm() -> None:
    assert keep_little() == keep_little()
    assert give_back() in {True, False}
