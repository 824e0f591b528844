"""Which styles may overlap: what Telegram drops, joins and cuts so that entities nest properly.

Code stands alone except in a quote; links and dates never contain one another; equal styles that
touch become one. Telegram's own library also cuts nested styles into pieces on its wire; here a
style stays whole where nothing forces a cut, which looks the same to a reader.
"""

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

from bot.sandbox.entities.entity import Entity, in_order

STYLES = ("bold", "italic", "underline", "strikethrough", "spoiler")
_QUOTES = frozenset(("blockquote", "expandable_blockquote"))
_BARE = frozenset(("pre", "code", "date_time"))
"""Nothing may stand inside these."""
_SOLID = _BARE | {"text_link", "text_mention", "custom_emoji"}
"""These are kept whole or dropped, and never contain one another."""


def nest(entities: Iterable[Entity]) -> list[Entity]:
    """Return entities that nest properly and say the same as far as Telegram allows."""
    ordered = in_order(entity for entity in entities if entity.length > 0)
    quotes = _apart(e for e in ordered if e.type in _QUOTES)
    solid = [e for e in _apart(e for e in ordered if e.type in _SOLID) if _fits(e, quotes)]
    bare = [e for e in solid if e.type in _BARE]
    kept = in_order([*quotes, *solid])
    for style in STYLES:
        for piece in _without(_joined(e for e in ordered if e.type == style), bare):
            kept = in_order([*kept, *_cut(piece, kept)])
    return kept


def _overlap(one: Entity, other: Entity) -> bool:
    return one.offset < other.end and other.offset < one.end


def _apart(entities: Iterable[Entity]) -> list[Entity]:
    """Keep those that begin behind the end of the last one kept."""
    kept: list[Entity] = []
    for entity in entities:
        if not kept or entity.offset >= kept[-1].end:
            kept.append(entity)
    return kept


def _fits(entity: Entity, quotes: list[Entity]) -> bool:
    """Whether an entity lies wholly inside or wholly outside each quote."""
    return all(
        not _overlap(entity, quote) or (quote.offset <= entity.offset and entity.end <= quote.end)
        for quote in quotes
    )


def _joined(styles: Iterable[Entity]) -> list[Entity]:
    """Make one of equal styles that overlap or touch."""
    kept: list[Entity] = []
    for style in styles:
        if kept and style.offset <= kept[-1].end:
            end = max(kept[-1].end, style.end)
            kept[-1] = replace(kept[-1], length=end - kept[-1].offset)
        else:
            kept.append(style)
    return kept


def _without(styles: list[Entity], holes: list[Entity]) -> list[Entity]:
    """Take the stretches of ``holes`` out of ``styles``."""
    for hole in holes:
        styles = [
            replace(style, offset=begin, length=end - begin)
            for style in styles
            for begin, end in (
                (style.offset, min(style.end, hole.offset)),
                (max(style.offset, hole.end), style.end),
            )
            if begin < end
        ]
    return styles


def _cut(style: Entity, others: list[Entity]) -> list[Entity]:
    """Cut a style at the borders of those it crosses without containing or being contained."""
    borders = {style.offset, style.end}
    for other in others:
        if style.offset < other.offset < style.end < other.end:
            borders.add(other.offset)
        elif other.offset < style.offset < other.end < style.end:
            borders.add(other.end)
    marks = sorted(borders)
    return [replace(style, offset=begin, length=end - begin) for begin, end in pairwise(marks)]
