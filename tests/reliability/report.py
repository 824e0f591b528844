"""What a reliability test reports: figures, the harm it really did, and the promises it held."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Figures = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The outcome of one test; it passes when every promise held and the harm was done."""

    figures: Figures
    harm: Figures
    promises: dict[str, bool]

    @property
    def passed(self) -> bool:
        """Whether every promise held."""
        return all(self.promises.values())

    @property
    def broken(self) -> list[str]:
        """The promises that did not hold."""
        return [promise for promise, held in self.promises.items() if not held]

    def as_json(self) -> Figures:
        """Return the report as the benchmark table describes it."""
        return {
            "passed": self.passed,
            "figures": self.figures,
            "harm": self.harm,
            "broken": self.broken,
        }


def p95(values: list[float]) -> float:
    """Return the value that 95 of 100 do not exceed, infinity for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))] if ordered else float("inf")
