"""V2 for real: a changed pack over 262,200 events of a bank's loan desk, in under a minute, and nothing is written."""

from __future__ import annotations

import time
from collections.abc import Mapping

from tests.support.organisations import Organisation
from tests.support.real_data import ROOT, data_file
from tests.support.tables import every_row
from vekst.cli.importing import ServicesSink
from vekst.imports import import_events, load_mapping
from vekst.quests import load_pack
from vekst.quests.changes import Change
from vekst.quests.plan_records import Effect
from vekst.settings import Settings

FILE = "bpi2012_loan_sales/events.csv.gz"
PACK = ROOT / "quests" / "loan-desk"
MAPPING = ROOT / "quests" / "mappings" / "bpi2012.yaml"
A_MINUTE = 60


def easier(files: Mapping[str, str]) -> dict[str, str]:
    """The pack with a badge that takes fewer calls, and one that takes more days of reading."""
    old, new = "at_least: 500, at_most: {times: 20, per: day}", "at_least: 400, at_most: {times: 20, per: day}"
    fewer, more = "fraud.assessed], at_least: 5}}, points: 20", "fraud.assessed], at_least: 8}}, points: 20"
    assert old in files["rules.yaml"]
    assert fewer in files["rules.yaml"]
    return {**files, "rules.yaml": files["rules.yaml"].replace(old, new).replace(fewer, more)}


async def test_v2_a_plan_over_a_banks_events_answers_in_under_a_minute_and_writes_nothing(
    organisation: Organisation, settings: Settings
) -> None:
    file, mapping, files = data_file(FILE), load_mapping(MAPPING), load_pack(PACK).files
    await organisation.publish(files)
    sink = ServicesSink(organisation.factory, organisation.id, mapping)
    await import_events(file, mapping=mapping, mapping_path=MAPPING, sink=sink)
    before = await every_row(settings)
    began = time.perf_counter()
    plan = await organisation.factory.planning().plan(organisation.id, easier(files))
    assert time.perf_counter() - began < A_MINUTE
    assert await every_row(settings) == before
    assert (plan.learners, plan.events) == (68, 244_190)
    told = {rule.rule: rule for rule in plan.rules}
    caller, reader = told["badges", "patient-caller"], told["badges", "careful-reader"]
    assert caller.change is reader.change is Change.CHANGED
    assert caller.effects[Effect.GAINS].learners == 7
    assert reader.effects[Effect.HARDER].learners == 10
    assert plan.gains.learners == 7
