"""Who asks for a figure is shown who says which, side by side, each with its own report."""

from __future__ import annotations

from pathlib import Path

from bot.clock import FixedClock
from bot.delivery.render import render_answer
from bot.services.answering import Answering
from bot.services.enriching import Enriching
from tests.unit.search.archive import NOW, open_archive
from tests.unit.services.test_digest_of_events import LATER, STRIKE

QUESTION = "كم قتيلاً سقط في قصف سوق إدلب؟"


async def test_two_figures_of_one_event_are_shown_beside_the_quotes(tmp_path: Path) -> None:
    archive = await open_archive(tmp_path)
    ministry = LATER[1].replace("قال الدفاع المدني إن", "أعلنت وزارة الصحة أن")
    for told in (STRIKE, (LATER[0], ministry, LATER[2])):
        await archive.add(told[0], list(told[1:]), published_at=NOW)
    await archive.index.catch_up()
    clock = FixedClock(NOW)
    await Enriching(archive.store, clock).follow()

    answer = await Answering(archive.store, archive.index, clock).answer(QUESTION)

    (reply,) = render_answer(answer, zone="Asia/Damascus", language="ar")
    await archive.close()
    assert answer.found
    assert {figure.claim.minimum for figure in answer.figures} >= {12, 17}
    assert "من قال كم" in reply.html
    assert "29" not in reply.html  # never summed


async def test_one_figure_or_another_question_brings_no_table(tmp_path: Path) -> None:
    archive = await open_archive(tmp_path)
    await archive.add(STRIKE[0], list(STRIKE[1:]), published_at=NOW)
    await archive.index.catch_up()
    clock = FixedClock(NOW)
    await Enriching(archive.store, clock).follow()
    answering = Answering(archive.store, archive.index, clock)

    asked = [await answering.answer(q) for q in (QUESTION, "أين وقع قصف سوق إدلب؟")]

    await archive.close()
    assert [answer.found for answer in asked] == [True, True]
    assert [answer.figures for answer in asked] == [(), ()]
