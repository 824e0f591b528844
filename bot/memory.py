"""Memory that goes back to the system: few heaps, and nothing large in them.

glibc gives each thread a heap of its own and keeps what was freed there. Our threads come and go
(searching, indexing, reading), each with some megabytes for a moment, so that a process grew with
every thread it ever had. And once something large was freed it takes the large from the heaps too,
where one small thing above it keeps all of it: whoever writes the search index has 10 to 18 MB for
a moment, which then stayed or not by chance. Elsewhere than on glibc nothing here does anything.
"""

from __future__ import annotations

import ctypes
import sys
from functools import cache

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # M_… of <malloc.h>
_HEAPS = 2  # one for the loop, one for all the threads beside it
_LARGE_BYTES = 256 * 1024  # each such piece is of its own, and goes back when it is freed
_FREE_BYTES = 1024 * 1024  # at the end of a heap; more of it goes back


@cache
def _glibc() -> ctypes.CDLL | None:
    """Return the C library of this process, None where it cannot do what is asked of it."""
    if sys.platform != "linux":
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "mallopt") and hasattr(library, "malloc_trim") else None


def keep_little() -> bool:
    """Let threads that start from now on share heaps, and hold nothing large in them.

    Tells whether the system can do so. Setting a bound also ends its growing with what is freed
    (mallopt(3)).
    """
    library = _glibc()
    return library is not None and all(
        library.mallopt(bound, value) == 1
        for bound, value in (
            (_ARENA_MAX, _HEAPS),
            (_MMAP_THRESHOLD, _LARGE_BYTES),
            (_TRIM_THRESHOLD, _FREE_BYTES),
        )
    )


def give_back() -> bool:
    """Return to the system what is free in all heaps; tell whether there was anything."""
    library = _glibc()
    return library is not None and library.malloc_trim(0) == 1
