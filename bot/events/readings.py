"""Which figure belongs to which happening: the readings of one sentence.

A figure is read with the noun it counts («12 قتيلاً»), with a happening before it («مقتل 3»), with
what follows it («3 آخرين أصيبوا», «عشرات الآلاف جرى تشريدهم») or with a tally («عدد القتلى … إلى»).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from bot.events.figures import FILE, PARTS, Figure, figures, is_person, pair_at
from bot.events.sentences import Sentence, article, has, has_noun, words_of
from bot.events.singles import exactly, single_figure, vague_victims
from bot.events.triggers import (
    WHO,
    Trigger,
    after_kind,
    counted_kind,
    passive_kind,
    tally_kind,
    toll_kind,
    triggers,
)
from bot.models import ClaimKind, ClaimQualifier

_NOUN_REACH, _VERB_REACH, _LOOSE_REACH = 3, 8, 2  # words between a happening and its figure
_AFTER_REACH, _FAR_REACH, _TALLY_REACH, _JOINED_REACH = 8, 22, 14, 7
_NAME_REACH = 6  # words of one victim before «و3 آخرين»
_BEHIND_REACH = 7  # words between a number and «عدد القتلى» behind it
_STOP = re.compile(r"[،,؛;:]")
_ASIDE = re.compile(r"[،,][^،,]{0,30}[،,]")  # «، الثلاثاء،»
_RISES = words_of(FILE, "rises")
_LEAVING = words_of(FILE, "leaving") | {""}
_MORE = words_of(FILE, "more")
_OTHER_CLAUSE = words_of(FILE, "other_clause")
_DIRECT = words_of(FILE, "direct")  # weak verbs that kill whom they are followed by


_STANDING = frozenset([ClaimKind.DISPLACED, ClaimKind.DETAINED])
_LOSE = words_of(FILE, "lose") | words_of(FILE, "contact")
_LOST_THINGS, _LIVES_LOST = words_of(FILE, "lost_things"), words_of(FILE, "lives_lost")
_TO_FLEE = frozenset(["الفرار", "النزوح", "اللجو"])
_AGAINST, _BEYOND = words_of(FILE, "against"), words_of(FILE, "beyond")
_LOSS_REACH = 6
_FAR_TALLY = 22  # words between «عدد القتلى» and «إلى» right before a figure


@dataclass(frozen=True, slots=True)
class Reading:
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
    sentence: Sentence, figure: Figure, found: list[Trigger], done: list[Reading]
) -> Reading | None:
    """Return the figure read with the nearest happening before it."""
    trigger = next((t for t in reversed(found) if t.last < figure.first), None)
    if trigger is None or any(one.follower == trigger.at for one in done):
        return None
    gap = figure.first - trigger.last - 1
    if trigger.weak and not _kills_directly(sentence, trigger, figure, gap):
        return None
    reach = _NOUN_REACH if trigger.noun else _VERB_REACH
    before = [one for one in done if one.trigger == trigger.at]
    if before:
        last = before[-1].figure
        near = figure.first - last.last <= _JOINED_REACH and not figure.loose
        joined = "و" in (sentence.word(figure.first - 1), sentence.word(figure.first)[:1])
        against = sentence.word(figure.first - 1) in _AGAINST
        if not ((near and joined) or against):
            return None
        if not against and _broken(sentence, last.last, figure.first):
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
    return Reading(figure, trigger.kind, figure.first if before else trigger.at, figure.last,
                    trigger.at)  # fmt: skip


def _kills_directly(sentence: Sentence, trigger: Trigger, figure: Figure, gap: int) -> bool:
    """Tell whether a weak verb kills whom it stands before: «قضى 27 شخصاً», «فقد 30 من جنوده»."""
    word = sentence.word(trigger.at)
    if figure.loose or not has(word, _DIRECT):
        return False
    return not gap or (has_noun(word, _LOSE) and gap <= _NOUN_REACH and _of_own(sentence, figure))


def _of_own(sentence: Sentence, figure: Figure) -> bool:
    """Tell whether a figure counts some of one's own: «30 من جنوده»."""
    own = sentence.word(figure.last).endswith(("ه", "ها", "هم"))
    return own and sentence.word(figure.last - 1) == "من"


def _by_follower(sentence: Sentence, figure: Figure) -> Reading | None:
    """Return the figure read with what follows it: «3 آخرين أصيبوا», «17 عنصرا … مصرعهم»."""
    if figure.loose and sentence.word(figure.last) in ("منهم", "منهن"):
        return None
    found = _near_follower(sentence, figure) or _far_follower(sentence, figure)
    if found is None:
        return None
    at, kind = found
    return Reading(figure, kind, figure.first, at, figure.first, follower=at)


