"""Claims: figures with who said them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ClaimKind(StrEnum):
    """What a claim counts."""

    KILLED = "killed"
    WOUNDED = "wounded"
    MISSING = "missing"
    DISPLACED = "displaced"
    DETAINED = "detained"
    KILLED_OR_WOUNDED = "killed_or_wounded"  # one figure for both


class ClaimQualifier(StrEnum):
    """How firmly a figure is given."""

    EXACT = "exact"
    AT_LEAST = "at_least"
    MORE_THAN = "more_than"
    ABOUT = "about"
    VAGUE = "vague"  # «عشرات», or victims without any figure
    RANGE = "range"


class ClaimScope(StrEnum):
    """What a figure sums up."""

    INCIDENT = "incident"  # one event, its updates included
    RUNNING = "running"  # several events or days


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A figure with who says it and where, and the span of its paragraph that says so.

    An exact or approximate figure has equal bounds; "at least" only a minimum; "up to" only a
    maximum; a vague one the least that its word means («عشرات»: 20) or nothing. A negated claim is
    a denial and never a fact. ``speaker`` and ``place`` are as printed, empty when nobody is named.
    Claims are shown side by side and never summed.
    """

    paragraph_id: int | None = None
    kind: ClaimKind
    minimum: int | None
    maximum: int | None
    qualifier: ClaimQualifier
    scope: ClaimScope = ClaimScope.INCIDENT
    negated: bool = False
    speaker: str = ""
    place: str = ""
    start: int  # of the span in the paragraph, in characters
    end: int

    @property
    def value(self) -> int | None:
        """Return the one figure that is named, None for a range or a vague amount."""
        if self.qualifier in (ClaimQualifier.VAGUE, ClaimQualifier.RANGE):
            return None
        return self.minimum
