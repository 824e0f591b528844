"""How messages look, and which language they speak."""

from __future__ import annotations

from bot.text.dates import MONTHS, month_name
from bot.text.languages import available_languages
from bot.text.zones import country_name, own_name
from handlers.settings.home import look
from handlers.settings.view import Rows, View, in_rows

_TELLING = (1, 7)  # months whose names tell the countries' uses apart


def look_page(view: View) -> tuple[str, Rows]:
    """Return digits, months, calendar, pictures and spoilers, each with its state."""
    chosen, say = view.choices.chat.look, view.texts
    rows: list[Rows] = []
    if say.right_to_left:
        digits = (
            view.choice("123", "g", "0", not chosen.eastern_digits),
            view.choice("١٢٣", "g", "1", chosen.eastern_digits),
        )
        rows.append((digits, (view.opens(say("settings.b.months"), "m"),)))
    switches = [
        view.switch(say("settings.hijri"), "h", chosen.hijri),
        view.switch(say("settings.pictures"), "p", chosen.pictures),
        view.switch(say("settings.text_only"), "x", chosen.text_only),
        view.switch(say("settings.spoilers"), "o", chosen.spoilers),
    ]
    rows.append(in_rows(switches, 1))
    html = f"{view.title('settings.look', 'settings.look.hint')}\n{view.said(look(view))}"
    return html, (*(row for some in rows for row in some), view.back())


def months_page(view: View) -> tuple[str, Rows]:
    """Return the uses of month names, each shown by two of its names."""
    held, say = view.choices.chat.look.months, view.texts

    def label(country: str) -> str:
        names = "، ".join(month_name(month, say.code, country) for month in _TELLING)
        return f"{country_name(country, say.code)}: {names}"

    buttons = [view.choice(label(code), "m", code, code == held) for code in MONTHS]
    usual = view.choice(say("settings.by_zone"), "m", "no", not held)
    return view.title("settings.months"), (*in_rows([usual, *buttons], 1), view.back("k"))


def language_page(view: View) -> tuple[str, Rows]:
    """Return the languages that there are catalogues for, each by its own name."""
    held = view.choices.chat.language
    buttons = [
        view.choice(own_name(code), "l", code, code == held) for code in available_languages()
    ]
    return view.title("settings.language"), (*in_rows(buttons, 2), view.back())
