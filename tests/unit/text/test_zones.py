"""Zones by country, city and place on the map."""

from __future__ import annotations

import pytest

from bot.text.dates import is_zone
from bot.text.languages import available_languages
from bot.text.zones import COUNTRIES, country_name, country_of, own_name, zone_at, zones_in


@pytest.mark.parametrize(
    ("latitude", "longitude", "zone"),
    [
        (36.2, 37.16, "Asia/Damascus"),  # Aleppo
        (34.45, 40.93, "Asia/Damascus"),  # Abu Kamal, at the border of Iraq
        (36.34, 43.13, "Asia/Baghdad"),  # Mosul
        (31.5, 34.45, "Asia/Gaza"),
        (15.35, 44.2, "Asia/Aden"),  # Sanaa
        (52.5, 13.4, "Europe/Berlin"),
        (-33.9, 151.2, "Australia/Sydney"),
    ],
)
def test_a_point_has_the_zone_of_its_country(latitude: float, longitude: float, zone: str) -> None:
    assert zone_at(latitude, longitude) == zone


@pytest.mark.parametrize(("latitude", "longitude"), [(0, 0), (-50, -120), (35, -40)])
def test_the_open_sea_has_no_zone(latitude: float, longitude: float) -> None:
    assert zone_at(latitude, longitude) == ""


@pytest.mark.parametrize("language", available_languages())
def test_every_country_offered_has_a_name_and_zones(language: str) -> None:
    for code in COUNTRIES:
        zones = zones_in(code, language)
        assert zones, code
        assert all(is_zone(zone) for zone in zones)
        assert country_name(code, language) != code
        assert all(country_of(zone) == code for zone in zones)
    assert own_name(language)
    assert zones_in("XX", language) == ()
