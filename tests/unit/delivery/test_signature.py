"""A signature stands under the last message, and no message grows too long by it."""

from __future__ import annotations

from bot.delivery.fragments import MESSAGE_UNITS
from bot.delivery.signature import signed
from bot.models import Button, Reply

FIRST = Reply(html="<b>1</b>", plain="1")
LAST = Reply(html="<b>2</b> &amp;", plain="2 &", buttons=((Button("زر", "x"),),), article_ids=(4,))


def test_the_last_message_is_signed_and_keeps_everything_else() -> None:
    first, last = signed([FIRST, LAST], "أخبار <الفرات> & غيرها", "ar")

    assert first == FIRST
    assert last.html == "<b>2</b> &amp;\n\nأخبار &lt;الفرات&gt; &amp; غيرها"
    assert last.plain == "2 &\n\nأخبار <الفرات> & غيرها"
    assert (last.buttons, last.article_ids) == (LAST.buttons, LAST.article_ids)


def test_a_latin_signature_begins_at_the_right_under_an_arabic_digest() -> None:
    (arabic,), (english,) = (signed([LAST], "Euphrates", language) for language in ("ar", "en"))

    assert arabic.plain.startswith("2 &\n\n\u200f")
    assert english.plain == "2 &\n\nEuphrates"


def test_without_a_signature_nothing_changes() -> None:
    assert signed([FIRST, LAST], "", "ar") == [FIRST, LAST]
    assert signed([FIRST, LAST], " \u202e\n ", "ar") == [FIRST, LAST]
    assert signed([], "أخبار", "ar") == []


def test_a_full_message_is_followed_by_the_signature_alone() -> None:
    full = Reply(html=f"<b>{'&amp;' * (MESSAGE_UNITS - 12)}</b>", plain="&" * (MESSAGE_UNITS - 12))

    assert len(signed([full], "x" * 10, "en")) == 1
    assert signed([full], "x" * 11, "en") == [full, Reply(html="x" * 11, plain="x" * 11)]
