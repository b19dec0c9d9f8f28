from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.imports.files import Landing, run
from vekst.imports import ImportStopped

MAPPING = """\
format: xes
source: bank
person: org:resource
id: [case:concept:name, concept:name, time:timestamp]
at: time:timestamp
type:
  map: [{when: {concept:name: Call, lifecycle:transition: COMPLETE}, type: offer.followed-up}]
data: {amount: {column: case:AMOUNT_REQ, as: number}}
"""

LOG = """\
<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1.0" xmlns="http://www.xes-standard.org/">
  <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
  <global scope="event"><string key="concept:name" value="__INVALID__"/></global>
  <trace>
    <string key="concept:name" value="173688"/>
    <string key="AMOUNT_REQ" value="20000"/>
    <event>
      <string key="org:resource" value="112"><string key="nested" value="x"/></string>
      <string key="lifecycle:transition" value="COMPLETE"/>
      <string key="concept:name" value="Call"/>
      <date key="time:timestamp" value="2011-10-01T00:38:44.546+02:00"/>
    </event>
    <event><string key="concept:name" value="Call"/><string key="lifecycle:transition" value="COMPLETE"/></event>
  </trace>
  <trace><event><string key="concept:name" value="Nap"/></event></trace>
</log>
"""


@pytest.mark.parametrize("content", [LOG.encode(), gzip.compress(LOG.encode())])
def test_events_become_rows_with_the_attributes_of_their_trace(tmp_path: Path, content: bytes) -> None:
    imported = run(tmp_path, content, MAPPING)
    (event,) = imported.events
    assert (event.person, event.id) == ("112", "173688:Call:2011-10-01T00:38:44.546+02:00")
    assert event.occurred_at == datetime(2011, 9, 30, 22, 38, 44, 546_000, tzinfo=UTC)
    assert event.data == {"amount": 20000}
    assert imported.codes == [(2, "NO_TIME"), (3, "NO_TYPE")]


@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE log [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
        '<!DOCTYPE log SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE log [<!ENTITY x SYSTEM "http://127.0.0.1:9/x">]>',
    ],
)
def test_document_types_and_entities_are_refused_before_they_cost_anything(tmp_path: Path, declaration: str) -> None:
    with pytest.raises(ImportStopped, match="remove it"):
        run(tmp_path, f'<?xml version="1.0"?>{declaration}<log><trace/></log>', MAPPING)


def test_a_tag_without_end_is_refused_and_never_held(tmp_path: Path) -> None:
    with pytest.raises(ImportStopped, match="tag of more than"):
        run(tmp_path, f'<log><trace><event><string key="{"x" * 40_000_000}"/></event></trace></log>', MAPPING)


def test_endless_nesting_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportStopped, match="nested"):
        run(tmp_path, "<log>" + "<string>" * 1_000, MAPPING)


def test_an_event_of_endless_attributes_is_refused_alone(tmp_path: Path) -> None:
    crowd = "".join(f'<string key="k{number}" value="v"/>' for number in range(1_500))
    assert run(tmp_path, f"<log><trace><event>{crowd}</event></trace></log>", MAPPING).codes == [(1, "TOO_LONG")]


def test_xml_that_breaks_off_keeps_what_came_before(tmp_path: Path) -> None:
    landing = Landing()
    with pytest.raises(ImportStopped, match="breaks at line"):
        run(tmp_path, LOG[: LOG.index("  <trace><event>")], MAPPING, landing=landing, batch_size=1)
    assert len(landing.events) == 1


def test_another_kind_of_xml_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ImportStopped, match="<html>"):
        run(tmp_path, "<html></html>", MAPPING)
