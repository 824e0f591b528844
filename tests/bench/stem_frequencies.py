"""Counts in how many articles each stem occurs: ``bot/text/data/stem_frequencies.tsv``.

    python -m tests.bench.stem_frequencies --articles FILE [--write]

Headline, summary and first three paragraphs of every article; where a first letter may be a clitic,
both readings are counted. Only counts are kept, no text.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import bot.text.lexicon
from bot.text.analysis import terms
from tests.bench.claims import read_lines

LEAST = 6  # articles that hold a stem; rarer ones are all as rare
_LEAD = 3  # paragraphs
_HEAD = "# In how many of * articles (March, June, July 2018, five outlets) a light stem occurs."


def frequencies(articles: Iterable[dict[str, Any]]) -> Counter[str]:
    """Return the counts, the number of articles under "*"."""
    found: Counter[str] = Counter()
    for article in articles:
        texts = (article["title"], article.get("summary") or "", *article["body"][:_LEAD])
        found.update({stem for text in texts for term in terms(text) if not term.token.number
                      for stem in term.stems})  # fmt: skip
        found["*"] += 1
    return found


def main() -> None:
    """Count, and replace the file with ``--write``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=Path, required=True)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    counts = frequencies(read_lines(given.articles))
    kept = sorted((-n, stem) for stem, n in counts.items() if n >= LEAST)
    print(f"{counts['*']} articles, {len(counts) - 1} stems, {len(kept)} kept")
    if given.write:
        path = Path(str(bot.text.lexicon.__file__)).parent / "data" / "stem_frequencies.tsv"
        lines = [_HEAD, *(f"{stem}\t{-n}" for n, stem in kept)]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
