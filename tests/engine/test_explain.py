from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

from tests.support.judging import Learner
from vekst.domain.events import FieldValue, ProgressEvent
from vekst.domain.recognitions import Identity
from vekst.engine.explain import Explainer, title_text
from vekst.engine.fold import fold
from vekst.engine.goals import Goal, goal_holds
from vekst.engine.pack import Field, Pack
from vekst.engine.standing import fresh_standing
from vekst.quests.compiler import compile_pack
from vekst.quests.loader import load_pack

RULES = """
skills: {craft: {title: {en: Craft, nb: Håndverk}, levels: [5, 9]}}
events:
  call.paid: {title: {en: Paid call, nb: Betalt samtale}, nature: practice, points: 5, at_most: {times: 3, per: week}}
streaks:
  s:
    title: {en: Daily, nb: Daglig}
    every: day
    counts: {count: {event: call.practised, at_least: 1}}
    milestones: {5: 1}
quests:
  q:
    title: {en: Quest, nb: Oppdrag}
    steps: [{key: s, title: {en: Step, nb: Steg}, earn: {count: {event: lesson.completed, at_least: 3}}}]
badges:
  other:
    title: {en: Other, nb: Annet}
    tiers:
      - {tier: bronze, earn: {count: {event: lesson.completed, at_least: 2}}}
      - {tier: gold, title: {en: Gold, nb: Gull}, earn: {count: {event: lesson.completed, at_least: 5}}}
  b: {title: {en: This, nb: Dette}, earn: %s}
"""
ONE = "{count: {event: call.practised, at_least: 1}}"


def learner_with(earn: str) -> Learner:
    return Learner(RULES % earn)


def criterion(earn: str, locale: str = "en") -> str:
    return Explainer(learner_with(earn).pack, locale).criterion(goal(learner_with(earn)))


def goal(learner: Learner) -> Goal:
    badge = learner.pack.badge("b")
    assert badge is not None
    return badge.tiers[0].goal


