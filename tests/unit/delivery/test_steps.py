"""Timelines as messages: verbatim lines, whatever they hold; buttons that are understood again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.delivery.steps import LATEST_PAGE, TIMELINE_PAGE, render_steps, steps_data
from bot.models import Article, FollowKind, Matter, Order, Reply, Step, Timeline
from bot.text.markup import one_line
from bot.text.parties import parties
from bot.text.places import places
from handlers.timelines import parse_steps
from tests.unit.delivery.oracle import Parsed
from tests.unit.delivery.samples import MORNING, article
from tests.unit.delivery.test_render_hostile import addresses, hostile, lengths, parsed

BAGHUZ = Matter(FollowKind.PLACE, "sy.baghouz")


def timeline(*steps: Step, **changes: object) -> Timeline:
    fields: dict[str, object] = {
        "matter": BAGHUZ,
        "order": Order.TIMELINE,
        "since_at": MORNING - timedelta(days=7),
        "until_at": MORNING,
        "steps": steps,
        "total": len(steps),
    }
    return Timeline(**{**fields, **changes})  # type: ignore[arg-type]  # named fields


def rendered(page: Timeline, language: str = "ar") -> Reply:
    return render_steps(page, zone="Asia/Damascus", language=language)


def read(reply: Reply) -> Parsed:
    (message,) = parsed([reply])
    return message


def test_a_step_is_its_headline_with_time_source_and_further_outlets() -> None:
    step = Step(
        article=article(1),
        event_id=5,
        reports=3,
        also_in=(article(2, source="وكالة"), article(3, source="إذاعة"), article(4, source="د")),
    )

    message = read(rendered(timeline(step)))

    assert message.of("Bold")[1] == article(1).title
    assert "الثلاثاء 12 آذار 2019، 08:00" in message.text
    assert "وكالة" in message.text
    assert "ومصدر آخر" in message.text
    assert "3 تقارير" in message.text
    links = [one["type"]["url"] for one in message.entities if "url" in one["type"]]
    assert links[0] == article(1).url


def test_a_report_without_headline_is_told_by_its_sentence() -> None:
    message = read(rendered(timeline(Step(article=article(1, title=""), line="وصلت القافلة"))))
    assert message.of("Bold")[1] == "وصلت القافلة"


@pytest.mark.parametrize("language", ["ar", "en"])
def test_an_empty_period_says_so_with_the_newest_that_is_held(language: str) -> None:
    old = article(1, published_at=MORNING - timedelta(days=30))

    some = read(rendered(timeline(nearest=old, newest_at=MORNING), language))
    none = read(rendered(timeline(newest_at=MORNING), language))

    assert old.title in some.text
    assert old.title not in none.text
    assert "12" in none.text


def test_pages_lead_to_all_steps_and_keep_their_end() -> None:
    steps = tuple(Step(article=article(number)) for number in range(TIMELINE_PAGE))
    page = timeline(*steps, total=2 * TIMELINE_PAGE + 1, skip=TIMELINE_PAGE)

    (older, newer), *_ = rendered(page).buttons

    for button, skip in ((older, 2 * TIMELINE_PAGE), (newer, 0)):
        press = parse_steps(button.data)
        assert press is not None
        assert (press.matter, press.skip, press.until_at) == (BAGHUZ, skip, MORNING)
        assert press.days == 7


def test_every_matter_fits_into_a_button_and_is_understood_again() -> None:
    held = [Matter(FollowKind.PLACE, one) for one in places()]
    held += [Matter(FollowKind.PARTY, one) for one in parties()]
    held.append(Matter(FollowKind.EVENT, "999999999999"))
    for matter in held:
        for order in Order:
            data = steps_data(order, matter, 366, MORNING, 9999)
            assert len(data.encode()) <= 64
            press = parse_steps(data)
            assert press is not None
            assert (press.order, press.matter, press.until_at) == (order, matter, MORNING)


@given(
    st.text(max_size=64) | st.from_regex(r"l\|[tl]\|[pye]\|[a-z.]{1,20}\|\d{1,4}", fullmatch=True)
)
def test_foreign_data_is_no_press(data: str) -> None:
    press = parse_steps(data)
    assert press is None


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(title=hostile, source=hostile, url=addresses, times=lengths, outlets=st.integers(0, 4))
def test_any_timeline_is_one_message_that_telegram_takes(
    title: str, source: str, url: str, times: int, outlets: int
) -> None:
    def one(number: int) -> Article:
        return article(number, title=title * times, source=source * times, url=url)

    also = tuple(one(number) for number in range(outlets))
    steps = tuple(Step(article=one(n), also_in=also, reports=9, event_id=1) for n in range(7))
    for order, most in ((Order.TIMELINE, TIMELINE_PAGE), (Order.LATEST, LATEST_PAGE)):
        message = read(rendered(timeline(*steps[:most], order=order, total=500)))
        shown = one_line(title)
        if times == 1 and 0 < len(shown) < 100 and shown.isalpha():
            assert message.text.count(shown) >= most


def test_long_addresses_do_not_overflow_a_message() -> None:
    url = "https://example.org/" + "a" * 900
    step = Step(article=article(1, url=url), also_in=(article(2, url=url), article(3, url=url)))

    message = read(rendered(timeline(*[step] * TIMELINE_PAGE)))

    assert message.text.count(article(1).title) == TIMELINE_PAGE
