"""The files that put Mujaz on a machine agree with the program that they start."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import prometheus_client

import bot.metrics  # noqa: F401 - declares what /metrics shows
from bot.settings import Settings, setting_name
from tests.audit import judged

ROOT = Path(__file__).parents[2]
SHIPPED = ["Dockerfile", "compose.yaml", "docs/deploy/mujaz.service", "docs/operations.md"]
FROM_THE_STORE = {  # looked up when somebody asks
    "mujaz_outbox_messages",
    "mujaz_outbox_age_seconds",
    "mujaz_index_lag",
    "mujaz_articles",
    "mujaz_paragraphs",
    "mujaz_replica_reads_total",
    "mujaz_replica_behind_seconds",
}


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_every_setting_that_a_shipped_file_names_exists() -> None:
    known = {setting_name(field) for field in Settings.model_fields}

    named = {name: set(re.findall(r"\bMUJAZ_[A-Z0-9_]+", read(name))) for name in SHIPPED}

    assert all(named.values())
    assert set().union(*named.values()) <= known


def test_the_dashboard_shows_only_what_is_measured() -> None:
    counted = {
        sample.name
        for family in prometheus_client.REGISTRY.collect()
        for sample in family.samples
        if sample.name.startswith("mujaz_")
    }
    declared = {
        family.name for family in prometheus_client.REGISTRY.collect() if "mujaz" in family.name
    }
    suffixed = {f"{name}{end}" for name in declared for end in ("", "_total", "_bucket")}
    expressions = [
        target["expr"]
        for panel in json.loads(read("docs/deploy/grafana.json"))["panels"]
        for target in panel["targets"]
    ]

    shown = set(re.findall(r"\bmujaz_[a-z_]+", " ".join(expressions)))

    assert len(expressions) >= 15
    assert shown - counted - suffixed == FROM_THE_STORE


def test_the_lock_names_every_dependency_with_hashes() -> None:
    lock = read("requirements.lock")
    locked = set(re.findall(r"^([a-z0-9][a-z0-9.-]*)==", lock, re.MULTILINE))
    project = tomllib.loads(read("pyproject.toml"))["project"]
    extras = project["optional-dependencies"]
    wanted = {
        re.split(r"[\[<>=; ]", one, maxsplit=1)[0].lower().replace("_", "-")
        for one in [*project["dependencies"], *extras["postgres"], *extras["sentry"]]
    }

    assert len(wanted) > 20
    assert wanted <= locked
    assert lock.count("==") <= lock.count("--hash=sha256:")
    assert "://" not in lock


def test_what_is_leaned_on_from_within_is_bound_to_one_minor_release() -> None:
    """``bot/store/hops.py`` queues its own work where aiosqlite queues its."""
    dependencies = tomllib.loads(read("pyproject.toml"))["project"]["dependencies"]
    (bound,) = [one for one in dependencies if one.startswith("aiosqlite")]

    least, most = re.findall(r"[<>]=?(\d+)\.(\d+)", bound)

    assert (int(most[0]), int(most[1])) == (int(least[0]), int(least[1]) + 1)


def test_no_secret_and_no_root_in_what_is_shipped() -> None:
    dockerfile, unit = read("Dockerfile"), read("docs/deploy/mujaz.service")
    ignored = read(".dockerignore").splitlines()

    assert re.search(r"^USER 10001", dockerfile, re.MULTILINE)
    assert not re.search(r"(ARG|ENV)[^\n]*(TOKEN|SECRET|PASSWORD)", dockerfile)
    assert ignored[0] == "*"
    assert not any(".env" in line for line in ignored if line.startswith("!"))
    assert "DynamicUser=yes" in unit
    assert "NoNewPrivileges=yes" in unit


def test_the_audit_tells_holes_from_packages_that_nobody_could_look_up() -> None:
    report = {
        "dependencies": [
            {"name": "a", "version": "1", "vulns": []},
            {"name": "b", "version": "2", "vulns": [{"id": "PYSEC-1"}]},
            {"name": "c", "version": "3", "skip_reason": "not found"},
        ]
    }

    assert judged(report) == (["b 2: PYSEC-1"], 2)
    assert judged({"dependencies": report["dependencies"][2:]}) == ([], 0)
