"""How digests arrive: sound, pin, edits in place, signature, and breaking posts between them."""

from __future__ import annotations

from bot.models import ChatKind
from bot.text.markup import isolate, one_line, shorten
from handlers.settings.view import Rows, View

_SIGNATURE_UNITS = 60


def arrival(view: View) -> str:
    """Return how digests arrive, in a few words."""
    options, say = view.choices.subscription.delivery, view.texts
    said = [say("settings.silent")] if options.silent else []
    if options.pin:
        said.append(say("settings.pin"))
    if options.edit_in_place:
        said.append(say("settings.edited"))
    if options.breaking:
        said.append(say("settings.breaking"))
    if options.signature:
        name = isolate(shorten(one_line(options.signature), _SIGNATURE_UNITS))
        said.append(say("settings.signed", signature=name))
    return " · ".join(said) or say("settings.usual")


def arrival_page(view: View) -> tuple[str, Rows]:
    """Return the switches for sound and pin, and the ways to sign where others read."""
    options, say, chat = view.choices.subscription.delivery, view.texts, view.choices.chat
    rows: list[Rows] = [
        (
            (view.switch(say("settings.silent"), "u", options.silent),),
            (view.switch(say("settings.pin"), "b", options.pin),),
            (view.switch(say("settings.edited"), "ed", options.edit_in_place),),
        )
    ]
    if chat.kind is not ChatKind.PRIVATE:
        rows.append(((view.switch(say("settings.breaking"), "br", options.breaking),),))
        signing = [view.opens(say("settings.b.sign"), "ij")]
        if view.fits("j", f"+{one_line(chat.title)}") and one_line(chat.title):
            name = f"+{one_line(chat.title)}"
            signing.insert(0, view.sets(say("settings.b.sign_name"), "j", name))
        rows.append((tuple(signing),))
        if options.signature:
            rows.append(((view.sets(say("settings.b.unsign"), "j", "no"),),))
    html = f"{view.title('settings.arrival', 'settings.arrival.hint')}\n{view.said(arrival(view))}"
    return html, (*(row for some in rows for row in some), view.back())
