"""Heaps are few, and what threads have freed goes back to the system."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bot.memory import give_back, keep_few_heaps

_USED = """
import sys, threading
from pathlib import Path
from bot.memory import give_back, keep_few_heaps
if sys.argv[1] == "few":
    assert keep_few_heaps()

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


@pytest.mark.skipif(not keep_few_heaps(), reason="not glibc")
def test_what_threads_have_freed_is_returned() -> None:
    returned = {}
    for how in ("as ever", "few"):
        done = subprocess.run(
            [sys.executable, "-c", _USED, how], capture_output=True, text=True, check=True
        )
        returned[how] = int(done.stdout)
    assert returned["few"] > 5_000 > returned["as ever"]


def test_asking_twice_does_no_harm() -> None:
    assert keep_few_heaps() == keep_few_heaps()
    assert give_back() in {True, False}