def _near_follower(sentence: Sentence, figure: Figure) -> tuple[int, ClaimKind] | None:
    """Return the word within the clause of a figure that says its kind."""
    for at in range(figure.last + 1, min(figure.last + _AFTER_REACH + 1, len(sentence.tokens))):
        word = sentence.word(at)
        apart = _broken(sentence, at - 1, at) and not has(word, PARTS)
        directly = after_kind(word) is not None or passive_kind(sentence, at) is not None
        if (
            word in _OTHER_CLAUSE
            or word in WHO
            or (apart and (at > figure.last + 1 or not directly))
        ):
            return None
        done = passive_kind(sentence, at)
        if done is not None:
            return at, done
        said = after_kind(word)
        if word in _TO_FLEE and sentence.word(at - 1) not in ("الي", "علي", "في"):
            said = None  # «طالبي اللجوء»
        if said is not None:
            if not said[1] and _of_another(sentence, figure.last + 2, at):
                return None
            return at, said[0]
        if word.startswith("و") and after_kind(word[1:]):
            return None
    return None


def _far_follower(sentence: Sentence, figure: Figure) -> tuple[int, ClaimKind] | None:
    """Return the plural verb behind an aside: «6 من حراس القرية، وهم …، قتلوا»."""
    if figure.loose:
        return None
    for at in range(figure.last + 1, min(figure.last + _FAR_REACH + 1, len(sentence.tokens))):
        word = sentence.word(at)
        if sentence.tokens[at].number or word in _OTHER_CLAUSE:
            return None
        said = after_kind(word)
        if said is not None and word.endswith("وا"):
            closed = bool(_STOP.search(sentence.gap(at - 1)))
            return (at, said[0]) if closed and sentence.word(at - 1) not in WHO else None
        if word.startswith("و") and after_kind(word[1:]):
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


def _by_tally(sentence: Sentence, figure: Figure) -> Reading | None:
    """Return the figure read with «عدد القتلى … إلى» before it."""
    reach = _FAR_TALLY if sentence.word(figure.first - 1) == "الي" else _TALLY_REACH
    for at in range(figure.first - 1, max(-1, figure.first - reach), -1):
        kind = tally_kind(sentence, at) or toll_kind(sentence, at) or counted_kind(sentence, at)
        if kind is None:
            continue
        if pair_at(sentence, at - 1):
            kind = ClaimKind.KILLED_OR_WOUNDED  # «عدد القتلى والجرحى»
        if "بين" in (sentence.word(at - 1), sentence.word(at - 2)):
            return None  # «من بين المصابين 16 طفلاً»: a part
        between = {sentence.word(step) for step in range(at + 1, figure.first)}
        if between & {"ان", "بان", "انه"}:
            return None
        glued = sentence.word(figure.first)[:1] == "ب"
        direct = figure.first - at <= 2 and not _broken(sentence, at, figure.first)
        rises = any(has(sentence.word(i), _RISES) for i in range(max(0, at - 3), figure.first))
        if rises or glued or direct or "بما" in between:
            beyond = any(has(sentence.word(i), _BEYOND) for i in range(max(0, at - 3), at))
            counted = replace(figure, qualifier=ClaimQualifier.MORE_THAN, maximum=None)
            more = beyond and figure.qualifier is ClaimQualifier.EXACT
            return Reading(counted if more else figure, kind, at, figure.last, at)
        return None
    for at in range(figure.last + 1, figure.last + _BEHIND_REACH):
        kind = tally_kind(sentence, at) or counted_kind(sentence, at)
        if kind is not None and sentence.word(figure.first - 1) == "الي":
            return Reading(figure, kind, figure.first, at, figure.first)
    return None


def _read(
    sentence: Sentence, figure: Figure, found: list[Trigger], done: list[Reading]
) -> Reading | None:
    """Return what a figure counts, None where nothing says so."""
    if figure.part or sentence.word(figure.first - 1) in _MORE:
        return None
    after = _by_follower(sentence, figure)
    before = _by_trigger(sentence, figure, found, done)
    if figure.kind in _STANDING and (harmed := _done_to(before, after, done)):
        return harmed
    if figure.kind is not None:
        return Reading(figure, figure.kind, figure.first, figure.last, figure.first)
    if before is not None and before.kind is ClaimKind.MISSING:
        before = _lost(sentence, before)
    if before is not None and not (after and any(r.trigger == before.trigger for r in done)):
        return before
    return after or _by_tally(sentence, figure)


