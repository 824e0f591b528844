"""Sources, articles and what the archive answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from bot.models.events import Figure

# How an operator may see an outlet.
STANCES = ("agency", "army", "ministry", "party", "monitor", "independent", "local")


class SourceKind(StrEnum):
    """Where articles come from."""

    FEED = "feed"
    FILE = "file"
    FORWARD = "forward"
    PAGE = "page"  # pages whose addresses an admin handed in
    CHANNEL = "channel"  # a Telegram channel, by its public page or as a member of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A feed, a channel, a file folder or the admins' forwards: where articles come from.

    ``outlet``, ``country``, ``language`` and ``stance`` are labels that the operator gives.
    """

    id: int
    kind: SourceKind
    name: str
    address: str = ""  # of a feed; empty for files and forwards
    enabled: bool = True
    etag: str = ""  # byte for byte as the server sent it
    last_modified: str = ""
    checked_at: datetime | None = None
    next_check_at: datetime | None = None
    failures: int = 0  # in a row
    last_error: str = ""  # a message key
    succeeded_at: datetime | None = None  # the last visit that could be read
    failing_since_at: datetime | None = None
    told_at: datetime | None = None  # when the admins were told that it fails
    moved_to: str = ""  # where its server sends us for good, adopted after some days
    moved_at: datetime | None = None  # since when it says so
    outlet: str = ""
    country: str = ""  # ISO 3166, two letters
    language: str = ""
    stance: str = ""  # agency, army, ministry, party, monitor, independent, local


@dataclass(frozen=True, slots=True, kw_only=True)
class NewArticle:
    """An article as a parser found it, not yet stored."""

    title: str
    paragraphs: tuple[str, ...]
    url: str = ""
    guid: str = ""  # of a feed, only when unique in its feed
    published_at: datetime | None = None
    language: str = ""
    origin: str = ""  # of a forwarded post, who said it first


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A stored article, as its newest revision stands."""

    id: int
    source_id: int
    source: str
    title: str
    url: str
    published_at: datetime | None
    first_seen_at: datetime
    revision: int = 1
    origin: str = ""  # of a forwarded post, who said it first
    copy_of: int | None = None  # the earliest article with the same text, where it is another
    kind: str = ""  # of its source, as the next three
    outlet: str = ""
    country: str = ""  # ISO 3166, two letters
    stance: str = ""  # as the operator sees it: agency, army, ministry, …

    @property
    def dated_at(self) -> datetime:
        """When it was published or, if nobody says, first seen."""
        return self.published_at or self.first_seen_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """The unit stored, indexed and quoted; its text is never changed in place."""

    id: int
    article_id: int
    revision: int
    position: int  # 0 is the first
    text: str


class IntakeOutcome(StrEnum):
    """What storing one article did."""

    STORED = "stored"
    REVISED = "revised"
    KNOWN = "known"


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """The result of storing one article."""

    outcome: IntakeOutcome
    article_id: int
    title: str
    paragraphs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """An article on its way into the store: from which source, under which identities.

    ``identity`` is believed; ``others`` are believed where the texts are alike too.
    """

    source: Source
    article: NewArticle
    identity: str
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What a new revision of an article changed, other than by adding to it."""

    article_id: int = 0
    revision: int = 0
    seen_at: datetime | None = None
    old_title: str = ""  # empty when the headline stayed
    new_title: str = ""
    numbers: tuple[tuple[str, str, str], ...] = ()  # what was counted, before, after
    gone: tuple[str, ...] = ()  # paragraphs that are no longer there


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """How much a source brought: articles of the last days, its usual pause, its newest."""

    articles: int = 0
    a_day: float = 0.0
    usual_gap_s: float | None = None  # between two articles; None for fewer than three
    newest_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One line of the store's change log; the search index follows it by ``seq``."""

    seq: int
    article_id: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredArticle:
    """An article with the paragraphs of its newest revision, in order."""

    article: Article
    paragraphs: tuple[Paragraph, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TitledParagraph:
    """A paragraph with its article's title: what an embedding is made from."""

    title: str
    paragraph: Paragraph


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedding:
    """The vector of a paragraph as it is stored: float16, little-endian."""

    paragraph_id: int
    vector: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A paragraph that the index proposes, before the store is asked for its text."""

    paragraph_id: int
    article_id: int
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A paragraph with its article and a score; ``matches`` are (start, end) in its text."""

    paragraph: Paragraph
    article: Article
    score: float
    matches: tuple[tuple[int, int], ...] = ()
    also_in: tuple[Article, ...] = ()  # the same text at other outlets
    edit: Edit | None = None  # the last one that its outlet made


DaysNamed = tuple[date, date]  # the first and the last day of a time


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the archive says to a question.

    ``found`` tells whether the evidence suffices; then ``passages`` holds up to three.
    Otherwise ``nearest`` may hold articles that come closest, to be shown as such.
    """

    question: str
    found: bool
    newest_at: datetime | None
    passages: tuple[Passage, ...] = ()
    nearest: tuple[Article, ...] = ()
    named: DaysNamed | None = None  # the time that was asked for
    shortened: bool = False  # the question was cut to its greatest length
    more: bool = False  # further passages could be shown
    outlets: tuple[Article, ...] = ()  # of all passages: the best article of each outlet
    follows: str = ""  # the words of the chat's last question that this one was understood with
    figures: tuple[Figure, ...] = ()  # where a figure was asked for: who says how many
    cited: tuple[Article, ...] = ()  # the articles that say so


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreCounts:
    """How much the store holds, for `check` and the demo."""

    sources: int = 0
    articles: int = 0
    paragraphs: int = 0
    chats: int = 0
    subscriptions: int = 0
    outbox: dict[str, int] = field(default_factory=dict)
    last_seq: int = 0


class PassedOver(StrEnum):
    """Why a replica of the database is not read."""

    NOT = ""  # it is read
    UNSEEN = "not looked at yet"
    AWAY = "away"
    BEHIND = "behind"
    PROMOTED = "follows no primary"
    TIMELINE = "on another timeline"
    ANOTHER = "another database"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicaState:
    """How a replica of the database does, and how often it was read."""

    why: PassedOver
    behind_s: float | None  # how long it has lacked something; None when that cannot be told
    reads: int  # that it answered
    passed_on: int  # that the primary had to answer

    @property
    def serving(self) -> bool:
        """Whether it is read."""
        return self.why is PassedOver.NOT
