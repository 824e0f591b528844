"""Refusals in Telegram's words.

Every refusal that a client of the Bot API can see leaves the sandbox as an ``ApiError``. The texts
are those of the official server, because clients (and the bot under test) tell errors apart by
them.
"""

from typing import Any


class ApiError(Exception):
    """A request is refused: HTTP status, Telegram's description and its optional parameters."""

    def __init__(
        self, code: int, description: str, parameters: dict[str, Any] | None = None
    ) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def body(self) -> dict[str, Any]:
        """Return the JSON body of the answer."""
        body: dict[str, Any] = {
            "ok": False,
            "error_code": self.code,
            "description": self.description,
        }
        if self.parameters:
            body["parameters"] = self.parameters
        return body


def bad_request(text: str) -> ApiError:
    """Return a 400: the request itself is wrong."""
    return ApiError(400, f"Bad Request: {text}")


def forbidden(text: str) -> ApiError:
    """Return a 403: the bot may not do that there."""
    return ApiError(403, f"Forbidden: {text}")


def conflict(text: str) -> ApiError:
    """Return a 409: another way of receiving updates is in use."""
    return ApiError(409, f"Conflict: {text}")


def too_many_requests(retry_after_s: int) -> ApiError:
    """Return a 429 that asks the client to wait ``retry_after_s`` seconds."""
    return ApiError(
        429,
        f"Too Many Requests: retry after {retry_after_s}",
        {"retry_after": retry_after_s},
    )


def migrated(chat_id: int) -> ApiError:
    """Return the 400 of a group that has become the supergroup ``chat_id``."""
    return ApiError(
        400,
        "Bad Request: group chat was upgraded to a supergroup chat",
        {"migrate_to_chat_id": chat_id},
    )