def _done_to(before: Reading | None, after: Reading | None, done: list[Reading]) -> Reading | None:
    """Return what happened to displaced or held people («مقتل 20 نازحاً»), None where nothing."""
    joined = before is not None and any(one.trigger == before.trigger for one in done)
    for one in (None if joined else before, after):
        if one is not None and one.kind not in (ClaimKind.DISPLACED, one.figure.kind):
            return one
    return None


def _lost(sentence: Sentence, reading: Reading) -> Reading | None:
    """Return who is lost, none where something else is: «فقدان 300 طفل حقهم في التعليم»."""
    if not has_noun(sentence.word(reading.trigger), _LOSE):
        return reading
    behind = [sentence.word(reading.last + step) for step in range(1, _LOSS_REACH)]
    if any(word in _LOST_THINGS for word in behind):
        return None
    lives = any(word in _LIVES_LOST for word in behind)
    killed = lives or _of_own(sentence, reading.figure)
    return replace(reading, kind=ClaimKind.KILLED) if killed else reading


def _companion(sentence: Sentence, trigger: Trigger, done: list[Reading]) -> list[Reading]:
    """Return the one victim whom «و» joins to a figure: «مقتل ضابط و3 جنود»."""
    counted = next(one for one in done if one.trigger == trigger.at)
    first = counted.figure.first
    joined = sentence.word(first - 1) == "و" or sentence.word(first).startswith("و")
    before = first - (sentence.word(first - 1) == "و")
    if not joined or _broken(sentence, trigger.last, before - 1):
        return []
    single = None if trigger.weak else single_figure(sentence, trigger)
    if single is None or single.minimum not in (1, 2) or not trigger.last < single.first < before:
        return []
    return [Reading(single, counted.kind, trigger.at, single.last, trigger.at, uncounted=True)]


def _same_figure(
    sentence: Sentence, trigger: Trigger, found: list[Trigger], done: list[Reading]
) -> list[Reading]:
    """Return the figure of a happening for the one joined before it: «قتل وأسر عشرات»."""
    first = next((one for one in found if one.last == trigger.at - 1), None)
    if first is None or first.kind is trigger.kind or first.noun != trigger.noun:
        return []
    plural = sentence.word(first.at).endswith(("وا", "ا"))
    if plural or not sentence.word(trigger.at).startswith("و"):
        return []
    figure = next(one.figure for one in done if one.trigger == trigger.at)
    return [Reading(figure, first.kind, first.at, figure.last, first.at)]


def _first_of(sentence: Sentence, reading: Reading) -> list[Reading]:
    """Return the one victim joined before a figure that its verb follows: «الشاب و3 أصيبوا»."""
    first = reading.figure.first
    apart = sentence.word(first - 1) == "و"
    if reading.follower < 0 or not (apart or sentence.word(first).startswith("و")):
        return []
    for at in range(first - 1 - apart, max(-1, first - _NAME_REACH), -1):
        if _STOP.search(sentence.gap(at)) or sentence.tokens[at].number:
            return []
        word = sentence.word(at)
        if is_person(word) and not word.startswith("و"):
            before = is_person(sentence.word(at - 1))
            single = exactly(1, at - before, at)
            return [Reading(single, reading.kind, single.first, at, first, uncounted=True)]
    return []


def readings_of(sentence: Sentence) -> list[Reading]:
    """Return every figure of a sentence with its kind, the ones without a number last."""
    found = triggers(sentence)
    done: list[Reading] = []
    for figure in figures(sentence):
        reading = _read(sentence, figure, found, done)
        if reading is not None:
            done.extend(_first_of(sentence, reading))
            done.append(reading)
    used = {one.trigger for one in done}
    taken = {at for one in done for at in range(one.first, one.last + 1)}
    for trigger in found:
        if trigger.at in used:
            done.extend(_companion(sentence, trigger, done))
            done.extend(_same_figure(sentence, trigger, found, done))
            continue
        if trigger.at in taken:
            continue
        single = single_figure(sentence, trigger)
        if single is not None and not taken & set(range(single.first, single.last + 1)):
            first, last = min(trigger.at, single.first), max(trigger.last, single.last)
            done.append(Reading(single, trigger.kind, first, last, trigger.at, uncounted=True))
            taken |= set(range(first, last + 1))
    done.extend(
        Reading(figure, figure.kind, figure.first, figure.last, figure.first)
        for figure in vague_victims(sentence, taken)
        if figure.kind is not None
    )
    return done
