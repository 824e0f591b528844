"""Faults on order: the next requests of a kind fail in a chosen way.

``error`` answers with an error and does nothing else, ``cut_before`` closes the connection before
the request is carried out, ``cut_after`` carries it out and closes without an answer, and ``slow``
carries it out and answers late.
"""

from dataclasses import dataclass
from typing import Any

from bot.sandbox.errors import ApiError, too_many_requests

KINDS = ("error", "cut_before", "cut_after", "slow")


@dataclass(slots=True, kw_only=True)
class Fault:
    """A fault waiting for its next ``times`` requests."""

    method: str
    kind: str
    times: int = 1
    chat_id: int | None = None
    error_code: int = 500
    description: str = ""
    retry_after: int | None = None
    migrate_to_chat_id: int | None = None
    delay_s: float = 0.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}")
        if self.times < 1:
            raise ValueError("times must be at least 1")

    def error(self) -> ApiError:
        """Return the refusal that a fault of kind ``error`` answers with."""
        if self.retry_after is not None and not self.description:
            return too_many_requests(self.retry_after)
        parameters: dict[str, Any] = {}
        if self.retry_after is not None:
            parameters["retry_after"] = self.retry_after
        if self.migrate_to_chat_id is not None:
            parameters["migrate_to_chat_id"] = self.migrate_to_chat_id
        code = 429 if self.retry_after is not None else self.error_code
        return ApiError(code, self.description or "Internal Server Error", parameters)


class Faults:
    """The faults that wait, oldest first."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Let a fault wait for the requests it is meant for."""
        self._waiting.append(fault)

    def clear(self) -> None:
        """Forget all faults."""
        self._waiting.clear()

    def take(self, method: str, chat_id: int | None) -> Fault | None:
        """Return the fault that befalls this request and count it, or None."""
        for fault in self._waiting:
            named = fault.method in ("*", method) or fault.method.lower() == method.lower()
            if named and fault.chat_id in (None, chat_id):
                fault.times -= 1
                if fault.times == 0:
                    self._waiting.remove(fault)
                return fault
        return None
