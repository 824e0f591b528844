"""The bot's own words: gettext catalogues, one ``.po`` file a language.

A catalogue is compiled in memory when it is first asked for, so adding a language is adding one
file to ``bot/locales``. Message ids are keys ("answer.none"); every language, English too, is a
translation. Nothing about a conflict is ever written here: quotes come from the store.
"""

from __future__ import annotations

import io
from functools import cache
from gettext import GNUTranslations
from importlib import resources

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from bot.text.markup import escape, isolate

DEFAULT_LANGUAGE = "ar"
RIGHT_TO_LEFT = frozenset({"ar", "fa", "ur", "ckb"})
_EASTERN = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


class Texts:
    """One language's catalogue.

    Parameters are inserted isolated, so that a Latin name in an Arabic line (or the other way
    round) cannot disturb its direction. Numbers among them are written in the digits that the
    reader chose. A missing key raises KeyError: tests find it first.
    """

    def __init__(
        self, code: str, translations: GNUTranslations, *, eastern_digits: bool = False
    ) -> None:
        self.code = code
        self._translations = translations
        self._eastern = eastern_digits

    @property
    def right_to_left(self) -> bool:
        """Whether lines of this language run from right to left."""
        return self.code in RIGHT_TO_LEFT

    def in_digits(self, eastern: bool) -> Texts:
        """Return the same catalogue with numbers written ١٢٣ (right-to-left languages) or 123."""
        eastern = eastern and self.right_to_left
        return Texts(self.code, self._translations, eastern_digits=eastern)

    def digits(self, text: str) -> str:
        """Return ``text`` of ours (a date, a time of day) in the digits that the reader chose."""
        return text.translate(_EASTERN) if self._eastern else text

    def __call__(self, key: str, **params: object) -> str:
        """Return the plain text of ``key`` with ``params`` inserted."""
        return self._lookup(key).format(**{k: isolate(self._shown(v)) for k, v in params.items()})

    def html(self, key: str, **params: object) -> str:
        """Return the text of ``key``, which may hold Telegram tags, with escaped ``params``."""
        safe = {name: escape(isolate(self._shown(value))) for name, value in params.items()}
        return self._lookup(key).format(**safe)

    def count(self, key: str, n: int, **params: object) -> str:
        """Return the plural form of ``key`` for ``n`` (six forms in Arabic)."""
        text = self._translations.ngettext(key, key, n)
        if text == key:
            raise KeyError(f"{self.code}: no plural text for {key}")
        shown = {name: isolate(self._shown(value)) for name, value in params.items()}
        return text.format(n=self._shown(n), **shown)

    def _shown(self, value: object) -> str:
        """Return a parameter as text; only numbers change, foreign text never does."""
        return self.digits(str(value)) if isinstance(value, int | float) else str(value)

    def _lookup(self, key: str) -> str:
        text = self._translations.gettext(key)
        if text == key:
            raise KeyError(f"{self.code}: no text for {key}")
        return text


@cache
def available_languages() -> tuple[str, ...]:
    """Return the codes of all catalogues, the default language first."""
    found = sorted(
        entry.name.removesuffix(".po")
        for entry in resources.files("bot.locales").iterdir()
        if entry.name.endswith(".po")
    )
    return tuple(sorted(found, key=lambda code: (code != DEFAULT_LANGUAGE, code)))


def texts(code: str | None) -> Texts:
    """Return the catalogue for a language code such as "ar" or "en-GB".

    An unknown or missing code gives the default language.
    """
    wanted = (code or "").replace("_", "-").split("-")[0].lower()
    return _catalogue(wanted if wanted in available_languages() else DEFAULT_LANGUAGE)


@cache
def _catalogue(known: str) -> Texts:
    source = resources.files("bot.locales").joinpath(f"{known}.po").read_bytes()
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(source), locale=known, abort_invalid=True))
    compiled.seek(0)
    return Texts(known, GNUTranslations(compiled))