@pytest.mark.parametrize(
    ("earn", "english", "norwegian"),
    [
        (ONE, "“Practised a call”", "«Øvde på en samtale»"),
        (
            "{count: {event: [call.practised, lesson.completed], at_least: 3}}",
            "“Practised a call” or “Completed a lesson” 3 times",
            "«Øvde på en samtale» eller «Fullførte en leksjon» 3 ganger",
        ),
        (
            "{count: {event: call.practised, at_least: 3, within: week}}",
            "“Practised a call” 3 times, within one week",
            "«Øvde på en samtale» 3 ganger, i løpet av én uke",
        ),
        (
            "{count: {event: call.practised, at_least: 3, within: 7d, at_most: {times: 2, per: day}}}",
            "“Practised a call” 3 times, at most 2 per day, within 7 days",
            "«Øvde på en samtale» 3 ganger, høyst 2 per dag, i løpet av 7 dager",
        ),
        (
            "{count: {event: call.practised, where: {channel: [phone, video], brave: true}, at_least: 2}}",
            "“Practised a call” 2 times, with channel phone or video and brave yes",
            "«Øvde på en samtale» 2 ganger, med channel phone eller video og brave ja",
        ),
        (
            "{count: {event: call.practised, where: {brave: false}, recorded_by: [manager, system], at_least: 2}}",
            "“Practised a call” 2 times, with brave no and recorded by a manager or recorded by a system",
            "«Øvde på en samtale» 2 ganger, med brave nei og registrert av en leder eller registrert av et system",
        ),
        (
            "{count: {event: call.practised, where: {score: {min: 1.5, max: 6}}, recorded_by: self, at_least: 2}}",
            "“Practised a call” 2 times, with score from 1.5 to 6 and recorded by yourself",
            "«Øvde på en samtale» 2 ganger, med score fra 1,5 til 6 og registrert av deg selv",
        ),
        (
            "{count: {event: call.practised, where: {score: {present: true}, brave: {present: false}}, at_least: 2}}",
            "“Practised a call” 2 times, with score filled in and no brave",
            "«Øvde på en samtale» 2 ganger, med score fylt ut og uten brave",
        ),
        (
            "{count: {event: call.practised, where: {score: {min: 6}, minutes: 2.50, channel: {not: x}}, at_least: 2}}",
            "“Practised a call” 2 times, with score at least 6 and minutes 2.5 and channel other than x",
            "«Øvde på en samtale» 2 ganger, med score minst 6 og minutes 2,5 og channel annet enn x",
        ),
        (
            "{count: {event: call.practised, where: {score: {max: 6.5}}, at_least: 1}}",
            "“Practised a call”, with score at most 6.5",
            "«Øvde på en samtale», med score høyst 6,5",
        ),
        (
            "{sum: {event: call.practised, field: minutes, at_least: 12.5}}",
            "“Practised a call” with 12.5 minutes in all",
            "«Øvde på en samtale» med til sammen 12,5 minutes",
        ),
        (
            "{sum: {event: call.practised, field: minutes, at_least: 1000000, within: month}}",
            "“Practised a call” with 1000000 minutes in all, within one month",
            "«Øvde på en samtale» med til sammen 1000000 minutes, i løpet av én måned",
        ),
        (
            "{distinct: {event: call.practised, field: customer, at_least: 3}}",
            "3 different customer in “Practised a call”",
            "3 ulike customer i «Øvde på en samtale»",
        ),
        (
            "{days: {event: call.practised, at_least: 3, within: quarter}}",
            "“Practised a call” on 3 different days, within one quarter",
            "«Øvde på en samtale» på 3 ulike dager, i løpet av ett kvartal",
        ),
        (
            "{improvement: {event: call.practised, field: score, by: 12.5%, memory: 180d}}",
            "score in “Practised a call” lifted by 12.5 % over your best level",
            "score i «Øvde på en samtale» løftet 12,5 % over ditt beste nivå",
        ),
        (
            "{personal_best: {event: call.practised, field: score}}",
            "a personal best in score from “Practised a call”",
            "personlig rekord i score fra «Øvde på en samtale»",
        ),
        ("{streak: {key: s, at_least: 5}}", "5 in a row of “Daily”", "5 på rad av «Daglig»"),
        ("{skill: {key: craft, level: 2}}", "level 2 in “Craft”", "nivå 2 i «Håndverk»"),
        ("{quest: q}", "the quest “Quest” completed", "oppdraget «Oppdrag» fullført"),
        ("{badge: {key: other}}", "the badge “Other” earned", "merket «Annet» oppnådd"),
        ("{badge: {key: other, tier: gold}}", "the badge “Other” earned in Gold", "merket «Annet» oppnådd i Gull"),
        (
            "{badge: {key: other, tier: bronze}}",
            "the badge “Other” earned in bronze",
            "merket «Annet» oppnådd i bronze",
        ),
    ],
)
def test_every_node_says_what_it_asks_for(earn: str, english: str, norwegian: str) -> None:
    """Hard case 19."""
    assert (criterion(earn, "en"), criterion(earn, "nb")) == (english, norwegian)


@pytest.mark.parametrize(
    ("within", "english", "norwegian"),
    [
        ("day", "one day", "én dag"),
        ("year", "one year", "ett år"),
        ("1h", "one hour", "én time"),
        ("2h", "2 hours", "2 timer"),
        ("24h", "one day", "én dag"),
        ("36h", "36 hours", "36 timer"),
        ("48h", "2 days", "2 dager"),
        ("2w", "14 days", "14 dager"),
    ],
)
def test_lengths_of_time(within: str, english: str, norwegian: str) -> None:
    earn = f"{{count: {{event: call.practised, at_least: 2, within: {within}}}}}"
    assert criterion(earn).partition("within ")[2] == english
    assert criterion(earn, "nb").partition("løpet av ")[2] == norwegian


@pytest.mark.parametrize(
    ("earn", "text"),
    [
        (
            "{all: [{quest: q}, {skill: {key: craft, level: 2}}, {badge: {key: other}}]}",
            "the quest “Quest” completed and level 2 in “Craft” and the badge “Other” earned",
        ),
        ("{any: [{quest: q}, {skill: {key: craft, level: 2}}]}", "the quest “Quest” completed or level 2 in “Craft”"),
        (
            "{some: {at_least: 2, of: [{quest: q}, {skill: {key: craft, level: 2}}, {badge: {key: other}}]}}",
            "2 of: the quest “Quest” completed; level 2 in “Craft”; the badge “Other” earned",
        ),
        (
            "{all: [{any: [{quest: q}, {badge: {key: other}}]}, {skill: {key: craft, level: 2}}]}",
            "(the quest “Quest” completed or the badge “Other” earned) and level 2 in “Craft”",
        ),
        (
            "{any: [{all: [{quest: q}]}, {skill: {key: craft, level: 2}}]}",
            "the quest “Quest” completed or level 2 in “Craft”",
        ),
        (
            "{all: [{count: {event: call.practised, where: {score: 6}, at_least: 2}}, {quest: q}]}",
            "“Practised a call” 2 times, with score 6; and the quest “Quest” completed",
        ),
        (
            "{any: [{quest: q}, {count: {event: call.practised, at_least: 2, within: week}}]}",
            "the quest “Quest” completed; or “Practised a call” 2 times, within one week",
        ),
    ],
)
def test_combinations_read_without_a_doubt_about_what_belongs_together(earn: str, text: str) -> None:
    assert criterion(earn) == text


