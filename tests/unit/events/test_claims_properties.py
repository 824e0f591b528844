"""What holds of claims in any text: no failure, spans of the text, linear time."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.events.claims import extract
from bot.models import Claim
from tests.unit.events.claim_samples import CIRCUMSTANCES, FIGURES, SAID

_PIECES = sorted({word for text, _ in FIGURES for word in text.split()})
_TEXTS = [row[0] for row in (*FIGURES, *SAID, *CIRCUMSTANCES)]


def _wrong(text: str) -> list[Claim]:
    """Return the claims that name what their text does not hold, or a figure turned around."""
    return [claim for claim in extract(text, year=2026) if not _is_of(claim, text)]


def _is_of(claim: Claim, text: str) -> bool:
    inside = 0 <= claim.start < claim.end <= len(text)
    named = _is_named(claim.speaker, text) and claim.place in text
    lowest, highest = claim.minimum, claim.maximum
    ordered = lowest is None or highest is None or 0 <= lowest <= highest
    return inside and named and ordered


def _is_named(speaker: str, text: str) -> bool:
    """Tell whether a text names a speaker: as he is, or as «للجيش», whose article is cut short."""
    cut = [f"ل{speaker[1:]}", f"ل{speaker[2:]}"] if speaker.startswith("ال") else []  # «للجنة»
    return speaker in text or any(one in text for one in cut)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300))
def test_no_text_at_all_makes_it_fail(text: str) -> None:
    assert _wrong(text) == []


@settings(max_examples=250, deadline=None)
@given(st.lists(st.sampled_from([*_PIECES, "،", ".", "\n", "(", '"', "1,4", "٪"]), max_size=60))
def test_words_of_conflict_in_any_order_give_spans_of_the_text(words: list[str]) -> None:
    assert _wrong(" ".join(words)) == []


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(_TEXTS),
    st.sampled_from(["\u200f", "ـ", "\u064e", "\u202b"]),
    st.integers(0, 40),
)
def test_hidden_characters_never_move_a_span_out_of_the_text(
    text: str, hidden: str, at: int
) -> None:
    assert _wrong(text[:at] + hidden + text[at:]) == []


@pytest.mark.parametrize("text", _TEXTS)
def test_every_sample_gives_spans_of_its_own_text(text: str) -> None:
    assert _wrong(text) == []
    assert extract(text, year=2026)


@pytest.mark.parametrize(
    "piece",
    [
        "قتل 3 جنود وأصيب 5 في حلب ",
        "و",
        "1",
        "مئة وخمسة ",
        "قال إن ",
        "القتلى ",
        "(",
        "، ",
        "بين 3 و5 ",
    ],
)
def test_time_grows_with_the_text_and_no_faster(piece: str) -> None:
    def seconds(size: int) -> float:
        text = (piece * (size // len(piece) + 1))[:size]
        best = float("inf")
        for _ in range(2):
            began = time.process_time()
            extract(text)
            best = min(best, time.process_time() - began)
        return best

    extract(piece)
    small, large = seconds(12_500), seconds(50_000)

    assert large < max(small, 0.02) * 4 * 3  # four times the text; thrice for noise
