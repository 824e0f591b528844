"""A browser without a window, driven over its DevTools protocol: open a page, take a picture."""

from __future__ import annotations

import asyncio
import base64
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

NAMES = ("chromium", "chromium-browser", "google-chrome")
WIDTH, HEIGHT, SCALE = 412, 880, 1.25  # a phone's
_PATIENCE_S, _LOOK_S = 60.0, 0.1
_OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--remote-debugging-port=0",
    "about:blank",
)


def find_browser() -> str | None:
    """Return the browser to use: $CHROMIUM, or the first of the usual names on the path."""
    named = os.environ.get("CHROMIUM")
    return named or next(filter(None, map(shutil.which, NAMES)), None)


class Browser:
    """One page of a running browser."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._last = 0

    async def picture(self, url: str, path: Path, *, height: int = HEIGHT) -> None:
        """Open an address at a phone's width and write what it shows to a PNG file."""
        metrics = {"width": WIDTH, "height": height, "deviceScaleFactor": SCALE, "mobile": True}
        await self._call("Emulation.setDeviceMetricsOverride", **metrics)
        await self._call("Page.navigate", url=url)
        for _ in range(int(_PATIENCE_S / _LOOK_S)):
            if await self._shown():
                break
            await asyncio.sleep(_LOOK_S)
        await asyncio.sleep(0.7)  # the last scroll and fade
        taken = await self._call("Page.captureScreenshot", format="png")
        await asyncio.to_thread(path.write_bytes, base64.b64decode(taken["data"]))

    async def _shown(self) -> bool:
        ready = (
            "document.readyState === 'complete' && !!document.querySelector('.bubble')"
            " && [...document.images].every((one) => one.complete && one.naturalWidth > 0)"
        )
        answer = await self._call("Runtime.evaluate", expression=ready)
        return bool(answer.get("result", {}).get("value"))

    async def _call(self, method: str, **params: object) -> dict[str, Any]:
        self._last += 1
        await self._socket.send_json({"id": self._last, "method": method, "params": params})
        while True:
            answer: dict[str, Any] = await self._socket.receive_json()
            if answer.get("id") == self._last:
                result: dict[str, Any] = answer.get("result", {})
                return result


@asynccontextmanager
async def opened(executable: str) -> AsyncIterator[Browser]:
    """Start a browser with a profile of its own, and end it and that."""
    with tempfile.TemporaryDirectory(prefix="mujaz-browser-", ignore_cleanup_errors=True) as home:
        quiet = asyncio.subprocess.DEVNULL
        process = await asyncio.create_subprocess_exec(
            executable, f"--user-data-dir={home}", *_OPTIONS, stdout=quiet, stderr=quiet
        )
        try:
            port = await _port(Path(home) / "DevToolsActivePort")
            async with aiohttp.ClientSession() as session:
                tabs = await (await session.get(f"http://127.0.0.1:{port}/json")).json()
                address = next(t["webSocketDebuggerUrl"] for t in tabs if t["type"] == "page")
                async with session.ws_connect(address, max_msg_size=0) as socket:
                    yield Browser(socket)
        finally:
            process.terminate()
            await process.wait()


async def _port(file: Path) -> int:
    """Return the port that the browser chose, once it has written it down."""
    async with asyncio.timeout(_PATIENCE_S):
        while True:
            written = await asyncio.to_thread(lambda: file.read_text() if file.exists() else "")
            if "\n" in written:
                return int(written.split("\n")[0])
            await asyncio.sleep(_LOOK_S)
