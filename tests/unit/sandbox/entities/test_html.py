"""Telegram's HTML, judged by its own library."""

from random import Random

import pytest

from bot.sandbox.entities import MarkupError, parse_html
from tests.unit.sandbox.entities.generated import markup

CASES = 6000
Read = str | tuple[str, list[tuple[int, int, str, str]]]


def _ours(text: str) -> Read:
    try:
        plain, entities = parse_html(text)
    except MarkupError as error:
        return f"Can't parse entities: {error}"
    return plain, [(e.offset, e.length, e.type, e.argument) for e in entities]


@pytest.mark.parametrize("seed", [2019, 2026])
def test_html_is_read_as_telegrams_own_library_reads_it(seed: int) -> None:
    oracle = pytest.importorskip("tests.unit.sandbox.entities.oracle", exc_type=ImportError)
    random = Random(seed)  # noqa: S311 - repeatable on purpose
    refused, styled, different = 0, 0, []

    for _ in range(CASES):
        text = markup(random)
        request = {"@type": "parseTextEntities", "text": text}
        answer = oracle.execute(request | {"parse_mode": {"@type": "textParseModeHTML"}})
        theirs: Read
        if answer["@type"] == "error":
            theirs, refused = answer["message"], refused + 1
        else:
            theirs = (answer["text"], oracle.found(answer))
            styled += bool(answer["entities"])
        if theirs != _ours(text):
            different.append((text, theirs, _ours(text)))

    print(f"{CASES} texts: {refused} refused, {styled} with entities, {len(different)} different")
    assert not different[:3]
    assert refused > CASES / 5 and styled > CASES / 4


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("عاجل <br>", 'Unsupported start tag "br" at byte offset 9'),
        ("<b><i>x</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("</b>", "Unexpected end tag at byte offset 0"),
    ],
)
def test_a_refusal_names_its_place_in_bytes(text: str, reason: str) -> None:
    with pytest.raises(MarkupError) as caught:
        parse_html(text)

    assert str(caught.value) == reason


def test_a_bad_address_silently_loses_its_link() -> None:
    assert parse_html('<a href="javascript:alert(1)">x</a>') == ("x", [])
