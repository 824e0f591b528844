"""What programs of ours that we start may know."""

from __future__ import annotations

import os
import sys


def only_our_modules() -> dict[str, str] | None:
    """Return an environment that says where our modules are, and none of our secrets.

    None, which means everything, on Windows: it starts no program without its own variables.
    """
    if sys.platform == "win32":
        return None
    return {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
