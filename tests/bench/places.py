"""How well names of places are found, on sentences of our own (``tests/bench/places.txt``).

    python -m tests.bench.places [--json OUT]

A place found is right when it overlaps a marked one, a marked one is found when something overlaps
it. Deterministic. The sentences were written to be found by readers of news, not by the rules; what
is wrong is printed.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path

from bot.text.places import find_places

SEED = 0  # nothing here is random
SENTENCES = Path(__file__).with_name("places.txt")
_MARKED = re.compile(r"\[([^\]]+)\]")
Span = tuple[int, int]


def read(path: Path = SENTENCES) -> list[tuple[str, list[Span]]]:
    """Return each sentence with the characters of its places."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        spans: list[Span] = []
        for at, mark in enumerate(_MARKED.finditer(line)):
            start = mark.start() - 2 * at
            spans.append((start, start + len(mark.group(1))))
        found.append((_MARKED.sub(r"\1", line), spans))
    return found


def overlap(a: Span, b: Span) -> bool:
    """Tell whether two spans have a character in common."""
    return a[0] < b[1] and b[0] < a[1]


def figures(items: list[tuple[str, list[Span]]]) -> dict[str, float]:
    """Return precision and recall over all sentences; prints what is wrong."""
    right = ours = gold = found = 0
    for text, marked in items:
        named = [(one.start, one.end) for one in find_places(text)]
        false = [span for span in named if not any(overlap(span, one) for one in marked)]
        missed = [span for span in marked if not any(overlap(span, one) for one in named)]
        ours, right = ours + len(named), right + len(named) - len(false)
        gold, found = gold + len(marked), found + len(marked) - len(missed)
        for kind, spans in (("false", false), ("missed", missed)):
            for start, end in spans:
                print(f"  {kind}: {text[start:end]} · {text}")
    return {
        "precision": round(right / max(ours, 1), 4),
        "recall": round(found / max(gold, 1), 4),
        "sentences": len(items),
        "places": gold,
    }


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    result = figures(read())
    print(f"places · seed {SEED} · " + "  ".join(f"{k} {v}" for k, v in result.items()))
    if given.json:
        given.json.write_text(json.dumps(result, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