def test_fields_have_their_titles_where_they_have_one() -> None:
    learner = Learner("""
    events:
      walk:
        title: Walk
        nature: practice
        fields: {km: {type: number, min: 0, title: {en: kilometres, nb: kilometer}}}
    badges: {b: {title: B, earn: {sum: {event: walk, field: km, where: {km: {min: 1}}, at_least: 10}}}}
    """)
    assert (
        Explainer(learner.pack, "nb").criterion(goal(learner))
        == "«Walk» med til sammen 10 kilometer, med kilometer minst 1"
    )


@pytest.mark.parametrize(("locale", "word"), [("nb", "«"), ("nn", "«"), ("no", "«"), ("en", "“"), ("de", "“")])
def test_other_locales_read_english(locale: str, word: str) -> None:
    assert criterion(ONE, locale)[0] == word


class TestNextStep:
    def after(self, earn: str, locale: str = "en") -> str:
        learner = learner_with(earn)
        learner.does("lesson.completed", "2026-03-01T09:00")
        learner.practises("2026-03-02", "2026-03-03", minutes=2.5, customer="a")
        (runs,) = learner.standing.badges[[badge.key for badge in learner.pack.badges].index("b")].runs
        state = runs[0].goal if runs else goal(learner).start()
        assert state is not None
        return Explainer(learner.pack, locale).next_step(goal(learner), state, learner.standing)

    def test_one_unit_of_a_sum_is_asked_without_counting(self) -> None:
        nobody = "{sum: {event: call.practised, field: minutes, where: {customer: z}, at_least: 1}}"
        assert "so far" not in self.after(nobody)

    def test_it_says_how_much_is_there(self) -> None:
        assert (
            self.after("{count: {event: call.practised, at_least: 5}}")
            == "Next: “Practised a call” 5 times (2 of 5 so far)."
        )
        assert self.after("{sum: {event: call.practised, field: minutes, at_least: 12.5}}", "nb") == (
            "Neste: «Øvde på en samtale» med til sammen 12,5 minutes (5 av 12,5 så langt)."
        )

    def test_where_one_is_needed_it_does_not_count(self) -> None:
        assert self.after("{count: {event: call.reflected, at_least: 1}}") == "Next: “Reflected”."
        assert self.after("{quest: q}") == "Next: the quest “Quest” completed."

    def test_of_all_parts_it_names_the_nearest_that_is_missing(self) -> None:
        far, near = "{count: {event: lesson.completed, at_least: 9}}", "{count: {event: call.practised, at_least: 3}}"
        done = "{count: {event: call.practised, at_least: 2}}"
        for tree in (
            f"{{all: [{done}, {far}, {near}]}}",
            f"{{any: [{far}, {near}]}}",
            f"{{some: {{at_least: 2, of: [{far}, {near}]}}}}",
        ):
            assert self.after(tree) == "Next: “Practised a call” 3 times (2 of 3 so far)."

    def test_it_looks_into_parts_of_parts(self) -> None:
        done, days = "{count: {event: lesson.completed, at_least: 1}}", "{days: {event: call.practised, at_least: 3}}"
        tree = f"{{all: [{{any: [{{quest: q}}, {days}]}}, {done}]}}"
        assert self.after(tree) == "Next: “Practised a call” on 3 different days (2 of 3 so far)."


