"""Claims of labelled paragraphs, through the production path.

    python -m tests.bench.claims --gold FILE [--half odd|even] [--json OUT]

A predicted claim matches a gold one of the same paragraph when kind and value agree (or minimum
and maximum, where there is no value). Qualifier, scope, speaker and place are judged on matched
claims; speaker and place by a word in common: precision over the named, recall over the gold ones.
``--half`` keeps the paragraphs whose id ends in an odd or even number.
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.events.claims import extract
from bot.models import Claim
from bot.text.tokens import tokenize

SEED = 0  # nothing here is random
Pair = tuple[Claim, dict[str, Any]]


@dataclass(slots=True)
class Tally:
    """Matched pairs and what was left over."""

    pairs: list[Pair] = field(default_factory=list)
    predicted: int = 0
    gold: int = 0
    negated_alone: int = 0  # negated predictions without a gold one
    negated_missed: int = 0

    def add(self, other: Tally) -> None:
        """Add the counts of another paragraph."""
        self.pairs.extend(other.pairs)
        self.predicted += other.predicted
        self.gold += other.gold
        self.negated_alone += other.negated_alone
        self.negated_missed += other.negated_missed


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a JSON-lines file, gzipped or not."""
    given = path.read_bytes()
    text = gzip.decompress(given) if path.suffix == ".gz" else given
    return [json.loads(line) for line in text.decode("utf-8").split("\n") if line.strip()]


def agrees(claim: Claim, gold: dict[str, Any]) -> bool:
    """Tell whether kind and value, or both bounds, agree."""
    if claim.kind != gold["kind"]:
        return False
    if gold["value"] is not None or claim.value is not None:
        return bool(claim.value == gold["value"])
    return (claim.minimum, claim.maximum) == (gold["min"], gold["max"])


def overlaps(found: str, gold: str | None) -> bool:
    """Tell whether two names have a word in common, the article and clitics left out."""
    if not found or not gold:
        return False
    a, b = ({token.word for token in tokenize(text)} for text in (found, gold))
    return bool(a & b) or found in gold or gold in found


def judge(item: dict[str, Any]) -> Tally:
    """Return the tally of one paragraph."""
    year = datetime.fromisoformat(item["published"]).year if item.get("published") else None
    left = list(extract(item["text"], year=year))
    tally = Tally(predicted=len(left), gold=len(item["claims"]))
    for gold in item["claims"]:
        same = [claim for claim in left if agrees(claim, gold)]
        same.sort(key=lambda claim: not overlaps(claim.speaker, gold["speaker"]))
        if same:
            left.remove(same[0])
            tally.pairs.append((same[0], gold))
        else:
            tally.negated_missed += bool(gold["negated"])
    tally.negated_alone = sum(claim.negated for claim in left)
    return tally


def ratio(part: int, whole: int) -> float:
    """Return a fraction, 0 of nothing."""
    return round(part / whole, 4) if whole else 0.0


def prf(tally: Tally) -> dict[str, float]:
    """Return precision, recall and F1 of (kind, value)."""
    matched = len(tally.pairs)
    return {
        "precision": ratio(matched, tally.predicted),
        "recall": ratio(matched, tally.gold),
        "f1": ratio(2 * matched, tally.predicted + tally.gold),
    }


def named(pairs: Sequence[Pair], name: str) -> dict[str, float]:
    """Return precision and recall of speaker or place over matched claims."""
    right = sum(overlaps(getattr(claim, name), gold[name]) for claim, gold in pairs)
    return {
        "precision": ratio(right, sum(bool(getattr(claim, name)) for claim, _ in pairs)),
        "recall": ratio(right, sum(bool(gold[name]) for _, gold in pairs)),
    }


def figures(items: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return every figure of the benchmark."""
    whole, buckets = Tally(), defaultdict[str, Tally](Tally)
    began = time.perf_counter()
    for item in items:
        tally = judge(item)
        whole.add(tally)
        buckets[item["bucket"]].add(tally)
    seconds = time.perf_counter() - began
    pairs = whole.pairs
    denied = sum(claim.negated and bool(gold["negated"]) for claim, gold in pairs)
    said = sum(claim.negated for claim, _ in pairs) + whole.negated_alone
    gold_denied = sum(bool(gold["negated"]) for _, gold in pairs) + whole.negated_missed
    return {
        "kind_value": prf(whole),
        "qualifier": {
            "accuracy": ratio(sum(c.qualifier == g["qualifier"] for c, g in pairs), len(pairs))
        },
        "scope": {"accuracy": ratio(sum(c.scope == g["scope"] for c, g in pairs), len(pairs))},
        "negated": {"precision": ratio(denied, said), "recall": ratio(denied, gold_denied)},
        "speaker": named(pairs, "speaker"),
        "place": named(pairs, "place"),
        "by_bucket": {
            name: prf(tally) | {"gold": tally.gold} for name, tally in sorted(buckets.items())
        },
        "n": len(items),
        "ms_per_paragraph": round(1000 * seconds / max(len(items), 1), 3),
    }


def show(result: dict[str, Any]) -> None:
    """Print the figures for people."""
    print(f"claims · {result['n']} paragraphs · seed {SEED} · {result['ms_per_paragraph']} ms each")
    for name in ("kind_value", "qualifier", "scope", "negated", "speaker", "place"):
        parts = "  ".join(f"{key} {value:.3f}" for key, value in result[name].items())
        print(f"  {name:<12}{parts}")
    for name, row in result["by_bucket"].items():
        print(f"    {name:<10} P {row['precision']:.2f}  R {row['recall']:.2f}  n {row['gold']}")


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gold", type=Path, required=True)
    parser.add_argument("--half", choices=("odd", "even"))
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    items = read_lines(given.gold)
    if given.half:
        rest = int(given.half == "odd")
        items = [item for item in items if int(item["id"][2:]) % 2 == rest]
    result = figures(items)
    show(result)
    if given.json:
        given.json.write_text(json.dumps(result, ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
