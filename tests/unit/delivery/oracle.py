"""Telegram's own parser of message markup, offline: TDLib from the tdjson package."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

tdjson = pytest.importorskip("tdjson")


@dataclass(frozen=True, slots=True)
class Parsed:
    """A message as Telegram understands it; offsets count UTF-16 units."""

    text: str
    entities: list[dict[str, Any]]

    def of(self, kind: str) -> list[str]:
        """Return the texts of all entities of a kind such as "Bold"."""
        units = self.text.encode("utf-16-le", "surrogatepass")
        return [
            units[2 * e["offset"] : 2 * (e["offset"] + e["length"])].decode("utf-16-le")
            for e in self.entities
            if e["type"]["@type"] in (f"textEntityType{kind}", f"textEntityTypeExpandable{kind}")
        ]


def parse(html: str) -> Parsed:
    """Parse Telegram HTML; an error of Telegram fails the test."""
    answer = _execute(
        {
            "@type": "parseTextEntities",
            "text": html,
            "parse_mode": {"@type": "textParseModeHTML"},
        }
    )
    assert answer["@type"] != "error", (answer, html[:500])
    return Parsed(answer["text"], answer["entities"])


def _execute(query: dict[str, Any]) -> dict[str, Any]:
    answer = tdjson.td_execute(json.dumps(query).encode())
    parsed: dict[str, Any] = json.loads(answer)
    return parsed


_execute({"@type": "setLogVerbosityLevel", "new_verbosity_level": 0})
