"""Twenty bodies that cost a careless parser minutes or gigabytes."""

from __future__ import annotations

import gzip
import io
import zlib

from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, NameObject

from bot.sources.base import BodyKind
from tests.unit.sources.feed_texts import member, rss

_LAUGHS = "".join(
    f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" if n else "<!ENTITY l0 'ha'>" for n in range(10)
)


def _doctype(declarations: str, use: str) -> str:
    return f"<?xml version='1.0'?><!DOCTYPE rss [{declarations}]>" + rss(
        member(title=use), prolog=""
    )


def _pdf() -> bytes:
    """Return a PDF whose page unpacks to 200 MB of text operators."""
    writer = PdfWriter()
    page = writer.add_blank_page(200, 200)
    stream = DecodedStreamObject()
    packer = zlib.compressobj(9)
    piece = b"BT (" + b"a" * 1_000_000 + b") Tj ET\n"
    packed = b"".join([*(packer.compress(piece) for _ in range(200)), packer.flush()])
    stream.set_data(packed)
    stream[NameObject("/Filter")] = NameObject("/FlateDecode")
    page[NameObject("/Contents")] = writer._add_object(stream)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def bombs() -> dict[str, tuple[BodyKind, bytes]]:
    """Return the bombs by name, each with what it is taken for."""
    feed, page = BodyKind.FEED, BodyKind.PAGE
    texts: dict[str, tuple[BodyKind, str]] = {
        "attributes": (feed, rss("<item " + " ".join(f"a{n}=''" for n in range(60_000)) + "/>")),
        "open comments": (feed, rss(member(description="<![CDATA[" + "<!--" * 300_000 + "]]>"))),
        "nested elements": (feed, rss("<a>" * 300_000)),
        "open tags": (feed, "<rss><channel><item>" + "<a " * 400_000),
        "ampersands": (feed, rss(member(title="&" * 500_000))),
        "open sections": (feed, "<rss><channel>" + "<item><title><![CDATA[" * 100_000),
        "a billion laughs": (feed, _doctype(_LAUGHS, "&l9;")),
        "one entity used often": (feed, _doctype(f"<!ENTITY e '{'x' * 50_000}'>", "&e;" * 50_000)),
        "a file as entity": (feed, _doctype("<!ENTITY e SYSTEM 'file:///etc/passwd'>", "&e;")),
        "a title of 14 MB": (feed, rss(member(title="خ" * 7_000_000))),
        "a hundred thousand articles": (feed, rss("<item><title>ب</title></item>" * 100_000)),
        "namespaces": (feed, rss("".join(f"<n{i}:a xmlns:n{i}='u{i}'>" for i in range(50_000)))),
        "JSON lists in lists": (feed, '{"items":' + "[" * 1_000_000),
        "a JSON number of a million digits": (feed, '{"items":[{"id":' + "9" * 1_000_000 + "}]}"),
        "half a page of div": (page, "<html><body>" + "<div>" * 500_000),
        "tags that never end": (page, "<html><body>" + "<a " * 500_000),
        "JSON-LD lists": (
            page,
            '<script type="application/ld+json">' + "[" * 500_000 + "</script><p>" + "ن " * 9999,
        ),
        "posts in posts": (
            BodyKind.CHANNEL,
            "<div class=tgme_widget_message data-post=abcde/1><div class=tgme_widget_message_text>"
            * 60_000,
        ),
    }
    packed = {
        "a gigabyte in a megabyte": (feed, gzip.compress(b"\0" * 300_000_000, 9)),
        "a PDF that unpacks": (BodyKind.PDF, _pdf()),
    }
    return {name: (kind, text.encode()) for name, (kind, text) in texts.items()} | packed
