"""Memory that goes back to the system: few heaps, and what is free in them returned now and then.

glibc gives each thread a heap of its own and keeps what was freed there. Our threads come and go
(searching, indexing, reading), each with some megabytes for a moment, so that a process grew with
every thread it ever had. Elsewhere than on glibc nothing here does anything.
"""

from __future__ import annotations

import ctypes
import sys
from functools import cache

_ARENA_MAX = -8  # M_ARENA_MAX of <malloc.h>
_HEAPS = 2  # one for the loop, one for all the threads beside it


@cache
def _glibc() -> ctypes.CDLL | None:
    """Return the C library of this process, None where it cannot do what is asked of it."""
    if sys.platform != "linux":
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "mallopt") and hasattr(library, "malloc_trim") else None


def keep_few_heaps() -> bool:
    """Let threads that start from now on share heaps; tell whether the system can do so."""
    library = _glibc()
    return library is not None and library.mallopt(_ARENA_MAX, _HEAPS) == 1


def give_back() -> bool:
    """Return to the system what is free in all heaps; tell whether there was anything."""
    library = _glibc()
    return library is not None and library.malloc_trim(0) == 1
