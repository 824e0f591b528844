"""``mujaz demo``: sandbox, sample reports and the bot in one process, on loopback only.

The bot's clock is the sandbox's clock. Moving it forward on the chat page lets the reports of the
coming days arrive, and tomorrow's digest with them.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib import resources
from pathlib import Path

from pydantic import SecretStr

from bot.app import Mujaz, open_core
from bot.clock import Clock
from bot.errors import MujazError
from bot.models import NewArticle
from bot.sandbox import READER_ID, Sandbox, SandboxClock, SandboxServer
from bot.services.intake import Ingest
from bot.settings import Settings
from bot.text.languages import Texts
from bot.text.paragraphs import split_article

_START_AT = datetime.fromisoformat("2019-03-12T18:30:00+02:00")
_TOKEN = "4242:sandbox-token-of-no-value-outside-it"  # noqa: S105 - of our own loopback server
_TICK_S = 1.0
_SEED_SOURCE = "المقال المرفق (نموذج)"
_SEED_AT = datetime.fromisoformat("2019-03-12T13:10:00+02:00")


class Samples:
    """Sample reports that arrive at the times they are dated."""

    def __init__(self, intake: Ingest, clock: Clock) -> None:
        self._intake = intake
        self._clock = clock
        self._waiting = sorted(
            _sample_reports(), key=lambda pair: pair[1].published_at or _START_AT
        )

    async def arrive(self) -> int:
        """Store the reports whose time has come; return how many."""
        now = self._clock.now()
        arrived = 0
        while self._waiting and (self._waiting[0][1].published_at or now) <= now:
            source, article = self._waiting[0]
            await self._intake.store(article, source_name=source)
            del self._waiting[0]
            arrived += 1
        return arrived


def _sample_reports() -> Iterator[tuple[str, NewArticle]]:
    """Give (outlet, article) of every sample, the customer's article among them."""
    folder = resources.files("bot.sandbox") / "sample"
    for line in (folder / "reports.jsonl").read_text(encoding="utf-8").splitlines():
        report = json.loads(line)
        yield (
            report["source"],
            NewArticle(
                title=report["title"],
                paragraphs=tuple(report["paragraphs"]),
                url=report["url"],
                published_at=datetime.fromisoformat(report["published_at"]),
            ),
        )
    seed = split_article((folder / "seed_article.txt").read_text(encoding="utf-8"))
    yield (
        _SEED_SOURCE,
        NewArticle(title=seed.title, paragraphs=seed.paragraphs, published_at=_SEED_AT),
    )


async def demo(settings: Settings, say: Texts, *, port: int, keep: Path | None) -> int:
    """Serve the chat page until stopped; ``keep`` is the data folder, a temporary one if None."""
    clock = SandboxClock(_START_AT)
    sandbox = Sandbox(clock=clock, token=_TOKEN)
    server = await _serve(sandbox, port)
    try:
        with _folder(keep) as folder:
            ours = settings.model_copy(
                update={
                    "data_dir": folder,
                    "database_url": None,
                    "telegram_bot_token": SecretStr(_TOKEN),
                    "telegram_api_url": server.url,
                    "admin_ids": (READER_ID,),
                    "tick_s": _TICK_S,
                }
            )
            async with open_core(ours, clock) as core:
                samples = Samples(core.services.intake, clock)
                count = await samples.arrive()
                mujaz = Mujaz(core, before_digests=samples.arrive)
                sys.stdout.write(f"{say('demo.ready', count=count)}\n{server.url}\n")
                sys.stdout.flush()
                return await mujaz.run()
    finally:
        await server.stop()


async def _serve(sandbox: Sandbox, port: int) -> SandboxServer:
    """Start the sandbox on the wanted port, or on a free one when it is taken."""
    for choice in (port, 0):
        server = SandboxServer(sandbox, port=choice)
        try:
            await server.start()
        except OSError:
            if choice == 0:
                raise
        else:
            return server
    raise MujazError("no port could be opened")


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        yield keep
        return
    with tempfile.TemporaryDirectory(prefix="mujaz-demo-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


__all__ = ["Samples", "demo"]
