"""The files that went through the sandbox, kept in memory, and what Telegram tells of them."""

import hashlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.sandbox.errors import bad_request

_PNG = b"\x89PNG\r\n\x1a\n"
_LARGEST_PHOTO = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A file as bytes, with the names by which clients know it."""

    file_id: str
    unique_id: str
    path: str
    name: str
    mime_type: str
    content: bytes
    size: tuple[int, int] | None = None
    """Width and height of a picture."""

    def as_file(self) -> dict[str, Any]:
        """Return the Bot API object ``File``."""
        return {
            "file_id": self.file_id,
            "file_unique_id": self.unique_id,
            "file_size": len(self.content),
            "file_path": self.path,
        }

    def as_document(self) -> dict[str, Any]:
        """Return the Bot API object ``Document``."""
        return {
            "file_id": self.file_id,
            "file_unique_id": self.unique_id,
            "file_name": self.name,
            "mime_type": self.mime_type,
            "file_size": len(self.content),
        }

    def as_photo(self) -> list[dict[str, Any]]:
        """Return the Bot API array of ``PhotoSize``; the sandbox keeps one size only."""
        width, height = self.size or (0, 0)
        return [
            {
                "file_id": self.file_id,
                "file_unique_id": self.unique_id,
                "width": width,
                "height": height,
                "file_size": len(self.content),
            }
        ]


class FileStore:
    """All files by id and by path."""

    def __init__(self) -> None:
        self._by_id: dict[str, StoredFile] = {}

    def add(self, *, kind: str, name: str, mime_type: str, content: bytes) -> StoredFile:
        """Keep a file of ``kind`` («documents» or «photos»); photos must be PNG or JPEG."""
        if not content:
            raise bad_request("file must be non-empty")
        size = None
        if kind == "photos":
            size = picture_size(content)
            if size is None or len(content) > _LARGEST_PHOTO:
                raise bad_request("IMAGE_PROCESS_FAILED")
        digest = hashlib.sha256(content + name.encode()).hexdigest()
        number = len(self._by_id)
        ending = name.rpartition(".")[2] if "." in name else "bin"
        ending = ending if ending.isascii() and ending.isalnum() else "bin"
        stored = StoredFile(
            file_id=f"SandboxFile{number}-{digest[:40]}",
            unique_id=f"AQAD{digest[:12]}",
            path=f"{kind}/file_{number}.{ending}",
            name=name,
            mime_type=mime_type,
            content=content,
            size=size,
        )
        self._by_id[stored.file_id] = stored
        return stored

    def get(self, file_id: str) -> StoredFile | None:
        """Return the file with this id."""
        return self._by_id.get(file_id)

    def at_path(self, path: str) -> StoredFile | None:
        """Return the file at this ``file_path``."""
        return next((file for file in self._by_id.values() if file.path == path), None)


def picture_size(content: bytes) -> tuple[int, int] | None:
    """Return width and height of a PNG or JPEG, or None when it is neither."""
    if content.startswith(_PNG) and len(content) >= 24:
        width, height = struct.unpack(">II", content[16:24])
        return int(width), int(height)
    for marker, body in _jpeg_segments(content):
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC) and len(body) >= 5:
            height, width = struct.unpack(">HH", body[1:5])
            return int(width), int(height)
    return None


def _jpeg_segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    if not content.startswith(b"\xff\xd8"):
        return
    at = 2
    while at + 4 <= len(content) and content[at] == 0xFF:
        length = int.from_bytes(content[at + 2 : at + 4], "big")
        if length < 2:
            return
        yield content[at + 1], content[at + 4 : at + 2 + length]
        at += 2 + length
