"""The web side of a process: is it alive, is it ready, what does it count, and Telegram's calls.

::

    GET  /healthz   200 while the loop turns
    GET  /readyz    200 when the database answers and index and updates keep up, else 503 and why;
                    a replica that is not read is told, and no reason: the database is read instead
    GET  /metrics   for Prometheus
    POST the path of MUJAZ_WEBHOOK_URL, with Telegram's secret

It listens where MUJAZ_LISTEN says, by default nowhere. A reverse proxy with TLS belongs in front;
of these paths it should let only the webhook's through to the world.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from urllib.parse import urlsplit

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.core import Core
from bot.delivery.webhook import Webhook
from bot.errors import MujazError, SettingsError

logger = logging.getLogger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - its name
MOST_BYTES = 1_000_000  # of an update; Telegram's are far smaller
MOST_BEHIND = 1_000  # change-log lines
MOST_SILENT_S = 120.0  # since the last poll
MOST_OVERDUE_S = 900.0  # of the outbox
_STOP_S = 2
_START_S = 10.0

Pulse = Callable[[], float | None]


class _Uvicorn(uvicorn.Server):
    """uvicorn inside our loop: signals are our business."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class WebServer:
    """Serves one process."""

    def __init__(
        self, core: Core, listen: str, *, webhook: Webhook | None = None, pulse: Pulse
    ) -> None:
        self._listen = listen
        self._app = build_app(core, webhook, pulse)
        self._server: _Uvicorn | None = None
        self._serving: asyncio.Task[None] | None = None
        self.port = 0

    async def start(self) -> None:
        """Listen; SettingsError when that is not possible."""
        host, _, port = self._listen.rpartition(":")
        self._server = _Uvicorn(
            uvicorn.Config(
                self._app,
                host=host.strip("[]"),
                port=int(port),
                log_config=None,
                access_log=False,  # it would name who calls
                server_header=False,
                proxy_headers=True,  # believed from loopback only
                timeout_graceful_shutdown=_STOP_S,
                lifespan="off",
            )
        )
        self._serving = asyncio.create_task(_served(self._server), name="web")
        async with asyncio.timeout(_START_S):
            while not (self._server.started or self._serving.done()):  # noqa: ASYNC110 - no event
                await asyncio.sleep(0.01)
        if self._serving.done():
            raise SettingsError([("MUJAZ_LISTEN", "cannot be listened on; is it taken?")])
        self.port = self._server.servers[0].sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Take no new calls and finish those that are there."""
        if self._server is not None and self._serving is not None:
            self._server.should_exit = True
            await asyncio.gather(self._serving, return_exceptions=True)


async def _served(server: _Uvicorn) -> None:
    """Serve; uvicorn ends the whole process when it cannot listen, which is not its business.

    It has logged why by then.
    """
    with contextlib.suppress(SystemExit):
        await server.serve()


def build_app(core: Core, webhook: Webhook | None, pulse: Pulse) -> Starlette:
    """Return the web application of a process."""

    async def ready(request: Request) -> Response:  # noqa: ARG001 - the same for everyone
        found = await readiness(core, pulse)
        return JSONResponse(found, status_code=200 if found["ready"] else 503)

    async def metrics(request: Request) -> Response:  # noqa: ARG001 - the same for everyone
        own = b"".join(
            [
                generate_latest(REGISTRY),
                generate_latest(_Given(_of_replica(core))),
                *[part async for part in _looked_up(core)],
            ]
        )
        return Response(own, media_type=CONTENT_TYPE_LATEST)

    routes = [
        Route("/healthz", _alive),
        Route("/readyz", ready),
        Route("/metrics", metrics),
    ]
    if webhook is not None:
        path = urlsplit(webhook.url).path or "/"
        routes.append(Route(path, _called(webhook), methods=["POST"]))
    return Starlette(routes=routes)


async def _alive(request: Request) -> Response:  # noqa: ARG001 - the same for everyone
    return PlainTextResponse("alive\n")


def _called(webhook: Webhook) -> Callable[[Request], object]:
    async def called(request: Request) -> Response:
        if not webhook.knows(request.headers.get(SECRET_HEADER, "")):
            return PlainTextResponse("no\n", status_code=403)
        body = b""
        async for piece in request.stream():
            body += piece
            if len(body) > MOST_BYTES:
                return PlainTextResponse("too long\n", status_code=413)
        if not await webhook.take(body):
            return PlainTextResponse("no update\n", status_code=400)
        return PlainTextResponse("ok\n")

    return called


async def readiness(core: Core, pulse: Pulse) -> dict[str, object]:
    """Return whether this process can serve, and the figures that say so."""
    silent_s = pulse()
    found: dict[str, object] = {"database": True, "last_poll_s": _rounded(silent_s)}
    if core.replica is not None:
        state = core.replica.state
        found["replica"] = {
            "serving": state.serving,
            "why": state.why,
            "behind_s": _rounded(state.behind_s),
        }
    problems = []
    try:
        overdue_s = await _overdue_s(core)
        behind = await core.index.lag()
    except MujazError as error:
        logger.warning("not ready: %s", error)
        return found | {"ready": False, "database": False, "problems": ["database"]}
    if "bot" in core.settings.roles and behind > MOST_BEHIND:
        problems.append("index")
    if silent_s is not None and silent_s > MOST_SILENT_S:
        problems.append("updates")
    if "send" in core.settings.roles and overdue_s > MOST_OVERDUE_S:
        problems.append("outbox")
    return found | {
        "ready": not problems,
        "index_lag": behind,
        "outbox_age_s": _rounded(overdue_s),
        "problems": problems,
    }


async def _overdue_s(core: Core) -> float:
    """Return how long the first message that may be sent has been waiting."""
    first_at = await core.store.outbox_wakeup_at()
    return max(0.0, (core.clock.now() - first_at).total_seconds()) if first_at else 0.0


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


async def _looked_up(core: Core) -> AsyncIterator[bytes]:
    """Yield what is known from the store, in the form of Prometheus."""
    try:
        counts = await core.store.counts()
        overdue_s, behind = await _overdue_s(core), await core.index.lag()
    except MujazError as error:
        logger.warning("metrics without the store: %s", error)
        return
    outbox = GaugeMetricFamily("mujaz_outbox_messages", "Messages by state", labels=["state"])
    for state, messages in sorted(counts.outbox.items()):
        outbox.add_metric([state], messages)
    single = {
        "mujaz_articles": ("Articles held", counts.articles),
        "mujaz_paragraphs": ("Paragraphs held", counts.paragraphs),
        "mujaz_sources": ("Sources", counts.sources),
        "mujaz_subscriptions": ("Subscriptions", counts.subscriptions),
        "mujaz_index_lag": ("Change-log lines that the search index is behind", behind),
        "mujaz_outbox_age_seconds": ("How long the first sendable message waits", overdue_s),
    }
    families = [outbox, *(GaugeMetricFamily(n, t, value=v) for n, (t, v) in single.items())]
    yield generate_latest(_Given(families))


def _of_replica(core: Core) -> list[Metric]:
    """Return what is known of the replica; nothing where there is none."""
    if core.replica is None:
        return []
    state = core.replica.state
    reads = CounterMetricFamily(
        "mujaz_replica_reads", "Reads that the replica may answer, by who did", labels=["by"]
    )
    reads.add_metric(["replica"], state.reads)
    reads.add_metric(["primary"], state.passed_on)
    serving = GaugeMetricFamily(
        "mujaz_replica_serving", "Whether the replica is read", value=float(state.serving)
    )
    if state.behind_s is None:
        return [reads, serving]
    behind = GaugeMetricFamily(
        "mujaz_replica_behind_seconds", "How long it has lacked something", value=state.behind_s
    )
    return [reads, serving, behind]


class _Given:
    """A registry of families made just now."""

    def __init__(self, families: Sequence[Metric]) -> None:
        self._families = families

    def collect(self) -> Sequence[Metric]:
        """Return them."""
        return self._families
