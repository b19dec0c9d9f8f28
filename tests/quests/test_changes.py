"""What differs between two versions of a pack, and since when a rule judges that says so (V1)."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.packs import CRAFT, changed
from vekst.quests import PackDocument, load_pack_files
from vekst.quests.changes import Change, RuleKey, changed_fields, rule_changes, since_publication
from vekst.quests.places import Places

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
LATER = NOW + timedelta(days=7)
SINCE = changed("rules.yaml", "  closer:\n", "  closer:\n    since: publication\n")
CLOSER = ("badges", "closer")


def document(files: Mapping[str, str]) -> PackDocument:
    loaded = load_pack_files(files)
    assert loaded.document is not None, [each.render() for each in loaded.diagnostics]
    return loaded.document


def again(old: str, new: str) -> dict[str, str]:
    """The pack whose badge judges since its publication, with another piece replaced."""
    assert old in SINCE["rules.yaml"]
    return {**SINCE, "rules.yaml": SINCE["rules.yaml"].replace(old, new)}


def begun(files: Mapping[str, str], before: Mapping[str, str] | None = None) -> dict[RuleKey, datetime]:
    """The instants of a version published later than the one before."""
    since = {CLOSER: NOW}
    return since_publication(document(files), at=LATER, before=document(before) if before else None, since=since)


def test_v1_a_rule_judges_since_the_first_version_of_the_unbroken_chain_in_which_it_stands_so() -> None:
    assert begun(SINCE) == {CLOSER: LATER}, "published for the first time"
    assert begun(SINCE, CRAFT) == {CLOSER: LATER}, "before, it judged all that is stored"
    assert begun(SINCE, SINCE) == {CLOSER: NOW}
    assert begun({**SINCE, "more.yaml": "skills: {grit: {title: Grit, levels: [5]}}"}, SINCE) == {CLOSER: NOW}
    assert begun(again("event: deal.closed, at_least: 2", "event: deal.closed, at_least: 3"), SINCE) == {CLOSER: LATER}
    assert begun(CRAFT, SINCE) == {}


def test_v1_new_words_alone_take_nobodys_progress() -> None:
    assert begun(again("title: Closer", "title: One who closes"), SINCE) == {CLOSER: NOW}


@pytest.mark.parametrize(
    ("files", "change"),
    [
        (CRAFT, Change.UNCHANGED),
        (changed("rules.yaml", "title: Closer", "title: One who closes"), Change.REWORDED),
        (changed("rules.yaml", "at_least: 2}}\n    points: 10", "at_least: 3}}\n    points: 10"), Change.CHANGED),
        (changed("rules.yaml", "closer:", "dealer:"), Change.REMOVED),
    ],
)
def test_a_rule_is_told_apart_as_unchanged_reworded_changed_or_removed(
    files: Mapping[str, str], change: Change
) -> None:
    changes = rule_changes(document(CRAFT), document(files))
    assert changes[CLOSER] is change
    assert {each for rule, each in changes.items() if rule not in {CLOSER, ("badges", "dealer")}} == {Change.UNCHANGED}


def test_without_a_version_before_every_rule_is_new() -> None:
    assert set(rule_changes(None, document(CRAFT)).values()) == {Change.NEW}


def test_criteria_that_only_look_alike_are_not_the_same() -> None:
    one, other = (
        changed("rules.yaml", "earn: {count: {event: deal.closed, at_least: 2}}", f"earn: {{{node}: [{inner}]}}")
        for inner in ["{count: {event: deal.closed, at_least: 2}}, {days: {event: deal.closed, at_least: 1}}"]
        for node in ("all", "any")
    )
    assert rule_changes(document(one), document(other))[CLOSER] is Change.CHANGED


def test_a_field_of_another_type_is_told_with_its_place_and_its_cure() -> None:
    loaded = load_pack_files(changed("events.yaml", "customer: {type: text}", "customer: {type: flag}"))
    assert loaded.document is not None
    [told] = changed_fields(document(CRAFT), loaded.document, loaded.places)
    assert told.render() == (
        "events.yaml:15:24 FIELD_TYPE_CHANGED field `customer` of `call.practised` was a text in the version in force, "
        "and is a flag here (give the field of the new type another name)"
    )
    assert "versjonen som gjelder" in told.render("nb")
    assert changed_fields(document(CRAFT), document(CRAFT), Places()) == ()
    gone = changed("events.yaml", "      customer: {type: text}\n", "")
    assert changed_fields(document(CRAFT), document(gone), Places()) == (), "a field may go"
