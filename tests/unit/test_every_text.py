"""Every text of the catalogues, filled with hostile names: ours in direction, size and markup."""

from __future__ import annotations

import re
from string import Formatter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.text.languages import available_languages, texts
from bot.text.markup import escape, one_line, shorten, utf16_length
from tests.flow.person import first_strong_is_arabic
from tests.unit.delivery.oracle import parse
from tests.unit.test_catalogues import messages

ISOLATED = re.compile("\u2068[^\u2068\u2069]*\u2069")
LATIN = re.compile("[A-Za-z\u00c0-\u024f]{2,}")
COUNTS = (0, 1, 2, 3, 11, 100)  # one of each of the six Arabic plural forms
MOST_TEXTS = 300  # at least so many are looked at
HOSTILE = st.one_of(
    st.text(max_size=80),
    st.sampled_from(
        [
            "<b>عاجل",
            "</blockquote><i>",
            "\u202eنص\u202c",
            "OCHA & Co",
            "{name}{0}%s",
            "&lt;b&gt;",
            "\u2066x\u2069\u2069\u2069 y",
            "a\nb",
            "😀" * 60,
            "@mujaz_bot https://evil.example/?a=1&b=<c>",
        ]
    ),
)


def filled(key: str, held: tuple[str, ...], language: str, name: str) -> list[str]:
    """Return a text with every name in it hostile, as HTML; a counted one in all its forms."""
    say = texts(language)
    names = {field for text in held for _, field, _, _ in Formatter().parse(text) if field}
    if len(held) > 1:
        given = dict.fromkeys(names - {"n"}, name)
        return [escape(say.count(key, n, **given)) for n in COUNTS]
    return [say.html(key, **dict.fromkeys(names, name))]


@pytest.mark.parametrize("language", available_languages())
@settings(max_examples=15, deadline=None)
@given(name=HOSTILE)
def test_every_text_with_a_hostile_name_in_it_is_accepted_and_fits(
    language: str, name: str
) -> None:
    looked_at = 0
    safe = shorten(one_line(name), 60) or "…"  # as everybody does who names somebody
    for key, held in messages(language).items():
        for html in filled(key, held, language, safe):
            looked_at += 1
            parsed = parse(html).text
            assert 0 < utf16_length(parsed) <= 4096, key
            if language != "ar":
                continue
            for line in parsed.split("\n"):
                assert first_strong_is_arabic(line), (key, line)
                assert not LATIN.search(ISOLATED.sub("", line)), (key, line)
    assert looked_at >= MOST_TEXTS
