"""What Vekst records itself: every pack knows the types, may count them, and may declare them to reward them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.support.packs import CRAFT
from vekst.domain.events import RecordedBy
from vekst.engine.pack import Pack
from vekst.quests import check_pack, load_pack_files
from vekst.quests.built_in import BUILT_IN_KEYS
from vekst.quests.changes import Change, rule_changes, since_publication
from vekst.quests.compiler import compile_pack
from vekst.quests.documents import PackDocument

REWARD = "vekst.feedback-given: {title: Gave, nature: feedback, points: 2, at_most: {times: 1, per: day}}"


def loaded(events: str = "", *, locales: str = "[en]") -> PackDocument:
    files = CRAFT | {"pack.yaml": CRAFT["pack.yaml"].replace("locales: [en]", f"locales: {locales}")}
    if events:
        files["feedback.yaml"] = f"events:\n  {events}\n"
    document = load_pack_files(files).document
    assert document is not None
    return document


def compiled(document: PackDocument) -> Pack:
    return compile_pack(document, version=1, digest="d")


def test_every_pack_knows_the_turns_of_feedback_and_goals() -> None:
    types = compiled(loaded()).event_types
    assert set(types) >= BUILT_IN_KEYS
    for key in BUILT_IN_KEYS:
        of_goals = key.startswith("vekst.goal-")
        assert types[key].nature == ("reflection" if of_goals else "feedback")
        assert (types[key].recorded_by, types[key].points) == (frozenset({RecordedBy.SYSTEM}), 0)
        assert set(types[key].fields) == ({"goal"} if of_goals else {"feedback", "colleague", "skill", "asked"})
        assert not any(field.required for field in types[key].fields.values())


def test_they_are_titled_in_every_locale_of_the_pack() -> None:
    title = compiled(loaded(locales="[en, nb, de]")).event_types["vekst.feedback-given"].title
    assert title == {"en": "Gave feedback", "nb": "Ga tilbakemelding", "de": "Gave feedback"}
    title = compiled(loaded(locales="[en, nb, de]")).event_types["vekst.goal-set"].title
    assert title == {"en": "Set a goal", "nb": "Satte seg et mål", "de": "Set a goal"}


def test_goals_are_set_and_reflected_on_as_reflection() -> None:
    declared = "vekst.goal-set: {title: Set out, nature: %s, points: 3, at_most: {times: 1, per: month}}"
    assert compiled(loaded(declared % "reflection")).event_types["vekst.goal-set"].points == 3
    told = load_pack_files(CRAFT | {"goals.yaml": f"events:\n  {declared % 'feedback'}\n"})
    [found] = [each for each in check_pack(told) if each.code == "BUILT_IN_EVENT"]
    assert "nature: reflection" in found.cure()


def test_a_declaration_adds_points_and_words_and_leaves_the_rest_to_vekst() -> None:
    types = compiled(loaded(REWARD)).event_types
    given, received = types["vekst.feedback-given"], types["vekst.feedback-received"]
    assert (given.title, given.points) == ({"en": "Gave"}, 2)
    assert (given.fields, given.recorded_by) == (received.fields, received.recorded_by)


@pytest.mark.parametrize(
    "event",
    [
        "{title: Gave, nature: practice}",
        "{title: Gave, nature: outcome}",
        "{title: Gave, nature: feedback, recorded_by: self}",
        "{title: Gave, nature: feedback, fields: {words: {type: text}}}",
    ],
)
def test_what_vekst_fixes_is_told(event: str) -> None:
    told = load_pack_files(CRAFT | {"feedback.yaml": f"events:\n  vekst.feedback-given: {event}\n"})
    [found] = [each for each in check_pack(told) if each.code == "BUILT_IN_EVENT"]
    assert (found.file, found.line) == ("feedback.yaml", 2)


def test_a_plan_lists_only_what_stands_in_files() -> None:
    before, after = loaded(), loaded(REWARD)
    assert not [key for _, key in rule_changes(None, before) if key in BUILT_IN_KEYS]
    assert rule_changes(before, after)["events", "vekst.feedback-given"] is Change.NEW
    assert rule_changes(after, before)["events", "vekst.feedback-given"] is Change.REMOVED
    since = loaded(REWARD.replace("}}", "}, since: publication}"))
    at = datetime(2026, 3, 2, tzinfo=UTC)
    assert since_publication(since, at=at, before=before, since={}) == {("events", "vekst.feedback-given"): at}
