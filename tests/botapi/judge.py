"""Judges requests: known method, known parameters, all required ones, each of a type it may be."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

ARRAY = "Array of "
_WHOLE = re.compile(r"[+-]?\d+")
_YES_NO = frozenset(("true", "false", "1", "0", "yes", "no"))


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter or field: what it may be, whether it must be there, which words it may hold."""

    types: frozenset[str]
    required: bool
    words: frozenset[str] = frozenset()


Shape = Mapping[str, Field]


@dataclass(frozen=True, slots=True)
class BotApi:
    """Methods and types by name, each with its fields."""

    version: str
    methods: Mapping[str, Shape]
    types: Mapping[str, Shape]

    def judge(self, method: str, values: Mapping[str, Any], files: Collection[str]) -> list[str]:
        """Return what is wrong with a request."""
        shape = self.methods.get(method)
        if shape is None:
            return ["no such method"]
        attached = {str(value) for value in values.values()} | set(values)
        loose = [name for name in files if name not in shape and not _attached(name, attached)]
        given = dict(values) | {name: "attach://" for name in files if name in shape}
        found = self._object(given, shape, method, form=True)
        return found + [f"file {name} belongs to nothing" for name in loose]

    def _object(
        self, given: Mapping[str, Any], shape: Shape, where: str, *, form: bool = False
    ) -> list[str]:
        found = [f"{where} has no {name}" for name in given if name not in shape]
        for name, field in shape.items():
            if name not in given:
                if field.required:
                    found.append(f"{where} needs {name}")
                continue
            value = given[name]
            fits = [self._fits(value, kind, f"{where}.{name}", form) for kind in field.types]
            if all(fits):  # each type has something against it
                found += _least(fits)
            elif field.words and str(value) not in field.words:
                found.append(f"{where}.{name} may not be {value!r}")
        return found

    def _fits(self, value: Any, kind: str, where: str, form: bool) -> list[str]:
        """Return why a value is not of a type; in forms everything is text."""
        if form and isinstance(value, str) and (kind.startswith(ARRAY) or kind in self.types):
            try:
                value = json.loads(value)
            except ValueError:
                return [f"{where} is no JSON"]
        if kind.startswith(ARRAY):
            if not isinstance(value, list):
                return [f"{where} is no array"]
            inner = kind.removeprefix(ARRAY).split(" or ")
            return [why for one in value for why in self._any(one, inner, where)]
        if kind in self.types:
            if not isinstance(value, dict):
                return [f"{where} is no {kind}"]
            return self._object(value, self.types[kind], where)
        return [] if _is(value, kind, form=form) else [f"{where} is no {kind}: {value!r}"]

    def _any(self, value: Any, kinds: Collection[str], where: str) -> list[str]:
        against = [self._fits(value, kind, where, False) for kind in kinds]
        return _least(against)


def _least(against: Collection[list[str]]) -> list[str]:
    """Return what the type that fits best has against a value: the least, and deepest inside."""
    return min(against, key=lambda why: (len(why), -max((w.count(".") for w in why), default=0)))


def _attached(name: str, texts: Collection[str]) -> bool:
    return any(f"attach://{name}" in text for text in texts)


def _is(value: Any, kind: str, *, form: bool) -> bool:
    text = value if form and isinstance(value, str) else None
    if kind == "Boolean":
        return isinstance(value, bool) or (text or "").lower() in _YES_NO
    if kind == "Integer":
        number = isinstance(value, int) and not isinstance(value, bool)
        return number or bool(_WHOLE.fullmatch(text or ""))
    if kind == "Float":
        return isinstance(value, int | float) or bool(re.fullmatch(r"[+-]?\d+(\.\d+)?", text or ""))
    return kind in ("String", "InputFile") and isinstance(value, str)
