"""The first page of the settings: everything that is chosen, at a glance."""

from __future__ import annotations

from bot.models import Button, ChatKind
from bot.services.choosing import EVERY_DAY
from bot.text.dates import month_name, weekday_name, zone_name
from bot.text.markup import escape, isolate, one_line, shorten
from bot.text.parties import parties
from bot.text.places import places
from bot.text.zones import own_name
from handlers.settings.arrival import arrival
from handlers.settings.view import Rows, View

_TITLE_UNITS = 60
_NAMED = 4  # places, parties and words named in a summary; more are counted
WEEK = (6, 7, 1, 2, 3, 4, 5)  # begins on Saturday


def home(view: View) -> tuple[str, Rows]:
    """Return what is chosen, and a button for each thing to choose."""
    say, choices = view.texts, view.choices
    active = choices.subscription.active
    lines = [
        heading(view),
        say.html("settings.hint"),
        view.line("settings.digest", say("settings.on" if active else "settings.off")),
        view.line("settings.times", times(view)),
        view.line("settings.days", days(view)),
        view.line("settings.zone", isolate(zone_name(choices.subscription.timezone, say.code))),
        view.line("settings.quiet", quiet(view)),
        view.line("settings.contents", contents(view)),
        view.line("settings.length", length(view)),
        view.line("settings.look", look(view)),
        view.line("settings.arrival", arrival(view)),
        view.line("settings.language", own_name(choices.chat.language)),
    ]
    switch = (
        view.sets(say("panel.off"), "on", "0") if active else view.sets(say("panel.on"), "on", "1")
    )
    chat, subscription = choices.chat, choices.subscription
    if chat.kind is ChatKind.CHANNEL and subscription.id == 0:  # shown before it is posted
        switch = Button(say("panel.on"), f"d|{chat.id}|{subscription.topic_id}|on")
    rows = (
        (view.opens(say("settings.b.times"), "t"), view.opens(say("settings.b.days"), "d")),
        (view.opens(say("settings.b.zone"), "z"), view.opens(say("settings.b.quiet"), "q")),
        (view.opens(say("settings.b.contents"), "c"), view.opens(say("settings.b.length"), "n")),
        (view.opens(say("settings.b.look"), "k"), view.opens(say("settings.b.language"), "l")),
        (view.opens(say("settings.b.arrival"), "r"), switch),
    )
    return "\n".join(lines), rows


def heading(view: View) -> str:
    """Return the heading, which names the group or channel that is not the reader's own chat."""
    chat = view.choices.chat
    if chat.kind is ChatKind.PRIVATE:
        return view.title("settings.title")
    name = shorten(one_line(chat.title), _TITLE_UNITS)
    return f"<b>{view.texts.html('settings.title_of')}</b> {escape(isolate(name))}"


def comma(view: View) -> str:
    """Return what stands between things in a list."""
    return "، " if view.texts.right_to_left else ", "


def times(view: View) -> str:
    """Return the times of day."""
    return view.texts.digits(comma(view).join(view.choices.subscription.times))


def days(view: View) -> str:
    """Return the weekdays, or that it is every day."""
    held = view.choices.subscription.weekdays
    if len(held) == len(EVERY_DAY):
        return view.texts("settings.every_day")
    return comma(view).join(weekday_name(day, view.texts.code) for day in WEEK if day in held)


def quiet(view: View) -> str:
    """Return the quiet hours, or that there are none."""
    options = view.choices.subscription.delivery
    if not options.quiet_from:
        return view.texts("settings.none")
    return hours(view, options.quiet_from, options.quiet_until)


def hours(view: View, begin: str, end: str) -> str:
    """Return a span of hours."""
    span = view.texts("settings.span", begin=begin, end=end)
    return view.texts.digits(span)


def contents(view: View) -> str:
    """Return what digests hold."""
    filters, say = view.choices.subscription.filters, view.texts
    named = [places()[one].name for one in filters.places if one in places()]
    named += [parties()[one].name for one in filters.parties if one in parties()]
    named += [one_line(word) for word in filters.words_in]
    named = [isolate(name) for name in named]
    said = [say("settings.conflict_only")] if filters.conflict_only else []
    if named:
        said.append(comma(view).join(named[:_NAMED]))
    if len(named) > _NAMED:
        said.append(say.count("settings.more", len(named) - _NAMED))
    if filters.words_out:
        without = (isolate(one_line(word)) for word in filters.words_out[:_NAMED])
        said.append(f"{say('settings.without')} {comma(view).join(without)}")
    return " · ".join(said) or say("settings.everything")


def length(view: View) -> str:
    """Return how much one digest holds."""
    filters, say = view.choices.subscription.filters, view.texts
    most = filters.max_events
    said = [say.count("settings.most", most) if most else say("settings.usual")]
    if filters.short:
        said.append(say("settings.short"))
    if filters.skip_quiet:
        said.append(say("settings.skip_quiet"))
    if filters.chart:
        said.append(say("settings.chart"))
    return " · ".join(said)


def look(view: View) -> str:
    """Return how messages look."""
    chosen, say = view.choices.chat.look, view.texts
    said = []
    if say.right_to_left:
        said.append("١٢٣" if chosen.eastern_digits else "123")
        said.append(month_name(8, say.code, chosen.months) if chosen.months else "")
    names = ("hijri", "text_only", "spoilers")
    said += [say(f"settings.{name}") for name in names if getattr(chosen, name)]
    if not chosen.pictures or chosen.text_only:
        said.append(say("settings.no_pictures"))
    return " · ".join(one for one in said if one) or say("settings.usual")
