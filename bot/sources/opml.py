"""Lists of sources as other readers write and read them (OPML 2.0), with our labels.

Labels stand where other programs look for none or for tags: ``language``, and ``category`` with
``stance/…`` and ``country/…``. ``enabled="false"`` marks a source that is listed but not visited.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from xml.etree import ElementTree as ET

from defusedxml import ElementTree as SafeTree
from defusedxml.common import DefusedXmlException

from bot.errors import InputError
from bot.models import STANCES, Source, SourceKind
from bot.sources.channel import channel_page
from bot.sources.links import absolute_link
from bot.text.paragraphs import clean

_MOST = 5000
_DEPTH = 20


def read_opml(text: str) -> list[Source]:
    """Return the sources of a list, each address once, with id 0; raises InputError."""
    try:
        root = SafeTree.fromstring(clean(text).encode("utf-8"), forbid_dtd=True)
    except (SafeTree.ParseError, DefusedXmlException, ValueError, RecursionError) as error:
        raise InputError(key="error.opml.unreadable") from error
    if root.tag.lower() != "opml":
        raise InputError(key="error.opml.unreadable")
    found: dict[str, Source] = {}
    for outline, folders in _outlines(root, ()):
        source = _source(outline, folders)
        if source is not None and len(found) < _MOST:
            found.setdefault(source.address, source)
    return list(found.values())


def write_opml(sources: Iterable[Source], title: str) -> str:
    """Return the feeds and channels among ``sources`` as a list that :func:`read_opml` reads."""
    root = ET.Element("opml", version="2.0")
    ET.SubElement(ET.SubElement(root, "head"), "title").text = clean(title)
    body = ET.SubElement(root, "body")
    for source in sources:
        if not source.address.startswith("http"):
            continue
        labels = [f"stance/{source.stance}"] * bool(source.stance)
        labels += [f"country/{source.country}"] * bool(source.country)
        attributes = {
            "text": clean(source.name),
            "title": clean(source.outlet or source.name),
            "type": "telegram" if source.kind is SourceKind.CHANNEL else "rss",
            "xmlUrl": source.address,
            "language": source.language,
            "category": ",".join(labels),
            "enabled": "" if source.enabled else "false",
        }
        kept = {name: value for name, value in attributes.items() if value}
        ET.SubElement(body, "outline", kept)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _outlines(
    element: Any, folders: tuple[str, ...]
) -> Iterator[tuple[dict[str, str], tuple[str, ...]]]:
    if len(folders) > _DEPTH:
        return
    for outline in element:
        attributes = {name.lower(): value.strip() for name, value in outline.attrib.items()}
        if outline.tag.lower() == "outline" and attributes.get("xmlurl"):
            yield attributes, folders
        yield from _outlines(outline, (*folders, attributes.get("text", "")))


def _source(attributes: dict[str, str], folders: tuple[str, ...]) -> Source | None:
    address = absolute_link(attributes["xmlurl"])
    if not address:
        return None
    channel = channel_page(address)
    tags = [tag.strip().strip("/") for tag in attributes.get("category", "").split(",")]
    labels = dict(tag.split("/", 1) for tag in tags if "/" in tag)
    stance = labels.get("stance", "")
    name = attributes.get("text") or attributes.get("title") or address
    return Source(
        id=0,
        kind=SourceKind.CHANNEL if channel else SourceKind.FEED,
        name=name,
        address=channel or address,
        enabled=attributes.get("enabled", "") != "false",
        outlet=attributes.get("title", "") or " / ".join(filter(None, folders)),
        country=labels.get("country", "")[:2].upper(),
        language=attributes.get("language", "")[:35],
        stance=stance if stance in STANCES else "",
    )
