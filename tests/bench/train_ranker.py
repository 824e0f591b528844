"""Learns ``bot/search/ranker.json`` and prints what it reaches on questions it has not seen.

    python -m tests.bench.train_ranker --newsqa DIR --retrieval DIR [--write] [--only NAME]
        [--kept FOLDER]

DIR holds ``paragraphs.jsonl.gz`` and ``questions.jsonl.gz``; our own questions
(``tests.bench.own``) are learned from as well. ``--kept`` names a folder in which everything that
was gathered for the questions is kept, so that learning can be repeated without asking again after
a change of the features; it must be emptied when reading, retrieval or the sets change.

Every figure printed comes from folds by question (by gold paragraph for the public sets, whose
questions share paragraphs): a question is only ever scored by a ranker that has seen neither it nor
its English or misspelt twin. ``--write`` then learns from everything and replaces the file.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import pickle
import tempfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import bot.search.ranker
from bot.search.features import FEATURE_NAMES
from tests.bench import newsqa_runs, retrieval
from tests.bench import own as own_set
from tests.bench.asked import Asked, read_lines
from tests.bench.learning import Array, Learned, Sample, calibrate, learn, stored

FOLDS = 6
HELD = 0.95  # of the answerable questions keep evidence of ½ or more
DENSE = frozenset({"dense", "dense_article", "dense_gap"})
_NOTHING = -12.0  # the score of a question without candidates


@dataclass(frozen=True, slots=True)
class Plan:
    """How one ranker is learned."""

    left_out: frozenset[str]  # features that it cannot see
    public: float  # weight of a question of the public sets beside one of the news
    english: float  # of those of them that are in English
    own: float  # of a question over our own sample reports
    evidence: tuple[str, ...]  # features that the evidence looks at once more

    def weight_of(self, kind: str) -> float:
        """Return what a question of a kind weighs beside one of the news."""
        if kind in retrieval.SETS:
            return self.english if kind == "xquad_en" else self.public
        return self.own if kind == "own" else 1.0


# Questions in English are few among the news, so the public ones count for more. What has no
# vectors yet is a new or small archive, so our own questions do; and by words alone a short
# question is sooner met by chance, so the evidence knows how much was asked.
PLANS = {
    "hybrid": Plan(frozenset(), public=0.4, english=1.2, own=1.0, evidence=()),
    "lexical": Plan(DENSE, public=0.1, english=0.1, own=2.0, evidence=("words",)),
}


def fold_of(asked: Asked) -> int:
    """Return the fold of a question, the same for its twins."""
    gold = asked.question["gold"]
    key = gold[0] if asked.kind in retrieval.SETS else asked.question["id"]
    return zlib.crc32(f"fold {key}".encode()) % FOLDS


def values_of(asked: Asked) -> Array:
    """Return the features of the candidates as rows."""
    rows = [one.judged.features.values() for one in asked.ranked]
    return np.array(rows, dtype=np.float64).reshape(len(rows), len(FEATURE_NAMES))


def sample_of(asked: Sequence[Asked], plan: Plan) -> Sample:
    """Return the candidates of questions as one sample."""
    asked = [one for one in asked if one.ranked]
    sizes = [len(one.ranked) for one in asked]
    weights = [plan.weight_of(one.kind) for one in asked]
    return Sample(
        np.vstack([values_of(one) for one in asked]),
        np.concatenate([np.array(one.gold, dtype=np.float64) for one in asked]),
        np.repeat(np.arange(len(asked)), sizes),
        np.repeat(weights, sizes),
    )


def by_folds(asked: Sequence[Asked], plan: Plan) -> list[Array]:
    """Return the scores of each question's candidates by a ranker that has not seen it."""
    folds = [fold_of(one) for one in asked]
    rankers = [
        learn(
            sample_of([o for o, f in zip(asked, folds, strict=True) if f != k], plan),
            FEATURE_NAMES,
            plan.left_out,
        )
        for k in range(FOLDS)
    ]
    return [rankers[f].scores(values_of(one)) for one, f in zip(asked, folds, strict=True)]


def tops_of(asked: Sequence[Asked], scores: Sequence[Array], names: Sequence[str]) -> Array:
    """Return score and evidence features of each question's best candidate."""
    places = [FEATURE_NAMES.index(name) for name in names]
    rows = []
    for one, own in zip(asked, scores, strict=True):
        best = int(np.argmax(own)) if len(own) else -1
        held = values_of(one)[best, places] if best >= 0 else np.zeros(len(places))
        rows.append([own[best] if best >= 0 else _NOTHING, *held])
    return np.array(rows)


def evidence_for(asked: Sequence[Asked], scores: Sequence[Array], plan: Plan) -> dict[str, float]:
    """Return the evidence function, learned from scores that come from folds.

    Calibrated on all questions of news, with the share ``HELD`` of those as of their day answered.
    """
    news = [(a, s) for a, s in zip(asked, scores, strict=True) if a.kind not in retrieval.SETS]
    answerable = np.array([float(a.question["answerable"]) for a, _ in news])
    tops = tops_of([a for a, _ in news], [s for _, s in news], plan.evidence)
    sure = answerable * np.array([float(a.kind == "now") for a, _ in news])
    weights, base = calibrate(tops, answerable, sure, HELD)
    return {
        "base": base,
        **dict(zip(("score", *plan.evidence), (float(weight) for weight in weights), strict=True)),
    }


