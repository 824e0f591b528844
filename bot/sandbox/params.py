"""The parameters of one Bot API request, however they came, as typed values.

Clients send query strings, forms, multipart forms and JSON; nested objects are JSON strings in the
first three. Telegram is generous: numbers may be strings and booleans may be words.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request

from bot.sandbox.errors import ApiError, bad_request

_TRUE = frozenset(("true", "yes", "1"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file inside a request."""

    name: str
    mime_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Params:
    """Read access to the parameters; absent and empty are the same, as at Telegram."""

    values: dict[str, Any] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Return a parameter as text; empty when absent."""
        value = self.values.get(name)
        if value is None:
            return ""
        if isinstance(value, bool):
            return "true" if value else "false"
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

    def number(self, name: str, default: int = 0) -> int:
        """Return a parameter as a whole number; ``default`` when absent or not a number."""
        try:
            return int(self.text(name).strip() or default)
        except ValueError:
            return default

    def flag(self, name: str) -> bool:
        """Return a parameter as a boolean; False when absent."""
        return self.text(name).strip().lower() in _TRUE

    def nested(self, name: str, refusal: str) -> Any:
        """Return a JSON parameter decoded; None when absent, 400 with ``refusal`` when broken."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError as error:
            raise bad_request(refusal) from error

    def upload(self, name: str) -> Upload | None:
        """Return the file given as ``name``, directly or by an ``attach://`` reference."""
        if name in self.uploads:
            return self.uploads[name]
        return self.uploads.get(self.text(name).removeprefix("attach://"))

    def for_journal(self) -> dict[str, Any]:
        """Return all parameters readably: nested JSON decoded, files by name and size."""
        shown: dict[str, Any] = {key: _decoded(value) for key, value in self.values.items()}
        for name, upload in self.uploads.items():
            shown[name] = {"file_name": upload.name, "size": len(upload.content)}
        return shown


def _decoded(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


async def read_params(request: Request) -> Params:
    """Decode query string and body of a request; 400 when the body cannot be read."""
    values: dict[str, Any] = dict(request.query_params)
    uploads: dict[str, Upload] = {}
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        values |= _json_body(await request.body())
    elif kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
        async with request.form(max_files=100, max_fields=1000, max_part_size=50_000_000) as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    uploads[name] = Upload(
                        name=value.filename or "file",
                        mime_type=value.content_type or "application/octet-stream",
                        content=await value.read(),
                    )
                else:
                    values[name] = value
    _check_unicode(values)
    return Params(values, uploads)


def _json_body(body: bytes) -> dict[str, Any]:
    if not body.strip():
        return {}
    try:
        decoded = json.loads(body)
    except ValueError as error:
        raise ApiError(400, "Bad Request: can't parse request JSON object") from error
    if not isinstance(decoded, dict):
        raise ApiError(400, "Bad Request: request JSON must be an Object")
    return decoded


def _check_unicode(values: dict[str, Any]) -> None:
    for value in values.values():
        if isinstance(value, str):
            try:
                value.encode("utf-8")
            except UnicodeEncodeError as error:
                raise bad_request("strings must be encoded in UTF-8") from error