class TestWhy:
    """Every recognition explains itself."""

    def why(self, kind: str, key: str, tier: str = "", occurrence: str = "once", locale: str = "en") -> str:
        return Explainer(learner_with(ONE).pack, locale).why(Identity(kind, key, tier, occurrence))

    @pytest.mark.parametrize(
        ("identity", "english", "norwegian"),
        [
            (
                ("EVENT", "call.paid", "", "2026-W07#2"),
                "Paid call: number 2 of 3 that give points per week.",
                "Betalt samtale: nummer 2 av 3 som gir poeng per uke.",
            ),
            (
                ("STEP", "q/s", "", "once"),
                "Step “Step” of the quest “Quest”: “Completed a lesson” 3 times.",
                "Steget «Steg» i oppdraget «Oppdrag»: «Fullførte en leksjon» 3 ganger.",
            ),
            (
                ("QUEST", "q", "", "once"),
                "Every step of the quest “Quest” is completed.",
                "Alle steg i oppdraget «Oppdrag» er fullført.",
            ),
            (
                ("BADGE", "other", "gold", "once"),
                "The badge “Other”: “Completed a lesson” 5 times.",
                "Merket «Annet»: «Fullførte en leksjon» 5 ganger.",
            ),
            (
                ("BADGE", "b", "", "once"),
                "The badge “This”: “Practised a call”.",
                "Merket «Dette»: «Øvde på en samtale».",
            ),
            (("MILESTONE", "s", "", "20"), "20 in a row of “Daily”.", "20 på rad av «Daglig»."),
            (
                ("LEVEL", "craft", "", "2"),
                "9 points of effort in “Craft”: level 2.",
                "9 innsatspoeng i «Håndverk»: nivå 2.",
            ),
            (
                ("CHALLENGE", "01", "", "once"),
                "You contributed to a team challenge that reached its goal.",
                "Du bidro til en lagutfordring som nådde målet.",
            ),
            (
                ("REVERSAL", "q", "", "once"),
                "Taken back, because what it rested on was corrected.",
                "Trukket tilbake, fordi grunnlaget ble rettet.",
            ),
        ],
    )
    def test_by_kind(self, identity: tuple[str, str, str, str], english: str, norwegian: str) -> None:
        assert (self.why(*identity), self.why(*identity, locale="nb")) == (english, norwegian)

    def test_each_tier_and_each_step_tells_its_own_criterion_whatever_the_order_of_their_keys(self) -> None:
        rules = """
        badges:
          b:
            title: B
            tiers: [%s]
        quests:
          q:
            title: Q
            steps: [%s]
        """
        order = {"m": 2, "a": 3, "z": 4}
        earn = "earn: {count: {event: call.practised, at_least: %d}}"
        tiers = ", ".join(f"{{tier: {key}, {earn % times}}}" for key, times in order.items())
        steps = ", ".join(f"{{key: {key}, title: {key}, {earn % times}}}" for key, times in order.items())
        explainer = Explainer(Learner(rules % (tiers, steps)).pack, "en")
        for key, times in order.items():
            for identity in (Identity("BADGE", "b", key, "once"), Identity("STEP", f"q/{key}", "", "once")):
                assert f"“Practised a call” {times} times" in explainer.why(identity)
            assert explainer.title(Identity("STEP", f"q/{key}", "", "once")) == key

    @pytest.mark.parametrize(
        "identity",
        [
            ("EVENT", "gone", "", "2026-03-14#1"),
            ("EVENT", "call.practised", "", "2026-03-14#1"),
            ("STEP", "gone/s", "", "once"),
            ("STEP", "q/gone", "", "once"),
            ("QUEST", "gone", "", "once"),
            ("BADGE", "gone", "", "once"),
            ("BADGE", "other", "silver", "once"),
            ("MILESTONE", "gone", "", "5"),
            ("LEVEL", "gone", "", "1"),
            ("LEVEL", "craft", "", "3"),
        ],
    )
    def test_a_rule_that_is_gone_is_kept(self, identity: tuple[str, str, str, str]) -> None:
        """V1."""
        assert self.why(*identity) == "Given under an earlier version of the rules, and kept."

    def test_titles_are_those_of_the_rules_and_keys_where_these_are_gone(self) -> None:
        explainer = Explainer(learner_with(ONE).pack, "nb")
        identities = [
            ("EVENT", "call.paid", "Betalt samtale"),
            ("STEP", "q/s", "Steg"),
            ("QUEST", "q", "Oppdrag"),
            ("BADGE", "other", "Annet"),
            ("MILESTONE", "s", "Daglig"),
            ("LEVEL", "craft", "Håndverk"),
            ("CHALLENGE", "01", "01"),
            ("REVERSAL", "q", "q"),
            ("STEP", "q/gone", "q/gone"),
            ("STEP", "gone/s", "gone/s"),
            ("BADGE", "gone", "gone"),
        ]
        assert [explainer.title(Identity(kind, key, "", "1")) for kind, key, _ in identities] == [
            title for _, _, title in identities
        ]

    def test_a_title_in_another_locale_is_better_than_none(self) -> None:
        assert title_text({"en": "One", "nb": "En"}, "nb", "key") == "En"
        assert title_text({"en": "One", "nb": "En"}, "de", "key") == "One"
        assert title_text({}, "de", "key") == "key"