def calibrated(asked: Asked, scores: Array, evidence: dict[str, float]) -> Array:
    """Return the log-odds of a question's candidates."""
    values = values_of(asked)
    total = evidence["base"] + evidence["score"] * scores
    for name in evidence.keys() - {"base", "score"}:
        total = total + evidence[name] * values[:, FEATURE_NAMES.index(name)]
    return np.asarray(total, dtype=np.float64)


def figures(
    asked: Sequence[Asked], scores: Sequence[Array], evidence: dict[str, float]
) -> dict[str, Any]:
    """Return what the scores reach, set by set."""
    found: dict[str, Any] = {}
    scores = [calibrated(a, s, evidence) for a, s in zip(asked, scores, strict=True)]
    logits = np.array([own.max() if len(own) else _NOTHING for own in scores])
    for kind in dict.fromkeys(one.kind for one in asked):
        own = [(a, s) for a, s in zip(asked, scores, strict=True) if a.kind == kind]
        golds = [
            [a.gold[i] for i in np.argsort(-s, kind="stable")] for a, s in own if a.question["gold"]
        ]
        if golds:
            found[kind] = retrieval.figures(golds)
    yes = logits[[a.kind == "now" and a.question["answerable"] for a in asked]]
    near = logits[[a.kind == "now" and not a.question["answerable"] for a in asked]]
    off = logits[[a.kind == "off" for a in asked]]
    wins = (yes[:, None] > near[None]).mean() + 0.5 * (yes[:, None] == near[None]).mean()
    found["auc"] = round(float(wins), 4)
    found["answered"] = round(float((yes >= 0).mean()), 4)
    found["near_miss_refused"] = round(float((near < 0).mean()), 4)
    found["off_topic_refused"] = round(float((off < 0).mean()), 4)
    return found


def write(rankers: dict[str, tuple[Learned, dict[str, float]]]) -> None:
    """Replace the named parts of ``ranker.json``, a line for each weight and each tree."""
    path = Path(str(bot.search.ranker.__file__)).with_name("ranker.json")
    parts = json.loads(path.read_text("utf-8"))
    parts |= {name: stored(learned, evidence) for name, (learned, evidence) in rankers.items()}
    lines = []
    for name, part in parts.items():
        trees = ",\n".join(json.dumps(tree) for tree in part.pop("trees"))
        body = json.dumps(part, indent=1)[1:-2]
        lines.append(f'"{name}": {{{body},\n "trees": [\n{trees}\n]}}')
    path.write_text("{" + ",\n".join(lines) + "}\n", "utf-8")


async def collect(newsqa: Path, public: Path, *, dense: bool) -> list[Asked]:
    """Ask everything by the production path; of the public questions, a part is used."""
    with tempfile.TemporaryDirectory() as folder:
        asked = await own_set.ask_all(Path(folder), dense=dense)
    with tempfile.TemporaryDirectory() as folder:
        sets = [read_lines(newsqa / f"{name}.jsonl.gz") for name in ("paragraphs", "questions")]
        asked += await newsqa_runs.ask_all(sets[0], sets[1], Path(folder), dense=dense)
    with tempfile.TemporaryDirectory() as folder:
        sets = [read_lines(public / f"{name}.jsonl.gz") for name in ("paragraphs", "questions")]
        questions = [q for q in retrieval.with_noise(sets[1]) if _is_used(q)]
        asked += await retrieval.ask_all(sets[0], questions, Path(folder), dense=dense)
    return asked


def keep(asked: Sequence[Asked], path: Path) -> None:
    """Write what was gathered for the questions, without what was made of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = []
    for one in asked:
        names = dict(zip((r.paragraph_id for r in one.ranked), one.names, strict=True))
        kept.append((one.question, one.kind, one.gathered, names))
    path.write_bytes(pickle.dumps(kept))


def again(path: Path) -> list[Asked]:
    """Rank anew what :func:`keep` wrote."""
    asked = []
    for question, kind, gathered, names in pickle.loads(path.read_bytes()):  # noqa: S301  # our own
        ranked = gathered.ranked()
        named = tuple(names[one.paragraph_id] for one in ranked)
        asked.append(Asked(question, kind, gathered.query, ranked, named, 0.0))
    return asked


def _is_used(question: dict[str, Any]) -> bool:
    """Thin out the public sets: they are many and of one kind."""
    part = zlib.crc32(f"part {question['set']} {question['id']}".encode()) % 12
    return part < {"mlqa": 4, "noisy": 1}.get(question["set"], 2)


def main(arguments: Sequence[str] | None = None) -> None:
    """Learn, print the figures from folds, and write the file with ``--write``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--newsqa", type=Path, required=True)
    parser.add_argument("--retrieval", type=Path, required=True)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--kept", type=Path, help="folder for what was gathered")
    parser.add_argument("--only", nargs="+", choices=list(PLANS), default=list(PLANS))
    given = parser.parse_args(arguments)
    rankers = {}
    for name in given.only:
        plan = PLANS[name]
        kept = given.kept and given.kept / f"{name}.pickle"
        if kept and kept.exists():
            asked = again(kept)
        else:
            asked = asyncio.run(collect(given.newsqa, given.retrieval, dense=name == "hybrid"))
            if kept:
                keep(asked, kept)
        scores = by_folds(asked, plan)
        evidence = evidence_for(asked, scores, plan)
        print(name, json.dumps(figures(asked, scores, evidence), indent=1), flush=True)
        if given.write:
            rankers[name] = (learn(sample_of(asked, plan), FEATURE_NAMES, plan.left_out), evidence)
    if given.write:
        write(rankers)


if __name__ == "__main__":
    main()
