"""The Bot API as the installed aiogram's generated classes state it."""

from __future__ import annotations

import types
from datetime import datetime, timedelta
from enum import Enum
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import aiogram
import aiogram.methods
import aiogram.types
from aiogram.client.default import Default
from aiogram.methods import TelegramMethod
from aiogram.types import InputFile, TelegramObject
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from tests.botapi.judge import ARRAY, BotApi, Field, Shape

_PLAIN = {int: "Integer", str: "String", bool: "Boolean", float: "Float"}
_TIMES = (datetime, timedelta)  # aiogram takes these too and sends whole seconds


@cache
def installed() -> BotApi:
    """Return the Bot API of the installed aiogram."""
    methods = [getattr(aiogram.methods, name) for name in aiogram.methods.__all__]
    objects = [getattr(aiogram.types, name) for name in aiogram.types.__all__]
    return BotApi(
        version=aiogram.__api_version__,
        methods={one.__api_method__: _shape(one) for one in methods if _is(one, TelegramMethod)},
        types={one.__name__: _shape(one) for one in objects if _is(one, TelegramObject)},
    )


def _is(one: Any, kind: type) -> bool:
    return isinstance(one, type) and issubclass(one, kind) and one is not kind


def _shape(model: type[BaseModel]) -> Shape:
    return {
        field.alias or name: _field(field)
        for name, field in model.model_fields.items()
        if not (
            isinstance(field.json_schema_extra, dict) and "deprecated" in field.json_schema_extra
        )
    }


def _field(field: FieldInfo) -> Field:
    words: set[str] = set()
    kinds = frozenset(_kinds(field.annotation, words))
    # What tells one kind of object from another has a default there and is required here.
    return Field(kinds, field.is_required() or bool(words), frozenset(words))


def _kinds(annotation: Any, words: set[str]) -> list[str]:
    origin = get_origin(annotation)
    if origin in (Union, types.UnionType):
        return [kind for part in get_args(annotation) for kind in _kinds(part, words)]
    if origin is Annotated:
        return _kinds(get_args(annotation)[0], words)
    if origin is Literal:
        if all(isinstance(one, bool) for one in get_args(annotation)):
            return ["Boolean"]
        words |= {str(one.value if isinstance(one, Enum) else one) for one in get_args(annotation)}
        return ["String"]
    if origin is list:
        return [ARRAY + " or ".join(_kinds(get_args(annotation)[0], words))]
    if annotation in _PLAIN:
        return [_PLAIN[annotation]]
    if annotation in (type(None), Default, *_TIMES):
        return []
    if isinstance(annotation, type) and issubclass(annotation, InputFile):
        return ["InputFile"]
    return [annotation.__name__]