SALES_CRAFT = Path(__file__).parents[2] / "quests" / "sales-craft"


@cache
def sales_craft() -> Pack:
    loaded = load_pack(SALES_CRAFT)
    assert loaded.document is not None, loaded.diagnostics
    return compile_pack(loaded.document, version=1, digest="x")


def goals(pack: Pack) -> Iterator[Goal]:
    for badge in pack.badges:
        yield from (tier.goal for tier in badge.tiers)
    for quest in pack.quests:
        yield from (step.goal for step in quest.steps)
        if quest.requires is not None:
            yield quest.requires
    yield from (streak.counts for streak in pack.streaks)


def identities(pack: Pack) -> Iterator[Identity]:
    for key, event_type in pack.event_types.items():
        if event_type.points:
            yield Identity("EVENT", key, "", "2026-03-14#1")
    for quest in pack.quests:
        yield Identity("QUEST", quest.key, "", "once")
        yield from (Identity("STEP", f"{quest.key}/{step.key}", "", "once") for step in quest.steps)
    for badge in pack.badges:
        yield from (Identity("BADGE", badge.key, tier.tier, "once") for tier in badge.tiers)
    for streak in pack.streaks:
        yield from (Identity("MILESTONE", streak.key, "", str(length)) for length, _ in streak.milestones)
    for skill in pack.skills:
        yield from (Identity("LEVEL", skill.key, "", str(number + 1)) for number in range(len(skill.levels)))


def filled(text: str) -> bool:
    """Whether it says something, and no placeholder was left in it."""
    fields = [name for _, name, _, _ in Formatter().parse(text) if name is not None]
    return bool(text.strip()) and not fields and "“”" not in text and "«»" not in text and "None" not in text


@pytest.mark.parametrize("locale", ["en", "nb"])
def test_every_rule_of_a_real_pack_explains_itself_in_both_languages(locale: str) -> None:
    """Hard case 19: no rule raises, says nothing, or leaves a gap in its words."""
    pack = sales_craft()
    explainer = Explainer(pack, locale)
    former = explainer.why(Identity("QUEST", "no-such-quest", "", "once"))
    texts = [explainer.why(identity) for identity in identities(pack)]
    assert former not in texts
    titles = {identity.key: explainer.title(identity) for identity in identities(pack)}
    assert [key for key, title in titles.items() if key == title] == []
    texts += [*titles.values(), *(explainer.criterion(goal_) for goal_ in goals(pack))]
    assert [text for text in texts if not filled(text)] == []


@pytest.mark.parametrize("locale", ["en", "nb"])
@pytest.mark.parametrize("times", [0, 1, 2])
def test_every_rule_of_a_real_pack_says_what_is_still_missing(locale: str, times: int) -> None:
    """Hard case 19: why not."""
    pack = sales_craft()
    explainer, standing = Explainer(pack, locale), fresh_standing(pack, pack.zone)
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    for ref, key in enumerate([*pack.event_types] * times):
        data = {name: sample(field) for name, field in pack.event_types[key].fields.items()}
        fold(pack, standing, [ProgressEvent(ref, "crm", str(ref), key, at + timedelta(hours=ref), data)])
    open_goals = [
        (tier.goal, run.goal)
        for badge, state in zip(pack.badges, standing.badges, strict=True)
        for tier, runs in zip(badge.tiers, state.runs, strict=True)
        for run in runs
        if run.goal is not None and not goal_holds(tier.goal, run.goal, standing)
    ]
    assert bool(open_goals) is bool(times)
    open_goals += [(goal_, goal_.start()) for goal_ in goals(pack)]
    texts = [explainer.next_step(goal_, state, standing) for goal_, state in open_goals]
    assert [text for text in texts if not filled(text)] == []


def sample(field: Field) -> FieldValue:
    return {"number": field.max or field.min or 1, "text": "a", "flag": True, "choice": (*field.of, None)[0]}[
        field.type
    ]
