"""How often one person may ask."""

from __future__ import annotations

from handlers.guards import QuestionLimiter


class Seconds:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_flooder_is_held_to_the_rate_and_others_are_not_touched() -> None:
    seconds = Seconds()
    limiter = QuestionLimiter(per_minute=20, monotonic=seconds)

    flooded = 0
    for _ in range(6000):  # one minute at a hundred a second
        seconds.now += 0.01
        flooded += limiter.allows(1)

    assert 20 <= flooded <= 25
    assert limiter.allows(2)


def test_patience_is_rewarded() -> None:
    seconds = Seconds()
    limiter = QuestionLimiter(per_minute=6, monotonic=seconds)
    while limiter.allows(1):
        pass

    seconds.now += 10.1

    assert limiter.allows(1)
    assert not limiter.allows(1)


def test_askers_long_gone_are_forgotten() -> None:
    limiter = QuestionLimiter(per_minute=60, monotonic=Seconds(), most_askers=100)

    for asker in range(10_000):
        limiter.allows(asker)

    assert len(limiter._buckets) == 100
