"""When digests come: times, weekdays, zone and quiet hours."""

from __future__ import annotations

from bot.models import Button, ChatKind
from bot.services.choosing import EVERY_DAY
from bot.text.dates import weekday_name, zone_name
from bot.text.zones import COUNTRIES, country_name, country_of, zones_in
from handlers.settings.home import WEEK, days, hours, quiet, times
from handlers.settings.view import Rows, View, in_rows

_HOURS = (*range(5, 24), *range(5))
_QUIET = ("2206", "2207", "2307", "2308", "0008")
_COUNTRIES_ON_PAGE = 20


def times_page(view: View) -> tuple[str, Rows]:
    """Return the hours of the day, those at which a digest comes marked."""
    held = view.choices.subscription.times
    labels = sorted({f"{hour:02d}:00" for hour in _HOURS} | set(held), key=_from_morning)
    buttons = [
        view.member(view.texts.digits(at), "t", at.replace(":", ""), at in held) for at in labels
    ]
    html = f"{view.title('settings.times', 'settings.times.hint')}\n{view.said(times(view))}"
    return html, (*in_rows(buttons, 4), view.back())


def _from_morning(at: str) -> tuple[bool, str]:
    return at < "05:00", at


def days_page(view: View) -> tuple[str, Rows]:
    """Return the weekdays, those on which a digest comes marked."""
    held = view.choices.subscription.weekdays
    buttons = [
        view.member(weekday_name(day, view.texts.code), "d", str(day), day in held) for day in WEEK
    ]
    hint = "settings.days.hint" if len(held) == len(EVERY_DAY) else ""
    html = f"{view.title('settings.days', hint)}\n{view.said(days(view))}"
    return html, (*in_rows(buttons, 2), view.back())


def countries_page(view: View) -> tuple[str, Rows]:
    """Return countries to choose a zone in, one half at a time."""
    now, say = view.choices.subscription.timezone, view.texts
    further = view.argument == "2"
    here = country_of(now)
    cut = _COUNTRIES_ON_PAGE
    shown = COUNTRIES[cut:] if further else COUNTRIES[:cut]
    buttons = [_country(view, code, held=code == here) for code in shown]
    more = (
        view.opens(say("settings.first_page"), "z")
        if further
        else view.opens(say("settings.more_countries"), "z", "2")
    )
    rows = [*in_rows(buttons, 2), (more,)]
    if view.choices.chat.kind is ChatKind.PRIVATE:
        rows.append((view.opens(say("settings.b.location"), "loc"),))
    title = view.title("settings.zone", "settings.zone.hint")
    html = f"{title}\n{view.said(zone_name(now, say.code))}"
    return html, (*rows, view.back())


def _country(view: View, code: str, *, held: bool) -> Button:
    name, zones = country_name(code, view.texts.code), zones_in(code, view.texts.code)
    if len(zones) == 1:
        return view.choice(name, "z", zones[0], held)
    return view.opens(f"{'● ' if held else ''}{name} …", "zc", code)


def cities_page(view: View) -> tuple[str, Rows]:
    """Return the cities of a country that has several zones."""
    now = view.choices.subscription.timezone
    code = view.argument if view.argument in COUNTRIES else country_of(now)
    buttons = [
        view.choice(zone_name(zone, view.texts.code), "z", zone, zone == now)
        for zone in zones_in(code, view.texts.code)
    ]
    html = f"{view.title('settings.zone')}\n{view.said(country_name(code, view.texts.code))}"
    return html, (*in_rows(buttons, 2), view.back("z"))


def quiet_page(view: View) -> tuple[str, Rows]:
    """Return usual spans of quiet hours, and the way to any other."""
    options, say = view.choices.subscription.delivery, view.texts
    held = options.quiet_from[:2] + options.quiet_until[:2]
    spans = list(_QUIET) if held in _QUIET or not held else [held, *_QUIET]
    buttons = [
        view.choice(f"{say.digits(s[:2])}–{say.digits(s[2:])}", "q", s, s == held) for s in spans
    ]
    none = view.choice(say("settings.none"), "q", "no", not held)
    html = f"{view.title('settings.quiet', 'settings.quiet.hint')}\n{view.said(quiet(view))}"
    other = view.opens(say("settings.other_hours"), "qf")
    return html, (*in_rows(buttons, 3), (none, other), view.back())


def quiet_from_page(view: View) -> tuple[str, Rows]:
    """Return the hours at which quiet may begin."""
    buttons = [
        view.opens(view.texts.digits(f"{hour:02d}:00"), "qu", f"{hour:02d}")
        for hour in (*range(18, 24), *range(18))
    ]
    return view.title("settings.quiet_from"), (*in_rows(buttons, 4), view.back("q"))


def quiet_until_page(view: View) -> tuple[str, Rows]:
    """Return the hours at which quiet that begins at a chosen hour may end."""
    begin = view.argument if view.argument.isdecimal() and len(view.argument) == 2 else "22"
    begins_at = int(begin) % 24
    ends = [f"{(begins_at + after) % 24:02d}" for after in range(1, 24)]
    buttons = [view.sets(view.texts.digits(f"{end}:00"), "q", f"{begin}{end}") for end in ends]
    title = view.title("settings.quiet_until")
    return f"{title}\n{view.said(hours(view, f'{begin}:00', '…'))}", (
        *in_rows(buttons, 4),
        view.back("qf"),
    )
