"""Run the sandbox alone: ``python -m bot.sandbox [PORT]``."""

import asyncio
import contextlib
import sys

from bot.sandbox import Sandbox, SandboxServer

DEFAULT_PORT = 8081


async def serve(port: int) -> None:
    """Serve a fresh sandbox until the process is interrupted."""
    sandbox = Sandbox()
    async with SandboxServer(sandbox, port=port) as server:
        sys.stdout.write(f"page     {server.url}\nBot API  {server.url}/bot{sandbox.token}/\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(int(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_PORT))
