"""Take pictures of every journey, in each language, light and dark, at a phone's width.

    python -m tests.pictures [--out FOLDER] [--only NAME …] [--languages ar en]

The real bot talks with the sandbox in one process; a browser opens the sandbox's chat page.
Needs Chromium (``$CHROMIUM``, or one on the path) and fonts with Arabic; without a browser it says
so and ends well. Every journey begins with a bot that knows nobody. File names are
``<picture>-<language>-<theme>.png``.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from datetime import datetime
from pathlib import Path

from pydantic import SecretStr

from bot.app import Mujaz, open_core
from bot.demo import Samples
from bot.sandbox import READER_ID, Sandbox, SandboxClock, SandboxServer
from bot.settings import Settings
from bot.text.languages import available_languages, texts
from tests.flow.person import Person
from tests.pictures.browser import Browser, find_browser, opened
from tests.pictures.journeys import JOURNEYS, Journey, Stage, question

START_AT = datetime.fromisoformat("2019-03-12T18:30:00+02:00")
TOKEN = "4242:token-of-the-pictures-only-aaaaaaaaaaaaaaa"
THEMES = ("light", "dark")


async def travel(journey: Journey, language: str, browser: Browser, out: Path) -> None:
    """Let one journey happen from its beginning and take its pictures."""
    across = journey is question and language != "ar"  # asked in one language, told in another
    clock = SandboxClock(START_AT)
    sandbox = Sandbox(clock=clock, token=TOKEN, reader_language=language)
    with tempfile.TemporaryDirectory(prefix="mujaz-", ignore_cleanup_errors=True) as folder:
        async with SandboxServer(sandbox) as server:
            settings = Settings(
                telegram_bot_token=SecretStr(TOKEN),
                telegram_api_url=server.url,
                data_dir=Path(folder),
                admin_ids=(READER_ID,),
                tick_s=0.5,
                chat_rate_per_s=30,
                questions_per_minute=600,
                embeddings="auto" if across else "off",
            )
            async with open_core(settings, clock) as core:
                samples = Samples(core.services.intake, clock)
                await samples.arrive()
                await core.services.enriching.follow()
                if across:
                    await core.semantic.catch_up()
                mujaz = Mujaz(core, before_digests=samples.arrive)
                await mujaz.start()
                reader = Person(server.url)

                async def take(name: str, chat_id: int, topic_id: int | None = None) -> None:
                    topic = "" if topic_id is None else f"&thread={topic_id}"
                    for theme in THEMES:
                        path = out / f"{name}-{language}-{theme}.png"
                        url = f"{server.url}/?chat={chat_id}&theme={theme}{topic}"
                        await browser.picture(url, path)
                        sys.stdout.write(f"{path}\n")
                        sys.stdout.flush()

                stage = Stage(core=core, clock=clock, reader=reader, say=texts(language), take=take)
                try:
                    await journey(stage)
                finally:
                    await reader.close()
                    await mujaz.stop()


async def everything(chosen: argparse.Namespace, executable: str) -> None:
    """Take all pictures that are wanted."""
    await asyncio.to_thread(chosen.out.mkdir, parents=True, exist_ok=True)
    async with opened(executable) as browser:
        for language in chosen.languages:
            for journey in JOURNEYS:
                if not chosen.only or journey.__name__ in chosen.only:
                    await travel(journey, language, browser, chosen.out)


def main() -> None:
    """Read the options and take the pictures."""
    names = [journey.__name__ for journey in JOURNEYS]
    options = argparse.ArgumentParser(prog="python -m tests.pictures")
    options.add_argument("--out", type=Path, default=Path("pictures"))
    options.add_argument("--only", nargs="*", choices=names, default=())
    options.add_argument("--languages", nargs="*", default=list(available_languages()))
    chosen = options.parse_args()
    executable = find_browser()
    if executable is None:
        sys.stdout.write("no browser: set CHROMIUM or install chromium; no pictures taken\n")
        return
    asyncio.run(everything(chosen, executable))


if __name__ == "__main__":
    main()
