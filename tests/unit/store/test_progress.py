"""How far a replica must have come, by what was noted of the primary."""

from __future__ import annotations

import pytest

from bot.store.progress import Identity, Position, Progress

OURS = Identity(7, "mujaz")


def noted(progress: Progress, *positions: tuple[float, int], timeline: int = 1) -> Progress:
    for at, written in positions:
        progress.note(Position(at, written), OURS, timeline)
    return progress


@pytest.mark.parametrize(
    ("at", "needed"), [(0, 100), (9, 100), (10, 100), (11, 200), (12, 300), (60, 500)]
)
def test_a_replica_must_have_what_was_written_so_long_ago(at: float, needed: int) -> None:
    progress = noted(Progress(10), (0, 100), (1, 200), (2, 300), (5, 500))

    assert progress.needed(at) == needed


def test_before_anything_is_noted_nothing_is_known_to_be_needed() -> None:
    assert Progress(10).needed(5) == 0
    assert Progress(10).identity is None, "and nothing is read, whatever it has"


def test_a_lag_is_told_as_long_as_it_is_although_old_positions_are_dropped() -> None:
    progress = noted(Progress(10), (0, 100))
    told = []
    for second in range(1, 301):
        noted(progress, (second, 100 + second))
        told.append(progress.behind_s(second, 100))

    assert told[-1] == 299
    assert told == sorted(told)
    assert progress.behind_s(301, 400) == 0
    assert progress.behind_s(301, 399) == 1


def test_a_lag_that_shrinks_is_told_shorter() -> None:
    progress = noted(Progress(600), *((second, 100 + second) for second in range(100)))

    assert [progress.behind_s(100, replayed) for replayed in (99, 100, 150, 198, 199)] == [
        100,
        99,
        49,
        1,
        0,
    ]


def test_another_primary_whose_log_is_shorter_asks_for_its_own_positions_only() -> None:
    progress = noted(Progress(10), (0, 1000), (20, 2000))
    assert progress.behind_s(21, 500) == 21

    noted(progress, (21, 400), timeline=2)

    assert progress.needed(22) == 400
    assert progress.behind_s(22, 400) == 0


def test_what_was_seen_is_needed_for_ever() -> None:
    progress = Progress(10)
    for seq in (3, 9, -40, 5):
        progress.see(seq)

    assert progress.seq == 9
