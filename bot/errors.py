"""Everything that can go wrong, as one tree.

::

    MujazError
    ├── SettingsError          a setting is missing, malformed or contradicts another
    ├── InputError             what somebody gave us cannot be used
    │   ├── FileRefusedError   a file: binary, empty, too large, of an unknown encoding
    │   ├── TextRefusedError   a pasted or forwarded text without an article in it
    │   └── AddressError       an address that is malformed or must not be fetched
    ├── FetchError             a source did not answer as it should
    │   └── FeedError          it answered, but not with a feed
    ├── StoreError             the database refused
    │   ├── StoreLockedError   somebody else holds it; try again
    │   ├── StoreAwayError     the database server does not answer or let us in
    │   ├── StoreFullError     no space left, or read-only
    │   ├── StoreCorruptError  the file is damaged or not a database of ours
    │   ├── StoreVersionError  it was written by a newer Mujaz
    │   ├── StoreUnfinishedError  a restore or a move into it has not ended
    │   └── OvertakenError     what was to be replaced has meanwhile left; try again
    ├── AlreadyRunningError    another Mujaz runs on this data folder
    ├── EmbeddingError         no vector could be had; lexical search stands alone
    │   └── TextNotEmbeddedError  for one text never, whoever asks again
    └── SearchIndexError       the search index is broken; it can be rebuilt from the store

Every error carries a message ``key`` into the catalogues of ``bot/locales``: readers see that
text in their language, the log sees ``str(error)`` and its cause.
"""

from __future__ import annotations

from typing import ClassVar


class MujazError(Exception):
    """Base of all our errors: a message key with its parameters, and a text for the log."""

    default_key: ClassVar[str] = "error.unexpected"

    def __init__(self, detail: str = "", *, key: str | None = None, **params: object) -> None:
        self.key = key or self.default_key
        self.params = params
        self.detail = detail  # the cause, where it says more than the key
        super().__init__(detail or self._describe())

    def _describe(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self.params.items())
        return f"{self.key}({shown})" if shown else self.key


class SettingsError(MujazError):
    """A setting is missing, malformed or contradicts another; ``problems`` names each."""

    default_key = "error.settings"

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{name}: {what}" for name, what in problems))


class InputError(MujazError):
    """What somebody gave us cannot be used."""

    default_key = "error.input"


class FileRefusedError(InputError):
    """A file cannot be read as articles; the key says why."""

    default_key = "error.file.unreadable"


class TextRefusedError(InputError):
    """A pasted or forwarded text holds no article."""

    default_key = "error.text.empty"


class AddressError(InputError):
    """An address is malformed or must not be fetched."""

    default_key = "error.address.refused"


class FetchError(MujazError):
    """A source did not answer as it should."""

    default_key = "error.fetch.failed"


class FeedError(FetchError):
    """A source answered, but not with a feed that can be read."""

    default_key = "error.feed.unreadable"


class StoreError(MujazError):
    """The database refused."""

    default_key = "error.store.failed"


class StoreLockedError(StoreError):
    """Somebody else holds the database; trying again may help."""

    default_key = "error.store.locked"


class StoreAwayError(StoreError):
    """The database server does not answer, or refuses the name, password or database given."""

    default_key = "error.store.away"


class StoreFullError(StoreError):
    """The database cannot be written: no space left, or read-only."""

    default_key = "error.store.full"


class StoreCorruptError(StoreError):
    """The database file is damaged or not ours."""

    default_key = "error.store.corrupt"


class StoreVersionError(StoreError):
    """The database was written by a newer Mujaz."""

    default_key = "error.store.version"


class StoreUnfinishedError(StoreError):
    """A restore or a move into the database was begun and has not ended."""

    default_key = "error.store.unfinished"


class OvertakenError(StoreError):
    """A message that was to be replaced is on its way: who replaces it looks anew."""


class AlreadyRunningError(MujazError):
    """Another Mujaz runs on this data folder."""

    default_key = "run.second"


class EmbeddingError(MujazError):
    """No vector could be had for a text; lexical search stands alone meanwhile."""


class TextNotEmbeddedError(EmbeddingError):
    """This one text will never get a vector, because it is too long or not accepted."""


class SearchIndexError(MujazError):
    """The search index is broken; ``mujaz reindex`` rebuilds it from the store."""

    default_key = "error.index.broken"
