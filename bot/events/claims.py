"""Casualty claims of a paragraph: who says how many were killed, wounded, missing, displaced, held.

Rules over words, no model: figures (``figures``) are given to the words of happening
(``triggers``) that govern them, then to speaker, place and circumstances. Figures are listed as
printed, side by side, and never summed. What is not surely a claim is left out. Pure: the same text
gives the same claims, in linear time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.events.circumstances import (
    conflict_kinds,
    goes_home,
    let_go,
    marches,
    negation,
    scope_of,
)
from bot.events.dating import dates_new, dates_old, is_long_past
from bot.events.readings import Reading, readings_of
from bot.events.sentences import Sentence, sentences
from bot.events.speakers import attributions, last_speaker, speaker_of
from bot.events.whereabouts import COUNTRY, Mentions, dateline_end, nearest, spots
from bot.models import Claim, ClaimKind, ClaimQualifier
from bot.text.places import PlaceMention, find_places
from bot.text.tokens import Token, tokenize


def _span(sentence: Sentence, reading: Reading) -> tuple[int, int]:
    """Return the characters of a reading."""
    last = min(reading.last, len(sentence.tokens) - 1)
    return sentence.tokens[reading.first].start, sentence.tokens[last].end


def _claim(
    sentence: Sentence, reading: Reading, speaker: str, place: str, paragraph_id: int | None
) -> Claim | None:
    """Return the claim of a reading, None where it says that nothing is known."""
    figure = reading.figure
    low, high, qualifier = figure.minimum, figure.maximum, figure.qualifier
    denied = negation(sentence, min(reading.trigger, figure.first))
    if denied == "silent":
        return None
    if denied == "no" and ((low is None and high is None) or reading.uncounted):
        low = high = 0
        qualifier = ClaimQualifier.EXACT
    start, end = _span(sentence, reading)
    return Claim(
        paragraph_id=paragraph_id,
        kind=reading.kind,
        minimum=low,
        maximum=high,
        qualifier=qualifier,
        scope=scope_of(sentence, figure, reading.kind, reading.first),
        negated=bool(denied),
        speaker=speaker,
        place=place,
        start=start,
        end=end,
    )


def _out(
    sentence: Sentence, reading: Reading, conflict: frozenset[ClaimKind], year: int | None
) -> bool:
    """Tell whether a figure is no claim: long past, no conflict, or people going home."""
    if is_long_past(sentence, year, reading.first) or reading.kind not in conflict:
        return True
    if reading.kind is ClaimKind.DETAINED:
        held = reading.figure.kind is ClaimKind.DETAINED
        return held and let_go(sentence, reading.first, reading.last)
    if reading.kind is not ClaimKind.DISPLACED:
        return False
    return marches(sentence, reading.first) or goes_home(sentence, reading.first, reading.last)


def _distinct(claims: Iterable[tuple[int, Claim]]) -> tuple[Claim, ...]:
    """Return the claims of numbered sentences once each.

    A figure that a later sentence restates is listed once; twice in one sentence it counts two
    happenings. Victims without a number are listed only where none of their kind is counted.
    """
    listed: dict[tuple[object, ...], Claim] = {}
    first: dict[tuple[object, ...], int] = {}
    for at, claim in claims:
        key = (claim.kind, claim.minimum, claim.maximum, claim.qualifier, claim.speaker)
        again = key in first and first[key] == at and (claim.minimum or 0) > 1
        if key not in first or again:
            first[key] = at
            listed[(*key, claim.start)] = claim
    counted = {c.kind for c in listed.values() if c.minimum is not None and not c.negated}
    kept = [
        claim
        for claim in listed.values()
        if claim.minimum is not None or claim.maximum is not None or claim.kind not in counted
    ]
    return tuple(sorted(kept, key=lambda claim: claim.start))


def extract(
    text: str,
    *,
    year: int | None = None,
    paragraph_id: int | None = None,
    tokens: Sequence[Token] | None = None,
    named: list[PlaceMention] | None = None,
) -> tuple[Claim, ...]:
    """Return the claims of a paragraph in the order of the text.

    ``year`` is that of publication: with it, events dated two or more years earlier are left out.
    Spans are offsets in ``text``; speakers and places are pieces of it. ``tokens`` and ``named``
    are the text's own tokens and places, if at hand.
    """
    tokens = tokenize(text) if tokens is None else tokens
    conflict = conflict_kinds(token.word for token in tokens)
    if not conflict:
        return ()
    found = _of_now(sentences(text, tokens), conflict, year)
    if not any(kept for _, kept in found):
        return ()
    by_start = Mentions(find_places(text, tokens) if named is None else named)
    dateline = dateline_end(text)
    made: list[tuple[int, Claim]] = []
    earlier, earlier_place = "", ""
    for at, (sentence, kept) in enumerate(found):
        said = list(attributions(sentence))
        here = spots(sentence, by_start.within(sentence), dateline)
        for reading in kept:
            speaker = speaker_of(sentence, said, reading.first, earlier)
            place = nearest(sentence, here, reading.first, reading.last, speaker) or earlier_place
            claim = _claim(sentence, reading, speaker, place, paragraph_id)
            if claim is not None:
                made.append((at, claim))
        earlier = last_speaker(said, earlier)
        exact = [spot for spot in here if spot.blunt < COUNTRY]
        if exact:
            earlier_place = text[exact[-1].start : exact[-1].end]
    return _distinct(made)


def _of_now(
    each: Iterable[Sentence], conflict: frozenset[ClaimKind], year: int | None
) -> list[tuple[Sentence, list[Reading]]]:
    """Return sentences with the readings that are claims; what goes on a story of old has none."""
    found: list[tuple[Sentence, list[Reading]]] = []
    old = False
    for sentence in each:
        old = dates_old(sentence, year) or (old and not dates_new(sentence, year))
        found.append((sentence, [] if old else _kept(sentence, conflict, year)))
    return found


def _kept(sentence: Sentence, conflict: frozenset[ClaimKind], year: int | None) -> list[Reading]:
    """Return the readings of a sentence that are claims."""
    return [one for one in readings_of(sentence) if not _out(sentence, one, conflict, year)]
