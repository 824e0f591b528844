"""Names and titles from strangers, in everything that we say ourselves.

Whatever they are: Telegram's parser accepts the message, it fits, every line begins from right to
left, and no Latin run stands outside isolates.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.models import Chat, ChatKind, Subscription
from bot.text.dates import zone_name
from bot.text.languages import texts
from bot.text.markup import one_line, shorten, utf16_length
from handlers.subscriptions import panel_text
from tests.flow.person import first_strong_is_arabic
from tests.unit.delivery.oracle import parse

NOW = datetime(2019, 3, 12, 16, 30, tzinfo=UTC)
ISOLATED = re.compile("\u2068[^\u2068\u2069]*\u2069")
LATIN = re.compile("[A-Za-z\u00c0-\u024f]{2,}")
HOSTILE = st.one_of(
    st.text(max_size=80),
    st.sampled_from(
        [
            "<b>عاجل",
            "</blockquote><i>",
            "\u202eنص\u202c",
            "OCHA & Co",
            "مرصد OCHA في سوريا",
            "&lt;b&gt;",
            "\u2066x\u2069\u2069\u2069 y",
            "a\nb",
            "😀" * 60,
        ]
    ),
)
KEYS = (
    ("sources.added", "name"),
    ("channels.list", None),
    ("outbox.topic_gone", "chat"),
    ("settings.no_place", "name"),
    ("start.place", "place"),
    ("panel.preview_of", "chat"),
    ("error.file.missing", "name"),
)


def assert_right(html: str) -> None:
    shown = parse(html).text
    assert utf16_length(shown) <= 4096
    for line in shown.split("\n"):
        assert first_strong_is_arabic(line), line
        assert not LATIN.search(ISOLATED.sub("", line)), line


@given(HOSTILE)
def test_every_text_with_a_name_in_it_stays_ours(name: str) -> None:
    say = texts("ar")
    for key, parameter in KEYS:
        given_name = {parameter: shorten(one_line(name), 60)} if parameter else {}
        assert_right(say.html(key, **given_name))


@given(HOSTILE, st.booleans())
def test_the_panel_of_a_group_stays_ours_whatever_its_title(title: str, active: bool) -> None:
    chat = Chat(id=-1, kind=ChatKind.GROUP, title=title)
    subscription = Subscription(id=1, chat_id=-1, active=active, active_since_at=NOW)

    assert_right(panel_text(chat, subscription, texts("ar")))
    assert zone_name("Asia/Damascus", "ar") in panel_text(chat, subscription, texts("ar")) or (
        not active
    )
