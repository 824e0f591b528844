"""The command line ``mujaz``: reads options, calls one function of ``bot.commands``, exits.

Exit codes: 0 done, 1 refused or partly refused, 2 wrong settings or usage, 3 another Mujaz is
running on the same data folder or with the same token, 4 Telegram's updates stay away.
"""

from __future__ import annotations

import signal

# Importing takes up to seconds, and nothing is begun in it: Ctrl+C ends it without a traceback.
_interrupted = signal.getsignal(signal.SIGINT)
if _interrupted is signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.SIG_DFL)

import asyncio
import gc
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer

# Nearly all that is imported stays: to look for garbage in it again and again takes a fifteenth
# of the time until a command begins, and once more with every later look through everything.
gc.disable()
# httpx does without its own command line where it cannot be imported; nobody here calls it, and
# with it come rich, pygments and click: as much again as all of httpx.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]  # the documented way

from bot import __version__, commands, commands_sources, commands_store
from bot.errors import AlreadyRunningError, MujazError, SettingsError, StoreError
from bot.log import report_errors, set_up_logging
from bot.settings import Settings, load_settings

gc.freeze()
gc.enable()
if _interrupted is signal.default_int_handler:
    signal.signal(signal.SIGINT, _interrupted)

T = TypeVar("T")

