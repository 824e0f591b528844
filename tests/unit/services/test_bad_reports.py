"""Reports as none should be, from storing to the picture: shown plainly, never guessed about."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.clock import FixedClock
from bot.digest.picture import unpacked
from bot.models import Chat, ChatKind, DigestFilters, NewArticle, Order, SourceKind
from bot.services.charting import Charting
from bot.services.timelines import Timelines
from bot.store.base import Store
from bot.store.sql import open_store
from bot.text.markup import utf16_length
from tests.unit.services.test_digest_of_events import EVENING, Desk, plain

CHAT = Chat(id=7, kind=ChatKind.PRIVATE)
OUTLET = "وكالة النهر"
STRIKE = "قتل 12 مدنياً وأصيب 30 في قصف استهدف سوقاً شعبياً في مدينة إدلب، وفق الدفاع المدني."
LONG = ("قصف على سوق في مدينة إدلب " * 120)[:3000].strip()
TRILLION = 10**12


@dataclass(frozen=True, slots=True, kw_only=True)
class Bad:
    """A report, and all the figures that may be shown of it."""

    title: str
    paragraphs: tuple[str, ...] = ()
    dated: bool = True
    figures: frozenset[int] = field(default_factory=frozenset)
    in_idlib: bool = True


BAD = {
    "without a date": Bad(title="قصف على سوق في مدينة إدلب", paragraphs=(STRIKE,), dated=False,
                          figures=frozenset({12, 30})),
    "without a body": Bad(title="قصف جوي على سوق شعبي في مدينة إدلب"),
    "without a headline": Bad(title="", paragraphs=(STRIKE,), figures=frozenset({12, 30})),
    "without a place": Bad(title="قصف على سوق شعبي", in_idlib=False,
                           paragraphs=("قتل 12 مدنياً في قصف على سوق شعبي، وفق مصدر طبي.",),
                           figures=frozenset({12})),
    "without a figure": Bad(title="قصف على سوق في مدينة إدلب",
                            paragraphs=("سقط قتلى وجرحى في قصف على سوق في مدينة إدلب.",)),
    "contradicts itself": Bad(title="12 قتيلاً في قصف على سوق في مدينة إدلب",
                              paragraphs=("قال الدفاع المدني إن 12 مدنياً قتلوا في مدينة إدلب.",
                                          "وقالت وزارة الصحة إن 19 مدنياً قتلوا في القصف نفسه.",
                                          "ونفى مصدر عسكري سقوط أي قتلى في القصف على إدلب."),
                              figures=frozenset({12, 19, 0})),
    "a figure of a trillion": Bad(title="قصف على سوق في مدينة إدلب",
                                  paragraphs=(f"قتل {TRILLION} مدنياً في قصف على مدينة إدلب.",),
                                  figures=frozenset({TRILLION})),
    "a headline of 3,000 letters": Bad(title=LONG, paragraphs=(STRIKE,),
                                       figures=frozenset({12, 30})),
    "Persian": Bad(title="کشته شدن ۱۲ نفر در حمله به بازار", in_idlib=False,
                   paragraphs=("در این حمله ۱۲ نفر کشته و ۳۰ نفر زخمی شدند.",)),
    "Kurdish": Bad(title="لە هێرشێکدا ١٢ کەس کوژران", in_idlib=False,
                   paragraphs=("لە هێرشێکدا ١٢ کەس کوژران و ٣٠ کەس بریندار بوون.",)),
    "English": Bad(title="Twelve killed in an air strike on a market", in_idlib=False,
                   paragraphs=("Twelve people were killed and 30 wounded on Monday.",)),
}  # fmt: skip


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(f"sqlite+aiosqlite:///{tmp_path / 'mujaz.db'}")
    yield opened
    await opened.close()


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
async def test_a_bad_report_is_stored_and_shown_plainly_in_digest_timeline_and_chart(
    store: Store, bad: Bad
) -> None:
    desk = Desk(store, FixedClock(EVENING))
    await desk.subscribe(7, DigestFilters(chart=True))
    article_id = await _stored(desk, bad)

    messages = (await desk.morning())[7]

    words = [one for one in messages if not one.picture]
    shown = plain(words)
    held = (await store.articles([article_id]))[article_id]
    assert held.article.title == bad.title
    assert tuple(one.text for one in held.paragraphs) == bad.paragraphs
    assert shown.count("●") == 1
    assert (bad.title[:200] or "بلا عنوان") in shown
    quotes = re.findall(r"<blockquote[^>]*>(.*?)</blockquote>", words[0].html, re.DOTALL)
    assert len(quotes) == bool(bad.paragraphs)
    assert all(html.unescape(one) in bad.paragraphs for one in quotes)
    assert ("رُصد أول مرة" in shown) is not bad.dated
    assert _numbers_of_figures(shown) <= bad.figures
    assert max(utf16_length(plain([one])) for one in messages) <= 4096
    await _timeline_and_chart(desk, bad)
    for picture in (one.picture for one in messages if one.picture):
        drawn = {one.high for panel in unpacked(picture).panels for one in panel.said}
        assert drawn <= bad.figures - {0}  # a denial is no figure of nought
        assert (await Charting(store, desk.clock).drawn(picture)).startswith(b"\x89PNG")


async def _stored(desk: Desk, bad: Bad) -> int:
    source = await desk.store.ensure_source(SourceKind.FILE, OUTLET, now=desk.clock.now())
    article = NewArticle(
        title=bad.title,
        paragraphs=bad.paragraphs,
        published_at=desk.clock.now() if bad.dated else None,
    )
    return (await desk.store.add_article(source, article, "bad", now=desk.clock.now())).article_id


async def _timeline_and_chart(desk: Desk, bad: Bad) -> None:
    """Assert that a report is at its place in both, and at none where it names none."""
    timeline = await Timelines(desk.store, desk.clock).answer(Order.TIMELINE, "إدلب", CHAT)
    words, drawn = await Charting(desk.store, desk.clock).chart("إدلب", CHAT)
    line = bad.title[:60] or STRIKE[:60]
    assert (line in re.sub(r"[\u2066-\u2069\u200e\u200f]", "", timeline.plain)) is bad.in_idlib
    assert (drawn is not None) is bad.in_idlib
    assert drawn is None or drawn.startswith(b"\x89PNG")
    for number in bad.figures - {0} if bad.in_idlib else ():
        assert str(number) in re.sub(r"[\u2066-\u2069\u200e\u200f]", "", words)


def _numbers_of_figures(shown: str) -> set[int]:
    """Return the numbers in the lines of figures, without the times."""
    lines = (one for one in shown.splitlines() if re.match(r"(القتلى|الجرحى|النازحون)", one))
    bare = (re.sub(r"\([^)]*\)", "", one) for one in lines)
    return {int(number) for one in bare for number in re.findall(r"\d+", one)}
