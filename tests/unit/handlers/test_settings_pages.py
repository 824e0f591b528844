"""The pages of the settings: short, whole, within Telegram's limits, right to left in Arabic."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.models import (
    Chat,
    ChatKind,
    DeliveryOptions,
    DigestFilters,
    Look,
    Subscription,
)
from bot.services.choosing import FIELDS, Choices
from bot.text.languages import texts
from bot.text.markup import utf16_length
from handlers.settings.matter import alike_page
from handlers.settings.pages import PAGES, page_of, shown
from handlers.settings.view import Press, View, parse
from tests.flow.person import first_strong_is_arabic
from tests.unit.delivery.oracle import parse as parse_html

NOW = datetime(2019, 3, 12, 16, 30, tzinfo=UTC)
LONGEST_CHAT = -1009999999999999
LONGEST_TOPIC = 2147483647
FULL = Choices(
    chat=Chat(
        id=LONGEST_CHAT,
        kind=ChatKind.GROUP,
        title="<b>OCHA & Co</b> \u202eمقلوب",
        look=Look(eastern_digits=True, months="DZ", hijri=True, text_only=True, spoilers=True),
    ),
    subscription=Subscription(
        id=1,
        chat_id=LONGEST_CHAT,
        topic_id=LONGEST_TOPIC,
        times=("07:30", "08:00", "20:00"),
        weekdays=(1, 6),
        timezone="America/North_Dakota/New_Salem",
        active_since_at=NOW,
        filters=DigestFilters(
            places=("sy", "iq"),
            parties=("isis", "sdf"),
            words_in=("<i>OCHA", "مخيم | الهول", "ا" * 40),
            words_out=("\u2066رياضة", "sport"),
            conflict_only=True,
            max_events=12,
            short=True,
            skip_quiet=True,
        ),
        delivery=DeliveryOptions(
            silent=True,
            pin=True,
            signature="<i>Euphrates & co</i> \u202eمقلوب",
            quiet_from="22:00",
            quiet_until="06:00",
        ),
    ),
)
FRESH = Choices(
    chat=Chat(id=1001, kind=ChatKind.PRIVATE),
    subscription=Subscription(id=0, chat_id=1001, active=False, active_since_at=NOW),
)
_TAG = re.compile(r"<[^>]*>")


@pytest.mark.parametrize("code", ["ar", "en"])
@pytest.mark.parametrize("choices", [FULL, FRESH], ids=["full", "fresh"])
@pytest.mark.parametrize("page", sorted(PAGES))
@pytest.mark.parametrize("argument", ["", "2", "US", "12", "22", "-1", "999999"])
def test_every_page_is_accepted_and_every_button_is_understood(
    page: str, choices: Choices, code: str, argument: str
) -> None:
    view = View(choices=choices, texts=texts(code), argument=argument)

    html, rows = shown(view, page, ("z", "Europe/Berlin"))

    parsed = parse_html(html)
    assert 0 < utf16_length(parsed.text) <= 4096
    if code == "ar":
        assert all(first_strong_is_arabic(line) for line in parsed.text.split("\n")), parsed.text
    buttons = [button for row in rows for button in row]
    assert buttons
    for button in buttons:
        assert len(button.data.encode()) <= 64
        assert button.label.strip()
        assert utf16_length(button.label) <= 45
        press = parse(button.data)
        assert press is not None, button
        assert (press.chat_id, press.topic_id) == (
            choices.chat.id,
            choices.subscription.topic_id,
        )
        written = press.name in ("loc", "ia", "iw", "iv", "ij")
        assert written or (press.name in FIELDS if press.sets else press.name in PAGES)
    assert all(len(row) <= 4 for row in rows)
    assert len(rows) <= 25


def test_every_field_has_a_page_and_can_be_reached_from_the_first() -> None:
    reached, waiting = {"home"}, ["home"]
    fields = set()
    while waiting:
        page = waiting.pop()
        for row in PAGES[page](View(choices=FULL, texts=texts("ar")))[1]:
            for button in row:
                press = parse(button.data)
                assert press is not None
                if press.sets:
                    fields.add(press.name)
                elif press.name in PAGES and press.name not in reached:
                    reached.add(press.name)
                    waiting.append(press.name)

    assert reached == set(PAGES)
    assert fields == set(FIELDS)
    assert all(page_of(field) in PAGES for field in FIELDS)


def test_what_is_chosen_is_told_on_the_first_page() -> None:
    html, _ = shown(View(choices=FULL, texts=texts("ar").in_digits(True)), "home")
    text = _TAG.sub("", html)

    for told in (
        "٠٧:٣٠",
        "السبت",
        "٢٢:٠٠",
        "سوريا",
        "داعش",
        "أخبار النزاعات فقط",
        "أوت",
        "العربية",
    ):
        assert told in text, told


def test_a_namesake_is_told_apart_and_an_unknown_place_can_be_a_word() -> None:
    view = View(choices=FRESH, texts=texts("ar"))

    _, unknown = alike_page(view, "زحلوقة")

    assert any("=w|+زحلوقة" in button.data for row in unknown for button in row)


@pytest.mark.parametrize(
    "data",
    [
        "",
        "s",
        "s|1|0",
        "s|1|0|=zz|1",
        "s|1|0|=z",
        "s|x|0|home",
        "s|1|-1|t",
        "s|1|0|home\n",
        "s|١|0|t",
    ],
)
def test_forged_data_is_not_understood(data: str) -> None:
    assert parse(data) is None


@given(st.text(max_size=64))
def test_no_data_whatever_raises(data: str) -> None:
    assert parse(data) is None or isinstance(parse(data), Press)


@given(st.text(max_size=60), st.text(max_size=40), st.sampled_from(["ar", "en"]))
def test_no_title_or_word_disturbs_a_page(title: str, word: str, code: str) -> None:
    filters = DigestFilters(words_in=(word,), words_out=(word,))
    chat = replace(FULL.chat, title=title)
    choices = Choices(chat=chat, subscription=replace(FULL.subscription, filters=filters))
    for page in ("home", "c", "w", "v"):
        html, rows = shown(View(choices=choices, texts=texts(code)), page)
        lines = parse_html(html).text.split("\n")
        assert code == "en" or all(first_strong_is_arabic(line) for line in lines), lines
        assert all(len(button.data.encode()) <= 64 for row in rows for button in row)
