"""Parties named in a text."""

from __future__ import annotations

import pytest

from bot.text.parties import find_parties, parties, party_named


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("قوات سوريا الديمقراطية تهاجم تنظيم داعش", ["sdf", "isis"]),
        ("والحوثيون في الحديدة", ["houthis"]),
        ("ميليشيا الحوثي الإيرانية", ["houthis"]),
        ("لحزب الله اللبناني", ["hezbollah"]),
        ("حماس والجهاد الإسلامي", ["hamas", "islamic-jihad"]),
        ("قوات الدعم السريع والجيش السوداني", ["rsf", "sudan-army"]),
        ("الجيش الإسرائيلي يعلن", ["israeli-army"]),
        ("التحالف العربي لدعم الشرعية في اليمن", ["arab-coalition"]),
        ("هيئة تحرير الشام", ["hts"]),
        ("وحدات حماية الشعب الكردية", ["ypg"]),
        ("المرصد السوري لحقوق الإنسان", ["sohr"]),
        ("Hamas and Hezbollah", ["hamas", "hezbollah"]),
        ("لا أحد هنا", []),
    ],
)
def test_parties_are_found_by_their_longest_name(text: str, ids: list[str]) -> None:
    assert [mention.party.id for mention in find_parties(text)] == ids


def test_one_name_names_one_party_only() -> None:
    owners: dict[str, set[str]] = {}
    for party in parties().values():
        for name in party.names:
            owners.setdefault(name, set()).add(party.id)

    assert len(parties()) > 40
    assert {name: ids for name, ids in owners.items() if len(ids) > 1} == {}


def test_a_whole_text_names_a_party_or_none() -> None:
    named = party_named("أنصار الله")

    assert named is not None
    assert named.id == "houthis"
    assert party_named("الطقس اليوم") is None
