"""Casualty claims of a paragraph: who says how many were killed, wounded, missing, displaced, held.

Rules over words, no model: figures (``figures``) are given to the words of happening
(``triggers``) that govern them, then to speaker, place and circumstances. Figures are listed as
printed, side by side, and never summed. What is not surely a claim is left out. Pure: the same text
gives the same claims, in linear time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.events.circumstances import (
    conflict_kinds,
    goes_home,
    is_long_past,
    marches,
    negation,
    scope_of,
)
from bot.events.figures import FILE, PARTS, Figure, figures, is_person
from bot.events.sentences import Sentence, article, has, sentences, words_of
from bot.events.singles import single_figure, vague_victims
from bot.events.speakers import attributions, last_speaker, speaker_of
from bot.events.triggers import Trigger, after_kind, tally_kind, toll_kind, triggers
from bot.events.whereabouts import COUNTRY, Mentions, dateline_end, nearest, spots
from bot.models import Claim, ClaimKind, ClaimQualifier
from bot.text.places import PlaceMention, find_places
from bot.text.tokens import Token, tokenize

_NOUN_REACH, _VERB_REACH, _LOOSE_REACH = 3, 8, 2  # words between a happening and its figure
_AFTER_REACH, _TALLY_REACH, _JOINED_REACH = 8, 14, 7
_STOP = re.compile(r"[،,؛;:]")
_ASIDE = re.compile(r"[،,][^،,]{0,30}[،,]")  # «، الثلاثاء،»
_RISES = words_of(FILE, "rises")
_LEAVING = words_of(FILE, "leaving") | {""}
_MORE = words_of(FILE, "more")


@dataclass(frozen=True, slots=True)
class _Reading:
    """A figure with its kind and the tokens that say so."""

    figure: Figure
    kind: ClaimKind
    first: int
    last: int
    trigger: int  # token that negation is looked for before
    uncounted: bool = False  # no number is written
    follower: int = -1  # token behind the figure that says its kind


def _broken(sentence: Sentence, first: int, last: int) -> bool:
    """Tell whether a comma or colon stands between two tokens."""
    if last <= first:
        return False
    between = sentence.text[sentence.tokens[first].end : sentence.tokens[last].start]
    return bool(_STOP.search(_ASIDE.sub(" ", between)))


def _by_trigger(
    sentence: Sentence, figure: Figure, found: list[Trigger], done: list[_Reading]
) -> _Reading | None:
    """Return the figure read with the nearest happening before it."""
    trigger = next((t for t in reversed(found) if t.last < figure.first), None)
    if trigger is None or trigger.weak or any(one.follower == trigger.at for one in done):
        return None
    gap = figure.first - trigger.last - 1
    reach = _NOUN_REACH if trigger.noun else _VERB_REACH
    before = [one for one in done if one.trigger == trigger.at]
    if before:
        last = before[-1].figure
        near = figure.first - last.last <= _JOINED_REACH and not figure.loose
        joined = "و" in (sentence.word(figure.first - 1), sentence.word(figure.first)[:1])
        if not near or not joined or _broken(sentence, last.last, figure.first):
            return None
    elif figure.loose:
        around = {sentence.word(figure.last), sentence.word(figure.last + 1)}
        leaving = trigger.kind is not ClaimKind.DISPLACED or around & _LEAVING
        if gap > _LOOSE_REACH or not leaving:
            return None
    elif gap > reach:
        return None
    if not before and _broken(sentence, trigger.last, figure.first):
        return None
    return _Reading(figure, trigger.kind, figure.first if before else trigger.at, figure.last,
                    trigger.at)  # fmt: skip


def _by_follower(sentence: Sentence, figure: Figure) -> _Reading | None:
    """Return the figure read with what follows it: «3 آخرين أصيبوا», «17 عنصرا … مصرعهم»."""
    if figure.loose and sentence.word(figure.last) in ("منهم", "منهن"):
        return None
    for at in range(figure.last + 1, min(figure.last + _AFTER_REACH + 1, len(sentence.tokens))):
        apart = _broken(sentence, at - 1, at) and not has(sentence.word(at), PARTS)
        if apart and at > figure.last + 1:
            return None
        said = after_kind(sentence.word(at))
        if said is not None:
            if not said[1] and _of_another(sentence, figure.last + 2, at):
                return None
            return _Reading(figure, said[0], figure.first, at, figure.first, follower=at)
        if sentence.word(at).startswith("و") and after_kind(sentence.word(at)[1:]):
            return None
    return None


def _of_another(sentence: Sentence, first: int, at: int) -> bool:
    """Tell whether a singular verb at ``at`` is of one person before it, not of the figure."""
    if sentence.word(at).endswith(("وا", "ا", "هم")):
        return False
    between = [sentence.word(step) for step in range(first, at)]
    return any(
        (is_person(word) or is_person(word.removesuffix("ه"))) and not article(word)
        for word in between
    )


def _by_tally(sentence: Sentence, figure: Figure) -> _Reading | None:
    """Return the figure read with «عدد القتلى … إلى» before it."""
    for at in range(figure.first - 1, max(-1, figure.first - _TALLY_REACH), -1):
        kind = tally_kind(sentence, at) or toll_kind(sentence, at)
        if kind is None:
            continue
        if "بين" in (sentence.word(at - 1), sentence.word(at - 2)):
            return None  # «من بين المصابين 16 طفلاً»: a part
        between = {sentence.word(step) for step in range(at + 1, figure.first)}
        if between & {"ان", "بان", "انه"}:
            return None
        glued = sentence.word(figure.first)[:1] == "ب"
        direct = figure.first - at <= 2 and not _broken(sentence, at, figure.first)
        rises = {sentence.word(step) for step in range(max(0, at - 3), figure.first)} & _RISES
        if rises or glued or direct or "بما" in between:
            return _Reading(figure, kind, at, figure.last, at)
        return None
    for at in range(figure.last + 1, figure.last + 4):
        kind = tally_kind(sentence, at)
        if kind is not None and sentence.word(figure.first - 1) == "الي":
            return _Reading(figure, kind, figure.first, at, figure.first)
    return None


def _read(
    sentence: Sentence, figure: Figure, found: list[Trigger], done: list[_Reading]
) -> _Reading | None:
    """Return what a figure counts, None where nothing says so."""
    if figure.part or sentence.word(figure.first - 1) in _MORE:
        return None
    if figure.kind is not None:
        return _Reading(figure, figure.kind, figure.first, figure.last, figure.first)
    after = _by_follower(sentence, figure)
    before = _by_trigger(sentence, figure, found, done)
    if before is not None and not (after and any(r.trigger == before.trigger for r in done)):
        return before
    return after or _by_tally(sentence, figure)


def _readings(sentence: Sentence) -> list[_Reading]:
    """Return every figure of a sentence with its kind, the ones without a number last."""
    found = triggers(sentence)
    done: list[_Reading] = []
    for figure in figures(sentence):
        reading = _read(sentence, figure, found, done)
        if reading is not None:
            done.append(reading)
    used = {one.trigger for one in done}
    taken = {at for one in done for at in range(one.first, one.last + 1)}
    for trigger in found:
        if trigger.at in used or trigger.at in taken:
            continue
        single = single_figure(sentence, trigger)
        if single is not None and not taken & set(range(single.first, single.last + 1)):
            first, last = min(trigger.at, single.first), max(trigger.last, single.last)
            done.append(_Reading(single, trigger.kind, first, last, trigger.at, uncounted=True))
            taken |= set(range(first, last + 1))
    done.extend(
        _Reading(figure, figure.kind, figure.first, figure.last, figure.first)
        for figure in vague_victims(sentence, taken)
        if figure.kind is not None
    )
    return done


def _span(sentence: Sentence, reading: _Reading) -> tuple[int, int]:
    """Return the characters of a reading."""
    last = min(reading.last, len(sentence.tokens) - 1)
    return sentence.tokens[reading.first].start, sentence.tokens[last].end


def _claim(
    sentence: Sentence, reading: _Reading, speaker: str, place: str, paragraph_id: int | None
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
    sentence: Sentence, reading: _Reading, conflict: frozenset[ClaimKind], year: int | None
) -> bool:
    """Tell whether a figure is no claim: long past, no conflict, or people going home."""
    if is_long_past(sentence, year, reading.first) or reading.kind not in conflict:
        return True
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
    found = [(one, _kept(one, conflict, year)) for one in sentences(text, tokens)]
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


def _kept(sentence: Sentence, conflict: frozenset[ClaimKind], year: int | None) -> list[_Reading]:
    """Return the readings of a sentence that are claims."""
    return [one for one in _readings(sentence) if not _out(sentence, one, conflict, year)]
