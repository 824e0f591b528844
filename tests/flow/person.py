"""People at the other end of the wire: they speak and press through the sandbox's control API."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any

import httpx

from bot.sandbox import READER_ID

_PATIENCE_S = 60.0  # only a failing test waits so long


class Person:
    """Somebody in a chat; the reader at the page unless said otherwise."""

    def __init__(self, url: str, user_id: int = READER_ID) -> None:
        self.user_id = user_id
        self._http = httpx.AsyncClient(base_url=url, trust_env=False, timeout=30)

    async def close(self) -> None:
        await self._http.aclose()

    async def control(self, path: str, **body: object) -> Any:
        """Post to the control API and return the parsed answer."""
        answer = await self._http.post(f"/sandbox/{path}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def delete(self, message_id: int, chat_id: int | None = None) -> None:
        """Delete a message; the bot is not told, as at Telegram."""
        named = {
            "chat_id": chat_id or self.user_id,
            "user_id": self.user_id,
            "message_id": message_id,
        }
        answer = await self._http.request("DELETE", "/sandbox/edits", json=named)
        assert answer.status_code == 200, answer.text

    async def journal(self) -> list[dict[str, Any]]:
        """Return every request that the bot has made, but for polling."""
        answer = await self._http.get("/sandbox/journal")
        requests: list[dict[str, Any]] = answer.json()["requests"]
        return requests

    async def messages(self, chat_id: int | None = None) -> list[dict[str, Any]]:
        """Return the messages of a chat, oldest first."""
        answer = await self._http.get(f"/sandbox/chats/{chat_id or self.user_id}/messages")
        found: list[dict[str, Any]] = answer.json()["messages"]
        return found

    async def says(self, text: str, chat_id: int | None = None, **more: object) -> dict[str, Any]:
        """Say something and return the bot's next message in that chat."""
        chat = chat_id or self.user_id
        before = await self.messages(chat)
        await self.control("messages", chat_id=chat, user_id=self.user_id, text=text, **more)
        seen = {message["message_id"] for message in before}
        return (await self.sees(chat, lambda m: m["message_id"] not in seen))[0]

    async def asks_until(
        self, question: str, right: Callable[[dict[str, Any]], bool]
    ) -> dict[str, Any]:
        """Ask again and again until the answer is right; return it."""
        async with asyncio.timeout(_PATIENCE_S):
            while not right(said := await self.says(question)):  # noqa: ASYNC110
                await asyncio.sleep(0.3)
        return said

    async def presses(self, message: dict[str, Any], label: str) -> None:
        """Press the button of a message whose label contains ``label``."""
        data = next(
            button["callback_data"]
            for row in message["reply_markup"]["inline_keyboard"]
            for button in row
            if label in button["text"]
        )
        await self.control(
            "press",
            chat_id=message["chat"]["id"],
            message_id=message["message_id"],
            user_id=self.user_id,
            data=data,
        )

    async def sees(
        self, chat_id: int, wanted: Callable[[dict[str, Any]], bool], count: int = 1
    ) -> list[dict[str, Any]]:
        """Wait until ``count`` messages of the bot in the chat are as wanted; return them."""
        deadline = asyncio.get_running_loop().time() + _PATIENCE_S
        while True:
            said = await self.messages(chat_id)
            found = [m for m in said if is_bots(m) and wanted(m)]
            if len(found) >= count:
                return found
            assert asyncio.get_running_loop().time() < deadline, [shown(m) for m in said][-5:]
            await asyncio.sleep(0.05)


def is_bots(message: dict[str, Any]) -> bool:
    """Tell whether the bot sent it (in a channel nobody else does so by a bot's hand)."""
    return bool(message.get("from", {}).get("is_bot")) or (
        "author_signature" not in message
        and (message["chat"]["type"] == "channel" and "from" not in message)
    )


def shown(message: dict[str, Any]) -> str:
    """Return the text of a message."""
    text: str = message.get("text") or message.get("caption") or ""
    return text


def quotes(message: dict[str, Any]) -> list[str]:
    """Return what stands in block quotes, letter for letter."""
    units = shown(message).encode("utf-16-le")
    return [
        units[2 * e["offset"] : 2 * (e["offset"] + e["length"])].decode("utf-16-le")
        for e in message.get("entities", [])
        if e["type"] in ("blockquote", "expandable_blockquote")
    ]


def first_strong_is_arabic(line: str) -> bool:
    """Tell whether a line will run from right to left (or has nothing to turn it)."""
    strong = re.search(r"[^\W\d_]|\u200f", re.sub("\u2068[^\u2069]*\u2069", "", line))
    return strong is None or not strong[0].isascii()
