"""The table of the pages of the settings, and which page shows which field."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from handlers.settings import arrival, looks, matter, schedule
from handlers.settings.home import home
from handlers.settings.view import Rows, View

Page = Callable[[View], tuple[str, Rows]]

PAGES: Mapping[str, Page] = {
    "home": home,
    "t": schedule.times_page,
    "d": schedule.days_page,
    "z": schedule.countries_page,
    "zc": schedule.cities_page,
    "q": schedule.quiet_page,
    "qf": schedule.quiet_from_page,
    "qu": schedule.quiet_until_page,
    "c": matter.contents_page,
    "a": matter.places_page,
    "y": matter.parties_page,
    "w": matter.words_page,
    "v": matter.words_out_page,
    "n": matter.length_page,
    "k": looks.look_page,
    "m": looks.months_page,
    "l": looks.language_page,
    "r": arrival.arrival_page,
}
_SHOWN_ON = {
    "on": "home",
    "u": "r",
    "b": "r",
    "ed": "r",
    "br": "r",
    "j": "r",
    "s": "n",
    "e": "n",
    "f": "n",
    "g": "k",
    "h": "k",
    "x": "k",
    "p": "k",
    "o": "k",
}


def page_of(field: str) -> str:
    """Return the page on which a field is shown, and that is shown again when it was set."""
    return _SHOWN_ON.get(field, field)


def shown(view: View, page: str, undo: tuple[str, str] | None = None) -> tuple[str, Rows]:
    """Return a page, with a button that undoes what was just set (field, value)."""
    html, rows = PAGES[page](view)
    if undo is None or not view.fits(*undo):
        return html, rows
    return html, ((view.sets(view.texts("settings.undo"), *undo),), *rows)