cli = typer.Typer(
    name="mujaz",
    help="Mujaz (موجز): conflict news in Arabic, quoted word for word and sent as digests.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

DataDir = Annotated[
    Path | None,
    typer.Option("--data-dir", help="Folder of the database and the search index."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Moment = Annotated[datetime | None, typer.Option(help="An ISO time; without a zone it is UTC.")]


def _moment(value: datetime | None) -> datetime | None:
    if value is None:
        return None
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _columns(value: str) -> dict[str, str]:
    pairs = [pair.partition("=") for pair in value.split(",") if pair.strip()]
    known = ("title", "text", "url", "published_at", "source")
    for name, found, column in pairs:
        if name.strip() not in known or not found or not column.strip():
            raise typer.BadParameter(f"must be pairs such as title=headline, of {', '.join(known)}")
    return {name.strip(): column.strip() for name, _, column in pairs}


def _iso(value: str) -> datetime:
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        raise typer.BadParameter("is not an ISO time such as 2019-03-12T14:00+02:00") from None


@cli.callback(invoke_without_command=True)
def version(
    show: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    """Mujaz (موجز): conflict news in Arabic, quoted word for word and sent as digests."""
    if show:
        typer.echo(f"mujaz {__version__}")
        raise typer.Exit


@cli.command()
def run(
    roles: Annotated[
        str, typer.Option(help="What this process does: bot,poll,embed,send. By default all.")
    ] = "",
    data_dir: DataDir = None,
) -> None:
    """Serve Telegram with the token of TELEGRAM_BOT_TOKEN until stopped."""
    _exit(_run(lambda settings: commands.run(settings), data_dir, roles=roles or None))


@cli.command()
def demo(
    data_dir: DataDir = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the chat page.")] = 8790,
) -> None:
    """Chat with the bot in a browser: no token, no internet, sample reports."""
    _exit(_run(lambda settings: commands.demo(settings, port=port, keep=data_dir), data_dir))


@cli.command()
def ingest(
    paths: Annotated[list[str], typer.Argument(help="Files, folders, or addresses of pages.")],
    source: Annotated[str, typer.Option(help="Name of the outlet.")] = "",
    published: Annotated[
        datetime | None, typer.Option(parser=_iso, help="When it was published (ISO time).")
    ] = None,
    url: Annotated[str, typer.Option(help="Address of the article.")] = "",
    columns: Annotated[
        str, typer.Option(help="Names of columns in tables: title=headline,text=body.")
    ] = "",
    data_dir: DataDir = None,
) -> None:
    """Store articles from files and pages; what is stored already is not stored again."""
    _exit(
        _run(
            lambda settings: commands.ingest(
                settings,
                paths,
                source=source,
                published_at=_moment(published),
                url=url,
                columns=_columns(columns),
            ),
            data_dir,
        )
    )


@cli.command()
def ask(
    question: Annotated[str, typer.Argument(help="The question, as you would say it.")],
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Answer with the matching paragraphs, word for word, or say that there are none."""
    _exit(_run(lambda settings: commands.ask(settings, question, as_json=as_json), data_dir))


@cli.command()
def digest(
    since: Annotated[
        datetime | None, typer.Option(parser=_iso, help="Start of the period (ISO time).")
    ] = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Print the digest that would be sent: by default what is new in the last 24 hours."""
    _exit(
        _run(
            lambda settings: commands.digest(settings, since_at=_moment(since), as_json=as_json),
            data_dir,
        )
    )


@cli.command()
def sources(
    add: Annotated[
        str, typer.Option(help="Address of a feed, of a page that names one, or @channel to add.")
    ] = "",
    import_from: Annotated[
        Path | None, typer.Option("--import", exists=True, dir_okay=False, help="OPML to read.")
    ] = None,
    export_to: Annotated[
        Path | None, typer.Option("--export", dir_okay=False, help="OPML to write.")
    ] = None,
    enable: Annotated[list[int] | None, typer.Option(help="Visit the source of a number.")] = None,
    disable: Annotated[list[int] | None, typer.Option(help="Leave a source alone.")] = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """List the sources with how they do; add, switch on and off, read and write lists."""
    _exit(
        _run(
            lambda settings: commands_sources.sources(
                settings,
                add=add,
                import_from=import_from,
                export_to=export_to,
                enable=enable or (),
                disable=disable or (),
                as_json=as_json,
            ),
            data_dir,
        )
    )


@cli.command()
def edits(
    article: Annotated[int | None, typer.Option(help="Number of one article.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many at most.")] = 20,
    data_dir: DataDir = None,
) -> None:
    """Show what outlets changed in articles that they had published."""
    _exit(
        _run(
            lambda settings: commands_sources.edits(settings, article_id=article, limit=limit),
            data_dir,
        )
    )


@cli.command()
def check(
    deep: Annotated[
        bool, typer.Option("--deep", help="Also compare every stored text with its hash.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Verify settings, database, search index and token, and say what is wrong."""
    _exit(_run(lambda settings: commands.check(settings, deep=deep), data_dir))


@cli.command()
def backup(
    folder: Annotated[
        Path | None, typer.Argument(file_okay=False, help="Where; by default MUJAZ_BACKUP_DIR.")
    ] = None,
    keep: Annotated[int, typer.Option(min=0, help="Keep the newest of this many; 0: all.")] = 0,
    data_dir: DataDir = None,
) -> None:
    """Back up the database and the settings without secrets, also while the bot runs."""
    _exit(_run(lambda settings: commands_store.backup(settings, folder, keep=keep), data_dir))


@cli.command()
def restore(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="One backup.")],
    data_dir: DataDir = None,
) -> None:
    """Put a backup into an empty place: a new data folder or an empty PostgreSQL database."""
    _exit(_run(lambda settings: commands_store.restore(settings, folder), data_dir))


@cli.command()
def migrate_store(
    to: Annotated[str, typer.Option(help="Address of the new, empty database.")],
    origin: Annotated[
        str, typer.Option("--from", help="Address of the old one; by default the one in use.")
    ] = "",
    data_dir: DataDir = None,
) -> None:
    """Copy everything into another database; begun again, it goes on where it was stopped."""
    _exit(_run(lambda settings: commands_store.migrate_store(settings, origin, to), data_dir))


@cli.command()
def reindex(data_dir: DataDir = None) -> None:
    """Build the search index anew from the store."""
    _exit(_run(lambda settings: commands.reindex(settings), data_dir))


def _run(work: Callable[[Settings], Awaitable[int]], data_dir: Path | None, **given: object) -> int:
    """Load the settings, set up logging, run ``work`` in a loop and return its exit code."""
    settings = load_settings(data_dir=data_dir, **given)
    secrets = settings.secrets()
    set_up_logging(settings.log_level, settings.log_format, secrets)
    if settings.sentry_dsn is not None:
        try:
            report_errors(settings.sentry_dsn.get_secret_value(), secrets)
        except ImportError:
            missing = "needs one more package: pip install 'mujaz[sentry]'"
            raise SettingsError([("MUJAZ_SENTRY_DSN", missing)]) from None

    async def body() -> int:
        return await work(settings)

    return asyncio.run(body())


def _exit(code: int) -> None:
    if code:
        raise typer.Exit(code)


def main() -> None:
    """Run the command line; an error of ours becomes one clear line and an exit code."""
    try:
        cli()
    except SettingsError as error:
        for name, what in error.problems:
            typer.echo(f"{name} {what}", err=True)
        sys.exit(2)
    except AlreadyRunningError as error:
        typer.echo(commands.in_words(error), err=True)
        sys.exit(3)
    except StoreError as error:  # whoever types commands can do something about the cause
        cause = f" ({error.detail})" if error.detail else ""
        typer.echo(commands.in_words(error) + cause, err=True)
        sys.exit(1)
    except MujazError as error:
        typer.echo(commands.in_words(error), err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
