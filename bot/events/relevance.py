"""Is an article an update on an armed conflict or on political violence?

What counts are families of words (attack, control, truce, relief, terror; sport, votes, weather …)
in headline and lead, the parties, countries and towns named there, and whether a casualty figure is
claimed. Small trees over these features were learned from labelled articles and stand
as a readable file beside this one (``python -m tests.bench.train_relevance``); boosting after
J. Friedman, "Greedy function approximation", 2001.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from bot.events.claims import extract
from bot.events.families import families
from bot.models import ClaimKind
from bot.text.lexicon import labelled_words
from bot.text.parties import find_parties
from bot.text.places import find_places
from bot.text.tokens import tokenize
from bot.trees import Tree, tree_from

THRESHOLD = 0.5  # from here on an article is a conflict update
_LEAD_CHARS, _TITLE_CHARS = 600, 400
_ENOUGH_CHARS = 120  # of a first paragraph; a shorter one does not say what it is about
_MOST = 3  # parties and claims; more tell no more
_AT_WAR = frozenset(labelled_words("relevance_words.txt")["lands"])
_CASUALTIES = (ClaimKind.KILLED, ClaimKind.WOUNDED, ClaimKind.KILLED_OR_WOUNDED)


@dataclass(frozen=True, slots=True)
class _Model:
    base: float
    names: tuple[str, ...]  # of the features that the trees ask for
    trees: tuple[Tree, ...]


def relevance(title: str, paragraphs: Sequence[str]) -> float:
    """Return how surely an article is a conflict update, 0…1; from ½ on it is taken for one.

    Only the headline and the beginning of the text are read. An article that says nothing of its
    matter there (no text, another language) is taken for none.
    """
    values = features(title, paragraphs)
    if not any(values.values()):
        return 0.0
    model = _model()
    row = [values.get(name, 0.0) for name in model.names]
    total = model.base + sum(tree.of(row) for tree in model.trees)
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def features(title: str, paragraphs: Sequence[str]) -> dict[str, float]:
    """Return the features of an article by name; what is not there is not listed, or 0."""
    title = title[:_TITLE_CHARS]
    lead = _lead(paragraphs)
    text = f"{title} . {lead}"
    tokens = tokenize(text)
    parties = find_parties(text, tokens)
    named = find_places(text, tokens, parties)
    lands = {one.place.country.lower() for one in named}
    claims = (*extract(title), *extract(lead))
    found = {
        "parties": float(min(len({one.party.id for one in parties}), _MOST)),
        "claims": float(min(len(claims), _MOST)),
        "casualties": float(any(claim.kind in _CASUALTIES for claim in claims)),
        "land at war": float(bool(lands & _AT_WAR)),
        "other land": float(bool(lands - _AT_WAR)),
        "town at war": float(
            any(
                one.place.country.lower() in _AT_WAR and one.place.kind not in ("country", "region")
                for one in named
            )
        ),
    }
    found.update((f"land {one}", 1.0) for one in sorted(lands))
    found.update((f"title {name}", value) for name, value in families(tokenize(title)).items())
    found.update((f"text {name}", value) for name, value in families(tokens).items())
    return found


def _lead(paragraphs: Iterable[str]) -> str:
    """Return the beginning of a text: its first paragraph, further ones where that is short."""
    lead = ""
    for paragraph in paragraphs:
        lead = f"{lead} {paragraph}".strip()
        if len(lead) >= _ENOUGH_CHARS:
            break
    return lead[:_LEAD_CHARS]


@cache
def _model() -> _Model:
    stored = json.loads((files("bot.events") / "relevance.json").read_text(encoding="utf-8"))
    names = tuple(sorted({name for tree in stored["trees"] for name in tree["feature"] if name}))
    places = {name: at for at, name in enumerate(names)}
    trees = tuple(tree_from(tree, places) for tree in stored["trees"])
    return _Model(float(stored["base"]), names, trees)
