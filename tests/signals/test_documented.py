"""The table of metrics, the dashboard and the alerts: all of them name exactly what the processes tell."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from ruamel.yaml import YAML

from tests.docs.markdown import read
from tests.repository.tree import ROOT
from vekst.api import create_app
from vekst.settings import Mode, Settings
from vekst.signals import Signals

pytestmark = pytest.mark.check

METRIC = re.compile(r"\b(?:vekst|process)_[a-z_]+\b")
SELECTOR = re.compile(r"\b((?:vekst|process)_[a-z_]+)\{([^}]*)\}")
SUFFIXES = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "gauge": ("",)}
OF_PROMETHEUS = {"job", "instance", "le"}


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> CollectorRegistry:
    """What an API process tells, which has all that a worker has."""
    signals = Signals()
    data = tmp_path_factory.mktemp("data")
    create_app(Settings(mode=Mode.DEVELOPMENT, data_dir=data, _env_file=None), signals=signals)
    return signals.metrics.registry


@pytest.fixture(scope="module")
def told(registry: CollectorRegistry) -> dict[str, tuple[str, tuple[str, ...]]]:
    """By name as it is exported: the type, and the labels."""
    found = {}
    for collector in registry._collector_to_names:
        for metric in collector.collect():
            name = f"{metric.name}_total" if metric.type == "counter" else metric.name
            found[name] = (metric.type, tuple(getattr(collector, "_labelnames", ())))
    return found


def _table(heading: str) -> list[tuple[str, ...]]:
    rows = read(ROOT / "docs" / "monitoring.md").rows
    return [tuple(cell.replace("`", "") for cell in row) for row in rows if re.match(heading, row[0])]


def test_the_table_says_what_is_told(told: dict[str, tuple[str, tuple[str, ...]]]) -> None:
    rows = [row for row in _table("`vekst_") if len(row) == 5]
    documented = {row[0]: (row[1], tuple(filter(None, row[2].split(", ")))) for row in rows}
    assert len(documented) == len(rows)
    assert documented == {name: says for name, says in told.items() if name.startswith("vekst_")}
    assert {row[3] for row in rows} == {"API", "any API", "worker", "both"}


def _expressions() -> dict[str, str]:
    rules = YAML(typ="safe", pure=True).load((ROOT / "docs/monitoring/alerts.yml").read_text())["groups"]
    alerts = {f"alert {rule['alert']}": rule["expr"] for group in rules for rule in group["rules"]}
    panels = {
        f"panel {panel['title']} {target['refId']}": target["expr"]
        for panel in _dashboard()["panels"]
        for target in panel["targets"]
    }
    assert len(alerts) > 10
    assert len(panels) > 15
    return {**alerts, **panels}


def _dashboard() -> dict[str, Any]:
    text = Path(ROOT / "docs/monitoring/dashboard.json").read_text(encoding="utf-8")
    dashboard: dict[str, Any] = json.loads(text)
    return dashboard


def test_dashboard_and_alerts_use_metrics_that_there_are(told: dict[str, tuple[str, tuple[str, ...]]]) -> None:
    series = {
        name.removesuffix("_total") + suffix for name, (kind, _) in told.items() for suffix in SUFFIXES.get(kind, ())
    }
    unknown = {where: set(METRIC.findall(text)) - series for where, text in _expressions().items()}
    assert {where: names for where, names in unknown.items() if names} == {}
    assert all(METRIC.search(text) or text.startswith("up{") for text in _expressions().values())


def test_dashboard_and_alerts_use_labels_that_there_are(told: dict[str, tuple[str, tuple[str, ...]]]) -> None:
    wrong = []
    for where, text in _expressions().items():
        metrics = METRIC.findall(text)
        labels = {label for name in metrics for label in _labels(name, told)} | OF_PROMETHEUS
        named = {
            label
            for group in re.findall(r"\b(?:by|on) \(([^)]*)\)", text) + [each for _, each in SELECTOR.findall(text)]
            for label in re.findall(r"(?:^|,\s*)([a-z]+)", group)
        }
        wrong += [f"{where}: {label}" for label in sorted(named - labels)]
    assert wrong == []


def _labels(series: str, told: dict[str, tuple[str, tuple[str, ...]]]) -> tuple[str, ...]:
    for name, (_, labels) in told.items():
        if series == name or series.removesuffix("_bucket").removesuffix("_sum").removesuffix("_count") == name:
            return labels
    return ()


def test_every_alert_is_explained() -> None:
    alerts = {where.removeprefix("alert ") for where in _expressions() if where.startswith("alert ")}
    assert {row[0] for row in _table("`Vekst")} == alerts
    assert all(len(row[2]) > 10 for row in _table("`Vekst"))
