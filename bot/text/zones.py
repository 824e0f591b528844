"""Time zones by country and city, and the zone of a place on the map.

The countries' names and which zones lie in which are those of Unicode's locale data (Babel); the
zone of a point is looked up in the borders that ``tzfpy`` brings along, without any network.
"""

from __future__ import annotations

from functools import cache

from babel.core import Locale, get_global
from tzfpy import get_tz

from bot.text.dates import is_zone, zone_name
from bot.text.places import places

# Where readers of Arabic conflict news live, nearest to the conflicts first.
COUNTRIES = (
    "SY", "IQ", "LB", "PS", "JO", "YE", "SD", "LY", "EG", "SA", "AE", "QA", "KW", "BH", "OM", "TN",
    "DZ", "MA", "MR", "SO", "DJ", "IL", "TR", "IR", "DE", "SE", "NL", "BE", "AT", "FR", "GB", "NO",
    "DK", "ES", "IT", "GR", "US", "CA", "BR", "AU",
)  # fmt: skip
_MOST_OF_ONE = 12  # cities offered of one country
_PROMINENT = {
    "US": ("New_York", "Chicago", "Denver", "Phoenix", "Los_Angeles", "Anchorage", "Honolulu"),
    "CA": ("Toronto", "Winnipeg", "Edmonton", "Vancouver", "Halifax", "St_Johns", "Regina"),
    "BR": ("Sao_Paulo", "Fortaleza", "Bahia", "Manaus", "Cuiaba", "Rio_Branco"),
    "AU": ("Sydney", "Melbourne", "Brisbane", "Adelaide", "Darwin", "Perth", "Hobart"),
    "DE": ("Berlin",),
}


@cache
def country_name(code: str, language: str) -> str:
    """Return a country's usual name in a language, as short as people say it.

    That of the gazetteer where there is one («السعودية»), else that of the locale data; the code
    where neither knows it.
    """
    known = places().get(code.lower())
    if known is not None and language in ("ar", "en"):
        return known.name if language == "ar" else known.latin[0]
    name: str = Locale.parse(language).territories.get(code, code)
    return name


@cache
def zones_in(country: str, language: str) -> tuple[str, ...]:
    """Return the zones of a country (ISO 3166), by the names of their cities; empty if unknown."""
    zones = [zone for zone, code in get_global("zone_territories").items() if code == country]
    known = [zone for zone in zones if is_zone(zone)]
    if country in _PROMINENT:
        known = [zone for zone in known if zone.rpartition("/")[2] in _PROMINENT[country]]
    return tuple(sorted(known, key=lambda zone: zone_name(zone, language))[:_MOST_OF_ONE])


@cache
def country_of(zone: str) -> str:
    """Return the country in which a zone's city lies; empty if unknown."""
    country: str = get_global("zone_territories").get(zone, "")
    return country


@cache
def own_name(language: str) -> str:
    """Return a language's name in itself: «العربية», "English"."""
    name = Locale.parse(language).get_display_name(language) or language
    return name[:1].upper() + name[1:]


def zone_at(latitude: float, longitude: float) -> str:
    """Return the zone of a point on the map, empty where there is none (the open sea)."""
    zone = get_tz(longitude, latitude)
    return zone if is_zone(zone) and not zone.startswith("Etc/") else ""
