"""What digests hold: places, parties, words, conflict alone, and how much of it."""

from __future__ import annotations

from bot.services.choosing import LENGTHS
from bot.text.markup import one_line, shorten
from bot.text.parties import parties
from bot.text.places import Place, places, places_named
from handlers.settings.home import contents, length
from handlers.settings.view import Rows, View, in_rows

_LABEL_UNITS = 30
_OFTEN_PLACES = ("sy", "iq", "lb", "ps", "ye", "sd", "ly", "ir")
_PARTIES_ON_PAGE = 12
_MOST_ALIKE = 6


def contents_page(view: View) -> tuple[str, Rows]:
    """Return what digests hold, and the ways to change it."""
    filters, say = view.choices.subscription.filters, view.texts
    rows = (
        (view.switch(say("settings.conflict_only"), "c", filters.conflict_only),),
        (view.opens(say("settings.b.places"), "a"), view.opens(say("settings.b.parties"), "y")),
        (view.opens(say("settings.b.words"), "w"), view.opens(say("settings.b.words_out"), "v")),
        view.back(),
    )
    html = (
        f"{view.title('settings.contents', 'settings.contents.hint')}\n{view.said(contents(view))}"
    )
    return html, rows


def places_page(view: View) -> tuple[str, Rows]:
    """Return the places that are followed and some to add; any other can be written."""
    held = view.choices.subscription.filters.places
    offered = [place for place in (*held, *_OFTEN_PLACES) if place in places()]
    buttons = [
        view.member(_place_label(places()[place]), "a", place, place in held)
        for place in dict.fromkeys(offered)
    ]
    write = (view.opens(view.texts("settings.b.write"), "ia"),)
    title = view.title("settings.places", "settings.places.hint")
    return title, (*in_rows(buttons, 2), write, view.back("c"))


def alike_page(view: View, name: str) -> tuple[str, Rows]:
    """Return the places that bear a name, or the offer to look for the word itself."""
    found = places_named(name)[:_MOST_ALIKE]
    word = shorten(one_line(name), _LABEL_UNITS)
    buttons = [
        view.member(_whole_label(place), "a", place.id, held=False)
        for place in found
        if place.id not in view.choices.subscription.filters.places
    ]
    if not found and view.fits("w", f"+{word}"):
        buttons.append(view.sets(view.texts("settings.as_word", word=word), "w", f"+{word}"))
    key = "settings.alike" if found else "settings.no_place"
    return view.texts.html(key, name=word), (*in_rows(buttons, 1), view.back("a"))


def _place_label(place: Place) -> str:
    return shorten(place.name, _LABEL_UNITS)


def _whole_label(place: Place) -> str:
    """Return a place with the area it lies in, to tell it from its namesakes."""
    area = places().get(place.parent)
    return f"{place.name} ({area.name})" if area else place.name


def parties_page(view: View) -> tuple[str, Rows]:
    """Return the parties, some at a time, those that are followed first."""
    held, say = view.choices.subscription.filters.parties, view.texts
    known = [*held, *(one for one in parties() if one not in held)]
    first = int(view.argument) if view.argument.isdecimal() else 0
    first = min(first, max(len(known) - 1, 0)) // _PARTIES_ON_PAGE * _PARTIES_ON_PAGE
    buttons = [
        view.member(shorten(parties()[one].name, _LABEL_UNITS), "y", one, one in held)
        for one in known[first : first + _PARTIES_ON_PAGE]
        if one in parties()
    ]
    turn = []
    if first:
        turn.append(view.opens(say("settings.previous"), "y", str(first - _PARTIES_ON_PAGE)))
    if first + _PARTIES_ON_PAGE < len(known):
        turn.append(view.opens(say("settings.next"), "y", str(first + _PARTIES_ON_PAGE)))
    title = view.title("settings.parties", "settings.parties.hint")
    return title, (*in_rows(buttons, 2), *((tuple(turn),) if turn else ()), view.back("c"))


def words_page(view: View) -> tuple[str, Rows]:
    """Return the words of which a report must hold one; each can be taken away."""
    return _words(view, "w", "settings.words", view.choices.subscription.filters.words_in)


def words_out_page(view: View) -> tuple[str, Rows]:
    """Return the words that keep a report out; each can be taken away."""
    return _words(view, "v", "settings.words_out", view.choices.subscription.filters.words_out)


def _words(view: View, name: str, key: str, held: tuple[str, ...]) -> tuple[str, Rows]:
    buttons = [
        view.member(shorten(one_line(word), _LABEL_UNITS), name, word, held=True)
        for word in held
        if view.fits(name, f"-{word}")
    ]
    write = (view.opens(view.texts("settings.b.write"), f"i{name}"),)
    return view.title(key, f"{key}.hint"), (*in_rows(buttons, 2), write, view.back("c"))


def length_page(view: View) -> tuple[str, Rows]:
    """Return how much one digest holds."""
    filters, say = view.choices.subscription.filters, view.texts
    buttons = [
        view.choice(
            say.count("settings.most", most) if most else say("settings.usual"),
            "n",
            str(most),
            filters.max_events == most,
        )
        for most in LENGTHS
    ]
    rows = (
        *in_rows(buttons, 2),
        (view.switch(say("settings.short"), "s", filters.short),),
        (view.switch(say("settings.skip_quiet"), "e", filters.skip_quiet),),
        (view.switch(say("settings.chart"), "f", filters.chart),),
        view.back(),
    )
    return f"{view.title('settings.length')}\n{view.said(length(view))}", rows
