"""Names of places, parties and events as readers write them, with how many days back."""

from __future__ import annotations

import re

import pytest

from bot.models import FollowKind, Matter
from bot.text.matters import (
    MOST_DAYS,
    is_matter,
    link_to,
    linked,
    matter_in,
    matter_name,
    matters_named,
    requested,
    whole_name,
)
from bot.text.parties import parties
from bot.text.places import places


@pytest.mark.parametrize(
    "name",
    ["خان يونس", "خانيونس", "خـان  يونس", "Khan Younis", "khan yunis", "مدينة خان يونس"],
)
def test_one_place_is_meant_by_every_spelling_of_it(name: str) -> None:
    assert matters_named(name)[:1] == (Matter(FollowKind.PLACE, "ps.khan-younis"),)


@pytest.mark.parametrize("name", ["قسد", "قوات سوريا الديمقراطية", "SDF"])
def test_a_party_is_meant_though_a_place_stands_in_its_name(name: str) -> None:
    assert matters_named(name) == (Matter(FollowKind.PARTY, "sdf"),)


@pytest.mark.parametrize("name", ["#12", "حدث 12", "حدث ١٢", "event 12"])
def test_an_event_is_meant_by_its_number(name: str) -> None:
    assert matters_named(name) == (Matter(FollowKind.EVENT, "12"),)


def test_the_word_before_a_name_chooses_among_namesakes() -> None:
    def kind(name: str) -> str:
        return places()[matters_named(name)[0].value].kind

    assert kind("محافظة إدلب") == "governorate"
    assert kind("مدينة إدلب") == "city"
    assert len(matters_named("طرابلس")) > 1


@pytest.mark.parametrize(
    ("text", "name", "days"),
    [
        ("الباغوز", "الباغوز", None),
        ("الباغوز 7", "الباغوز", 7),
        ("الباغوز ٧ أيام", "الباغوز", 7),
        ("الباغوز أسبوع", "الباغوز", 7),
        ("Baghuz 2 weeks", "Baghuz", 14),
        ("خان يونس 30", "خان يونس", 30),
        ("الباغوز 0", "الباغوز", 1),
        ("الباغوز 999999999999", "الباغوز", MOST_DAYS),
        ("#12 3", "#12", 3),
    ],
)
def test_the_last_words_say_how_many_days(text: str, name: str, days: int | None) -> None:
    asked = requested(text)
    assert (asked.name, asked.days) == (name, days)
    assert asked.matters


@pytest.mark.parametrize("text", ["", " ", "زحلوقة", "7", "<b>", "😀", "a" * 5000, "#", "\x00"])
def test_what_is_not_in_the_lists_is_not_guessed(text: str) -> None:
    assert requested(text).matters == ()


def test_every_place_and_party_has_a_name_for_both_languages() -> None:
    held = [Matter(FollowKind.PLACE, one) for one in places()]
    held += [Matter(FollowKind.PARTY, one) for one in parties()]
    for matter in held:
        assert is_matter(matter)
        assert matter_name(matter, "ar").strip()
        assert whole_name(matter, "en").strip()
    assert len(held) > 2000
    assert not is_matter(Matter(FollowKind.PLACE, "nowhere"))
    assert not is_matter(Matter(FollowKind.EVENT, "١٢"))


@pytest.mark.parametrize(
    ("question", "matter"),
    [
        ("ماذا يحدث في الباغوز؟", Matter(FollowKind.PLACE, "sy.baghouz")),
        ("ما الجديد في سوريا؟", Matter(FollowKind.PLACE, "sy")),
        ("سوريا: ماذا جرى في خان يونس؟", Matter(FollowKind.PLACE, "ps.khan-younis")),
        ("ماذا قالت قوات سوريا الديمقراطية في سوريا؟", Matter(FollowKind.PARTY, "sdf")),
        ("Baghuz", Matter(FollowKind.PLACE, "sy.baghouz")),
        ("ما الذي أبطأ التقدم؟", None),
        ("", None),
    ],
)
def test_a_question_is_about_the_smallest_kind_of_thing_that_it_names(
    question: str, matter: Matter | None
) -> None:
    assert matter_in(question) == matter


def test_what_is_shared_in_a_link_is_found_again_and_fits_into_one() -> None:
    everything = [
        *(Matter(FollowKind.PLACE, one) for one in places()),
        *(Matter(FollowKind.PARTY, one) for one in parties()),
        Matter(FollowKind.EVENT, "9" * 12),
    ]
    links = [link_to(one) for one in everything]

    assert len(everything) > 1000
    assert [linked(link) for link in links] == everything
    assert len(set(links)) == len(links)
    assert all(re.fullmatch(r"[\w-]{1,64}", link, re.ASCII) for link in links)


@pytest.mark.parametrize("link", ["", "p_", "x_sy", "e 1", "w|f|all", "p_" + "a" * 63, "p_سوريا"])
def test_what_is_no_link_of_ours_names_nothing(link: str) -> None:
    assert linked(link) is None
