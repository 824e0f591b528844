"""Whatever strangers write, Telegram accepts the message and the quote stays as it was."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.delivery.fragments import MESSAGE_ENTITIES, sendable
from bot.delivery.render import render_answer, render_digest
from bot.models import Reply
from bot.text.markup import utf16_length
from tests.unit.delivery.oracle import Parsed, parse
from tests.unit.delivery.samples import answer, article, digest, item, passage

ZONE = "Asia/Beirut"
NASTY = [
    "<b>", "</b>", "&", "&amp;", "&#1575;", "&lt", "<br>", "<p>", "<!-- ", "<a href=", '"', "'",
    "<blockquote>", "</blockquote>", "<pre><code", "<tg-emoji emoji-id=1>", "\u202e", "\u2066",
    "\u2069", "\u200f", "\u200b", "😀", "👨‍👩‍👧", "𐍈", "@name", "#وسم", "/ask",
    "https://x.org", "\n", "\t", "عاجل", "الجسر ", "CNN", "12،5", "ﷺ", "َ",
]  # fmt: skip
# Telegram replaces control characters and drops some embeddings on its side, in any message.
shown_as_sent = st.text(
    st.characters(
        exclude_categories=["Cs", "Cc"],
        exclude_characters="\u2028\u2029\u202a\u202b\u202c\u202d\u202e",
    ),
    max_size=40,
)
hostile = st.lists(st.sampled_from(NASTY) | st.text(max_size=12), max_size=30).map("".join)
visible = st.lists(st.sampled_from(NASTY) | shown_as_sent, min_size=1, max_size=40).map("".join)
addresses = st.sampled_from(
    ["https://example.org/?a=1&b=2", "javascript:alert(1)", 'http://x.org/"<b>', "", "http://ا.org"]
) | st.text(max_size=30)
lengths = st.sampled_from([1, 1, 1, 30, 400])


def parsed(replies: list[Reply]) -> list[Parsed]:
    """Let Telegram's parser read every message, and check what must hold for all."""
    messages = [parse(reply.html) for reply in replies]
    for message, reply in zip(messages, replies, strict=True):
        assert 0 < utf16_length(message.text) <= 4096
        sent = sendable(reply.html, reply.plain)
        assert 0 < utf16_length(sent) <= 4096
        assert sent in {reply.plain, message.text}
        assert len(message.entities) <= MESSAGE_ENTITIES
    return messages


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(title=hostile, source=hostile, text=visible, url=addresses, times=lengths, data=st.data())
def test_any_answer_is_accepted_and_its_quote_is_letter_for_letter(
    title: str, source: str, text: str, url: str, times: int, data: st.DataObject
) -> None:
    text = "ق" + (text * times)[:1500] + "ق"  # whatever it is, this fits uncut
    place = st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))
    matches = data.draw(st.lists(place, max_size=40))

    replies = render_answer(
        answer(passage(text, matches, title=title, source=source, url=url)),
        zone=ZONE,
        language="ar",
    )

    [message] = parsed(replies)
    assert f">{escaped(text)}<" in replies[0].html.replace("<b>", "").replace("</b>", "")
    if not any(c in text for c in "\u202a\u202b\u202c\u202d\u202e\u2028\u2029"):
        assert message.of("BlockQuote") == [text]


def escaped(text: str) -> str:
    return (
        text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    )


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(hostile, hostile, lengths, addresses), min_size=1, max_size=15))
def test_any_digest_is_accepted_in_every_part_and_loses_no_article(
    rows: list[tuple[str, str, int, str]],
) -> None:
    items = [
        item(
            number,
            text * times,
            article=article(number, title=title, url=url, source=title),
            also_in=tuple(article(900 + n, url=url, source=text) for n in range(number % 5)),
            repeated=number % 3 == 0,
        )
        for number, (title, text, times, url) in enumerate(rows, start=1)
    ]

    replies = render_digest(digest(*items, left_out=len(rows)), zone=ZONE, language="ar")

    parsed(replies)
    assert [n for reply in replies for n in reply.article_ids] == list(range(1, len(rows) + 1))


def test_words_of_twenty_thousand_letters_fit_everywhere() -> None:
    word = "ك" * 20_000
    emoji = "😀" * 10_000
    for giant in (word, emoji, "<b>" * 7000, "&" * 20_000):
        monster = article(1, title=giant, source=giant, url="https://example.org/" + giant)
        answered = render_answer(answer(passage(giant)), zone=ZONE, language="ar")
        nothing = render_answer(answer(nearest=(monster,) * 9), zone=ZONE, language="ar")
        items = [item(n, giant, article=monster, also_in=(monster,) * 9) for n in range(1, 4)]
        digested = render_digest(digest(*items), zone=ZONE, language="ar")

        assert "…" in parsed(answered)[0].text
        assert len(parsed(nothing)) == 1
        assert len(parsed(digested)) == 3


def test_a_control_character_in_a_quote_does_not_make_telegram_refuse_it() -> None:
    text = "قبل\x00بعد\x08\x1b\r\x7f"

    [reply] = render_answer(answer(passage(text)), zone=ZONE, language="ar")

    [message] = parsed([reply])
    assert f"<blockquote>{text}</blockquote>" in reply.html
    assert "قبل" in message.text


def test_a_digest_of_many_links_stays_below_the_number_of_entities_that_telegram_takes() -> None:
    others = tuple(article(n, source=f"وكالة {n}") for n in range(2, 6))
    items = [item(n, "خبر", also_in=others) for n in range(1, 60)]

    messages = parsed(render_digest(digest(*items), zone=ZONE, language="ar"))

    assert len(messages) > 3
    assert max(len(message.entities) for message in messages) > 60
