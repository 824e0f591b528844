"""Programs of ours that we start: ``python -m`` one of our modules.

Python looks for a module in the folder it is started in before anywhere else, where a stranger's
``bot`` may lie; ours are where the program that starts them has found its own.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path


async def start(module: str) -> asyncio.subprocess.Process:
    """Start a module that is fed through its input and heard through its output.

    Raises OSError where no process can be had.
    """
    return await asyncio.create_subprocess_exec(
        *command(module),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=only_our_modules(),
    )


def command(module: str) -> list[str]:
    """Return the command that starts a module, to be run with :func:`only_our_modules`."""
    if sys.platform == "win32":  # it gets no word of where our modules are
        return [sys.executable, "-m", module]
    return [sys.executable, "-P", "-m", module]


def only_our_modules() -> dict[str, str] | None:
    """Return an environment that says where our modules are, and none of our secrets.

    None, which means everything, on Windows: it starts no program without its own variables.
    """
    if sys.platform == "win32":
        return None
    return {"PYTHONPATH": os.pathsep.join(one or str(Path.cwd()) for one in sys.path)}
