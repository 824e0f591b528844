"""Figures and changes of events as lines: who says how many, side by side, and what moved.

Pure. A figure is written as its speaker gave it (at least, about, between), never rounded, summed
or averaged, and leads to the report whose sentence says it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.delivery.fragments import Fragment, join, link, text
from bot.delivery.page import Page
from bot.models import (
    Article,
    Claim,
    ClaimKind,
    ClaimQualifier,
    ClaimScope,
    EventChange,
    EventChangeKind,
    Figure,
)
from bot.text.languages import Texts
from bot.text.markup import isolate, one_line, shorten
from bot.text.places import places

_WHO_UNITS = 60
_MOST_CHANGES = 3
_QUALIFIED = {
    ClaimQualifier.AT_LEAST: "figure.at_least",
    ClaimQualifier.MORE_THAN: "figure.more_than",
    ClaimQualifier.ABOUT: "figure.about",
}


def amount(claim: Claim, say: Texts) -> str:
    """Return a figure in words and digits; empty for a vague one without a number."""
    low, high = claim.minimum, claim.maximum
    if claim.qualifier is ClaimQualifier.VAGUE or (low is None and high is None):
        return ""
    if claim.qualifier in _QUALIFIED and low is not None:
        return say(_QUALIFIED[claim.qualifier], n=low)
    if low is None:
        return say("figure.up_to", n=high)
    if high is not None and high != low:
        return say("figure.range", low=low, high=high)
    return say.digits(str(low))


def stated(claim: Claim, say: Texts) -> str:
    """Return a figure, or the denial of one, as it is shown."""
    number = amount(claim, say)
    if not claim.negated:
        return number
    counted = number and (claim.minimum or claim.maximum)  # «لم تسجل إصابات» denies any at all
    return say("figure.denied", amount=number) if counted else say("figure.denied_any")


def label(kind: ClaimKind, scope: ClaimScope, say: Texts) -> str:
    """Return what a figure counts."""
    name = say(f"figure.{kind.value}")
    return say("figure.running", label=name) if scope is ClaimScope.RUNNING else name


def who(figure: Figure) -> str:
    """Return who gives a figure: the speaker as printed, else the outlet."""
    return shorten(one_line(figure.claim.speaker or figure.outlet), _WHO_UNITS)


def figure_lines(
    figures: Sequence[Figure],
    cited: Sequence[Article],
    page: Page,
    now: datetime | None = None,
) -> Fragment:
    """Return a line for each kind: «القتلى: 12 (الدفاع المدني، 13:05) · 17 (رويترز، 16:40)».

    Times of the day of ``now`` are without their date.
    """
    addresses = {article.id: article.url for article in cited}
    lines = []
    for kind, scope in dict.fromkeys((one.kind, one.claim.scope) for one in figures):
        same = [one for one in figures if (one.kind, one.claim.scope) == (kind, scope)]
        shown = [_figure(one, addresses.get(one.article_id, ""), page, now) for one in same]
        heading = text(label(kind, scope, page.texts) + ": ")
        lines.append(page.line(heading, join(" · ", shown)))
    return join("\n", lines)


def _figure(figure: Figure, address: str, page: Page, now: datetime | None) -> Fragment:
    said = page.texts("figure.source", who=who(figure), at=page.when(figure.at, now))
    return link(stated(figure.claim, page.texts), address) + text(said)


def change_line(changes: Sequence[EventChange], page: Page) -> Fragment:
    """Return what changed about an event that was shown, the weightiest first; empty if new."""
    said = [text(words) for change in changes if (words := _change(change, page.texts))]
    if not said:
        return Fragment()
    shown = join(" · ", said[:_MOST_CHANGES])
    return page.line(text(page.texts("digest.changed") + " "), shown)


def _change(change: EventChange, say: Texts) -> str:
    before, after = change.before, change.after
    if change.kind is EventChangeKind.NEW_EVENT:
        return ""
    if change.kind is EventChangeKind.OUTLET:
        return say("change.outlet", name=change.value)
    if change.kind is EventChangeKind.PLACE:
        named = places().get(change.value)
        return say("change.place", name=named.name if named else change.value)
    if after is not None:
        key = "change.figure"
        if before is not None and before.claim.negated == after.claim.negated:
            corrected = change.kind is EventChangeKind.CORRECTION
            key = "change.corrected" if corrected else "change.moved"
        was = {"before": _plainly(before, say)} if before and key != "change.figure" else {}
        return say(
            key, label=_counted(after, say), after=_plainly(after, say), who=who(after), **was
        )
    if before is not None:
        counted = _counted(before, say)
        return say("change.withdrawn", label=counted, before=_plainly(before, say), who=who(before))
    return say("change.report")


def _counted(figure: Figure, say: Texts) -> str:
    return label(figure.kind, figure.claim.scope, say)


def _plainly(figure: Figure, say: Texts) -> str:
    """Return a figure without direction marks of its own: it stands inside a line that has them."""
    return stated(figure.claim, say) or isolate("…")
