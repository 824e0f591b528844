"""Lists of sources: what is written is read again, what others write is understood."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import InputError
from bot.models import Source, SourceKind
from bot.sources.opml import read_opml, write_opml

FEED = Source(
    id=0,
    kind=SourceKind.FEED,
    name="أخبار & أخرى",
    address="https://a.example/rss?x=1&y=2",
    outlet="وكالة",
    country="SY",
    language="ar",
    stance="agency",
)
CHANNEL = Source(
    id=0,
    kind=SourceKind.CHANNEL,
    name="قناة",
    address="https://t.me/s/furat_sample",
    enabled=False,
    outlet="قناة",
)


def test_what_is_written_is_read_again_with_its_labels() -> None:
    forward = Source(id=3, kind=SourceKind.FORWARD, name="ما أرسله المشرفون")

    listed = read_opml(write_opml([replace(FEED, id=7), forward, replace(CHANNEL, id=9)], "Mujaz"))

    assert listed == [FEED, CHANNEL]


def test_lists_of_other_programs_with_folders_and_doubles_are_understood() -> None:
    text = """<?xml version="1.0"?><OPML version="1.1"><body><outline text="سوريا">
      <outline text="أ" type="rss" xmlURL="https://a.example/rss"/>
      <outline title="ب" xmlUrl="https://b.example/rss"/>
      <outline text="أ مرة أخرى" xmlUrl="https://a.example/rss"/>
      <outline text="شر" xmlUrl="javascript:alert(1)"/><outline text="t" xmlUrl="https://t.me/name1"/>
    </outline></body></OPML>"""

    listed = read_opml(text)

    assert [(one.name, one.kind) for one in listed] == [
        ("أ", SourceKind.FEED),
        ("ب", SourceKind.FEED),
        ("t", SourceKind.CHANNEL),
    ]
    assert [one.outlet for one in listed] == ["سوريا", "ب", "سوريا"]
    assert listed[2].address == "https://t.me/s/name1"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "<rss/>",
        "<opml>",
        "<!DOCTYPE opml [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><opml>&e;</opml>",
    ],
)
def test_what_is_no_list_is_refused(text: str) -> None:
    with pytest.raises(InputError) as caught:
        read_opml(text)

    assert caught.value.key == "error.opml.unreadable"


def test_the_starter_list_covers_seven_countries_and_is_off_and_marked_unverified() -> None:
    text = (Path(__file__).parents[3] / "docs" / "sources-ar.opml").read_text(encoding="utf-8")

    listed = read_opml(text)

    assert len(listed) >= 40
    assert {"SY", "IQ", "PS", "LB", "YE", "SD", "LY"} <= {one.country for one in listed}
    assert not any(one.enabled for one in listed)
    assert all(one.stance and one.outlet and one.language == "ar" for one in listed)
    assert text.count('verified="no"') == len(listed)
