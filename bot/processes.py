"""Programs of ours that we start: ``python -m`` one of our modules."""

from __future__ import annotations

import asyncio
import os
import sys


async def start(module: str) -> asyncio.subprocess.Process:
    """Start a module that is fed through its input and heard through its output.

    Raises OSError where no process can be had.
    """
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=only_our_modules(),
    )


def only_our_modules() -> dict[str, str] | None:
    """Return an environment that says where our modules are, and none of our secrets.

    None, which means everything, on Windows: it starts no program without its own variables.
    """
    if sys.platform == "win32":
        return None
    return {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
