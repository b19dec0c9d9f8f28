"""Learners' own goals: each step once, changed only in what can't hurt, recognised reached or learnt from."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from itertools import starmap
from typing import Any

import pytest

from tests.support.organisations import Organisation, new_event
from tests.support.packs import CRAFT
from vekst.domain.actors import Role
from vekst.domain.errors import InvalidInput, NotAllowed, NotFound, VekstError
from vekst.domain.learner_goals import OPEN_AT_MOST, GoalKey
from vekst.domain.receipts import ReceiptStatus
from vekst.services.goal_terms import GoalTerms
from vekst.services.goals import GoalChange, GoalTaken

REWARDED = {
    **CRAFT,
    "goals.yaml": """
events:
  vekst.goal-reflected: {title: Looked back, nature: reflection, points: 5, at_most: {times: 1, per: day}}
  deal.signed: {title: Signed, nature: outcome}
badges:
  on-purpose:
    title: On purpose
    purpose: Set goals
    earn: {count: {event: vekst.goal-set, at_least: 1}}
    points: 10
""",
}
NOW = datetime.now(UTC)
TODAY = NOW.date()
LATER = TODAY + timedelta(days=14)
WORDS = ("To hear what they mean", "I asked too early; next time I wait.")


def calls(at_least: object = 3, **more: object) -> dict[str, Any]:
    return {"count": {"event": "call.practised", "at_least": at_least, **more}}


@pytest.fixture
async def craft(organisation: Organisation) -> Organisation:
    await organisation.publish(REWARDED)
    await organisation.hire("nora", role=Role.MANAGER, team="north")
    await organisation.hire("kari", "eli", team="north")
    await organisation.hire("siv", role=Role.MANAGER, team="south")
    return organisation


async def set_goal(org: Organisation, who: str = "kari", **changes: Any) -> GoalTaken:
    terms = GoalTerms(changes.pop("earn", calls()), changes.pop("until", LATER))
    given = {"client_id": "g", "goal": terms, "occurred_at": NOW - timedelta(hours=5), "why": WORDS[0], **changes}
    return await org.factory.goals().set(await org.actor(who), **given)


async def past_goal(org: Organisation) -> GoalKey:
    """A goal that was over before anything was done for it."""
    at = NOW - timedelta(days=9)
    return (await set_goal(org, occurred_at=at, until=(at + timedelta(days=3)).date())).goal


async def propose(org: Organisation, who: str = "nora", **changes: Any) -> GoalKey:
    terms = GoalTerms(changes.pop("earn", calls()), changes.pop("until", LATER))
    given = {"client_id": "p", "person": "kari", "terms": terms, "why": "You are close", **changes}
    return await org.factory.goals().propose(await org.actor(who), **given)


async def change(org: Organisation, goal: GoalKey, who: str = "kari", **changes: Any) -> GoalTaken:
    given: dict[str, Any] = {"client_id": changes.pop("client_id", "c"), "occurred_at": changes.pop("at", NOW)}
    return await org.factory.goals().change(await org.actor(who), goal=goal, change=GoalChange(**changes), **given)


async def reflect(org: Organisation, goal: GoalKey, who: str = "kari", **changes: Any) -> GoalTaken:
    given = {"client_id": "r", "goal": goal, "words": WORDS[1], "occurred_at": NOW, **changes}
    return await org.factory.goals().reflect(await org.actor(who), **given)


async def practise(org: Organisation, times: int, who: str = "kari") -> None:
    at = NOW - timedelta(hours=2)
    await org.record(who, *(new_event(f"{at}{n}", at=at + timedelta(minutes=n)) for n in range(times)))
    await org.judge()


async def goal_events(org: Organisation) -> list[object]:
    rows = await org.rows("SELECT type FROM progress_events WHERE type LIKE 'vekst.goal%' ORDER BY occurred_at, id")
    return [type_ for (type_,) in rows]


async def row(org: Organisation, *columns: str) -> tuple[object, ...]:
    [found] = await org.rows(f"SELECT {', '.join(columns)} FROM goals")
    return found


async def recognised(org: Organisation) -> set[tuple[object, object, object]]:
    return {(kind, key, points) for _, kind, key, _, _, _, points, *_ in await org.ledger()}


async def refused(attempt: Awaitable[object]) -> str:
    with pytest.raises(VekstError) as error:
        await attempt
    return error.value.code


async def test_what_is_reached_is_recognised_without_points_and_rules_see_only_that_it_was_set(
    craft: Organisation,
) -> None:
    goal = (await set_goal(craft)).goal
    await practise(craft, 2)
    assert ("GOAL", goal.goal_id.hex, 0) not in await recognised(craft)
    await craft.record("kari", new_event("last", at=NOW - timedelta(hours=1)))
    await craft.judge()
    assert await recognised(craft) >= {("GOAL", goal.goal_id.hex, 0), ("BADGE", "on-purpose", 10)}
    assert await refused(change(craft, goal, until=LATER + timedelta(days=1))) == "GOAL_OVER"


async def test_learning_from_what_was_not_reached_is_recognised_too(craft: Organisation) -> None:
    goal = await past_goal(craft)
    assert (await reflect(craft, goal)).receipt.status is ReceiptStatus.STORED
    await craft.judge()
    assert await recognised(craft) >= {("REFLECTION", goal.goal_id.hex, 0), ("EVENT", "vekst.goal-reflected", 5)}
    assert await row(craft, "reflection", "earn") == (
        WORDS[1],
        '{"count":{"at_least":3,"event":"call.practised"}}',
    )


async def test_the_events_hold_none_of_the_words(craft: Organisation) -> None:
    goal = await past_goal(craft)
    await change(craft, goal, why="Other words")
    await reflect(craft, goal)
    told = str(await craft.rows("SELECT data FROM progress_events"))
    assert not any(secret in told for secret in (*WORDS, "Other words"))


async def test_every_step_sent_twice_happens_once(craft: Organisation) -> None:
    goal = (await set_goal(craft)).goal
    await change(craft, goal, until=LATER + timedelta(days=1), shared=True)
    await craft.factory.goals().drop(await craft.actor("kari"), goal)
    await reflect(craft, goal)
    before = await craft.rows("SELECT * FROM goals")
    repeated = [
        await set_goal(craft),
        await change(craft, goal, until=LATER + timedelta(days=1), shared=True),
        await reflect(craft, goal, occurred_at=NOW + timedelta(minutes=1)),
    ]
    await craft.factory.goals().drop(await craft.actor("kari"), goal)
    assert [each.receipt.status for each in repeated] == [ReceiptStatus.DUPLICATE] * 3
    assert {each.goal for each in repeated} == {goal}
    assert await craft.rows("SELECT * FROM goals") == before
    assert len(await goal_events(craft)) == 3


async def test_a_change_sent_again_takes_no_later_one_back(craft: Organisation) -> None:
    """A phone that finds its line again must not share what was hidden since."""
    goal = (await set_goal(craft)).goal
    await change(craft, goal, shared=True, client_id="share")
    await change(craft, goal, shared=False, client_id="hide", at=NOW - timedelta(hours=3))
    assert (await change(craft, goal, shared=True, client_id="share")).receipt.status is ReceiptStatus.DUPLICATE
    assert await row(craft, "shared") == (False,)


STEPS: dict[str, Callable[[Organisation, GoalKey, int], Awaitable[object]]] = {
    "set": lambda org, goal, n: set_goal(org),
    "change": lambda org, goal, n: change(org, goal, until=LATER + timedelta(days=1)),
    "reflect": lambda org, goal, n: reflect(org, goal, client_id=str(n)),
    "accept": lambda org, goal, n: set_goal(org, goal=goal, client_id=str(n)),
    "propose": lambda org, goal, n: propose(org),
}


@pytest.mark.parametrize("step", STEPS)
async def test_a_race_of_the_same_step_has_one_effect(craft: Organisation, step: str) -> None:
    """Hard case 8: and no loser of the race throws."""
    match step:
        case "set" | "propose":
            goal = (await set_goal(craft, "eli")).goal
        case "accept":
            goal = await propose(craft)
        case "reflect":
            goal = await past_goal(craft)
        case _:
            goal = (await set_goal(craft)).goal
    before = (len(await goal_events(craft)), len(await craft.rows("SELECT 1 FROM goals")))
    answers = await asyncio.gather(*starmap(STEPS[step], [(craft, goal, n) for n in range(6)]))
    statuses = [each.receipt.status for each in answers if isinstance(each, GoalTaken)]
    assert statuses.count(ReceiptStatus.STORED) == (0 if step == "propose" else 1)
    assert set(statuses) <= {ReceiptStatus.STORED, ReceiptStatus.DUPLICATE}
    after = (len(await goal_events(craft)), len(await craft.rows("SELECT 1 FROM goals")))
    more = {"set": (1, 1), "propose": (0, 1), "accept": (1, 0), "change": (1, 0), "reflect": (1, 0)}
    assert (after[0] - before[0], after[1] - before[1]) == more[step]
    await craft.judge()
    assert await craft.pending() == 0


async def test_changes_that_race_never_take_each_other_back(craft: Organisation) -> None:
    goal = (await set_goal(craft, earn=calls(9))).goal
    answers = await asyncio.gather(
        *(
            change(craft, goal, client_id=str(n), earn=calls(n), until=LATER + timedelta(days=9 - n))
            for n in range(1, 9)
        ),
        return_exceptions=True,
    )
    taken = [n for n, answer in enumerate(answers, start=1) if not isinstance(answer, BaseException)]
    assert {answer.code for answer in answers if isinstance(answer, VekstError)} <= {
        "GOAL_ONLY_EASIER",
        "GOAL_ONLY_LATER",
    }
    assert taken
    await practise(craft, min(taken))
    assert ("GOAL", goal.goal_id.hex, 0) in await recognised(craft)


async def test_less_to_reach_counts_what_was_done_and_more_time_more(craft: Organisation) -> None:
    goal = (await set_goal(craft, earn=calls(5))).goal
    await practise(craft, 3)
    await change(craft, goal, earn=calls(3))
    await craft.judge()
    assert ("GOAL", goal.goal_id.hex, 0) in await recognised(craft)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"earn": calls(4)}, "GOAL_ONLY_EASIER"),
        ({"earn": {"days": {"event": "call.practised", "at_least": 1}}}, "GOAL_ONLY_EASIER"),
        ({"earn": calls(0)}, "GOAL_TERMS_NOT_VALID"),
        ({"until": LATER - timedelta(days=1)}, "GOAL_ONLY_LATER"),
        ({"until": LATER + timedelta(days=400)}, "GOAL_DATE_NOT_VALID"),
        ({"why": " "}, "GOAL_WORDS_NOT_VALID"),
        ({"why": "a\0"}, "TEXT_NOT_STORABLE"),
        ({"shared": True, "client_id": ""}, "ID_NOT_VALID"),
    ],
)
async def test_a_change_that_could_hurt_is_refused(craft: Organisation, changes: dict[str, Any], code: str) -> None:
    goal = (await set_goal(craft)).goal
    before = await craft.rows("SELECT * FROM goals")
    assert await refused(change(craft, goal, **changes)) == code
    assert (await craft.rows("SELECT * FROM goals"), len(await goal_events(craft))) == (before, 1)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"earn": {"count": {"event": "deal.signed", "at_least": 1}}}, "GOAL_ON_OUTCOMES"),
        ({"earn": {"badge": {"key": "on-purpose"}}}, "GOAL_ON_REWARDS"),
        ({"earn": {"count": {"event": "call.practiced", "at_least": 1}}}, "GOAL_TERMS_NOT_VALID"),
        ({"earn": {"count": {"event": ["x" * 5000], "at_least": 1}}}, "GOAL_TERMS_NOT_VALID"),
        ({"earn": {"a\0": 1}}, "GOAL_TERMS_NOT_VALID"),
        ({"earn": float("nan")}, "GOAL_TERMS_NOT_VALID"),
        ({"until": TODAY - timedelta(days=3)}, "GOAL_DATE_NOT_VALID"),
        ({"until": date(2999, 1, 1)}, "GOAL_DATE_NOT_VALID"),
        ({"why": ""}, "GOAL_WORDS_NOT_VALID"),
        ({"why": "x" * 2001}, "GOAL_WORDS_NOT_VALID"),
        ({"occurred_at": NOW + timedelta(days=1)}, "IN_THE_FUTURE"),
        ({"occurred_at": NOW - timedelta(days=500)}, "TOO_OLD"),
        ({"client_id": "x" * 300}, "ID_NOT_VALID"),
    ],
)
async def test_what_is_no_goal_is_told_and_leaves_nothing(
    craft: Organisation, changes: dict[str, Any], code: str
) -> None:
    assert await refused(set_goal(craft, **changes)) == code
    assert (await goal_events(craft), await craft.rows("SELECT 1 FROM goals")) == ([], [])


async def test_what_is_wrong_is_told_in_the_callers_language_with_the_cure(craft: Organisation) -> None:
    with pytest.raises(InvalidInput) as error:
        await set_goal(craft, earn={"count": {"event": "call.practiced", "at_least": 1}}, locale="nb")
    assert "call.practised" in str(error.value.params["detail"])


async def test_an_id_with_another_goal_is_a_conflict(craft: Organisation) -> None:
    goal = (await set_goal(craft)).goal
    await change(craft, goal, shared=True)
    assert await refused(set_goal(craft, earn=calls(4))) == "ID_TAKEN"
    assert await refused(set_goal(craft, until=LATER + timedelta(days=1))) == "ID_TAKEN"
    assert await refused(change(craft, goal, shared=False)) == "ID_TAKEN"
    await propose(craft)
    assert await refused(propose(craft, earn=calls(4))) == "ID_TAKEN"
    assert await refused(propose(craft, why="For another reason")) == "ID_TAKEN"
    assert await refused(propose(craft, person="eli")) == "ID_TAKEN"
    await propose(craft, client_id="of eli's", person="eli")


async def test_goals_are_bounded_dropped_or_not(craft: Organisation) -> None:
    for n in range(OPEN_AT_MOST):
        taken = await set_goal(craft, client_id=str(n))
        await craft.factory.goals().delete(await craft.actor("kari"), taken.goal)
    assert await refused(set_goal(craft, client_id="more")) == "GOALS_TOO_MANY"
    assert await refused(propose(craft)) == "GOALS_TOO_MANY"
    assert (await set_goal(craft, client_id="0")).receipt.status is ReceiptStatus.DUPLICATE


async def test_looking_back_waits_until_it_is_over_and_happens_once(craft: Organisation) -> None:
    goal = (await set_goal(craft)).goal
    assert await refused(reflect(craft, goal)) == "GOAL_STILL_OPEN"
    await craft.factory.goals().drop(await craft.actor("kari"), goal)
    await reflect(craft, goal)
    assert await refused(reflect(craft, goal, words="Something else")) == "GOAL_REFLECTED_ALREADY"
    assert await refused(change(craft, goal, earn=calls(1))) == "GOAL_OVER"


async def test_what_is_dropped_takes_nothing_away_and_is_reached_all_the_same(craft: Organisation) -> None:
    goal = (await set_goal(craft)).goal
    await craft.factory.goals().drop(await craft.actor("kari"), goal)
    assert await goal_events(craft) == ["vekst.goal-set"]
    await practise(craft, 3)
    assert ("GOAL", goal.goal_id.hex, 0) in await recognised(craft)


async def test_a_proposal_counts_nothing_before_the_learner_sets_it(craft: Organisation) -> None:
    goal = await propose(craft)
    assert (goal, await goal_events(craft)) == (await propose(craft), [])
    for early in (change(craft, goal, shared=False), reflect(craft, goal)):
        assert await refused(early) == "GOAL_NOT_SET_YET"
    taken = await set_goal(craft, goal=goal, why="My own reason", shared=False)
    assert (taken.goal, taken.receipt.status) == (goal, ReceiptStatus.STORED)
    assert await row(craft, "why", "shared") == ("My own reason", False)
    await practise(craft, 3)
    assert ("GOAL", goal.goal_id.hex, 0) in await recognised(craft)
    assert await propose(craft) == goal


async def test_a_proposal_is_declined_by_dropping_it(craft: Organisation) -> None:
    goal = await propose(craft)
    await craft.factory.goals().drop(await craft.actor("kari"), goal)
    assert await refused(set_goal(craft, goal=goal)) == "GOAL_OVER"
    assert await goal_events(craft) == []


@pytest.mark.parametrize(
    ("who", "person", "code"),
    [
        ("siv", "kari", "MEMBER_UNKNOWN"),
        ("eli", "kari", "MEMBER_UNKNOWN"),
        ("nora", "nobody", "MEMBER_UNKNOWN"),
        ("nora", "a\0", "MEMBER_UNKNOWN"),
        ("nora", "siv", "MEMBER_UNKNOWN"),
        ("nora", "nora", "GOAL_FOR_ONESELF"),
    ],
)
async def test_only_who_manages_somebody_proposes_to_them(
    craft: Organisation, who: str, person: str, code: str
) -> None:
    assert await refused(propose(craft, who, person=person)) == code


async def test_nobody_touches_or_learns_of_anothers_goal(craft: Organisation) -> None:
    mine, proposed = (await set_goal(craft, shared=True)).goal, await propose(craft)
    goals = craft.factory.goals()
    for who in ("nora", "eli"):
        actor = await craft.actor(who)
        for goal in (mine, proposed):
            for attempt in (
                set_goal(craft, who, goal=goal),
                change(craft, goal, who, shared=False),
                reflect(craft, goal, who),
                goals.drop(actor, goal),
                goals.delete(actor, goal),
            ):
                with pytest.raises(NotFound, match="GOAL_UNKNOWN"):
                    await attempt
    assert await refused(set_goal(craft, goal=mine)) == "GOAL_UNKNOWN"


async def test_integrations_have_no_goals(craft: Organisation) -> None:
    crm, goal = await craft.integration(), (await set_goal(craft)).goal
    with pytest.raises(NotAllowed):
        await craft.factory.goals().drop(crm, goal)
    with pytest.raises(NotAllowed):
        await craft.factory.goals().delete(crm, goal)


async def test_deleting_takes_the_words_and_leaves_what_was_earned(craft: Organisation) -> None:
    goal = await past_goal(craft)
    await change(craft, goal, shared=True)
    await reflect(craft, goal)
    await craft.judge()
    kari = await craft.actor("kari")
    assert await craft.factory.goals().delete(kari, goal)
    assert not await craft.factory.goals().delete(kari, goal)
    assert await row(craft, "why", "reflection") == (None, None)
    assert ("REFLECTION", goal.goal_id.hex, 0) in await recognised(craft)
    # What is repeated afterwards brings nothing back, and is told that it happened.
    for repeated in (await change(craft, goal, shared=True), await reflect(craft, goal)):
        assert (repeated.receipt.status, repeated.goal) == (ReceiptStatus.DUPLICATE, goal)
    assert await row(craft, "why", "reflection") == (None, None)
    assert await refused(change(craft, goal, client_id="c2", shared=False)) == "GOAL_UNKNOWN"
    assert (await set_goal(craft, client_id="new")).receipt.status is ReceiptStatus.STORED


async def test_judging_again_and_voids_agree(craft: Organisation) -> None:
    goal = (await set_goal(craft)).goal
    await practise(craft, 3)
    before = await craft.ledger()
    await craft.publish({**REWARDED, "more.yaml": "skills: {calm: {title: Calm, levels: [10]}}\n"})
    await craft.judge()
    assert await craft.ledger() == before
    await craft.void("kari", "app", f"{NOW - timedelta(hours=2)}0", reason="typo")
    await craft.judge()
    kinds = [(kind, points) for _, kind, key, *_, points, _, _ in await craft.ledger() if key == goal.goal_id.hex]
    assert sorted(kinds, key=str) == [("GOAL", 0), ("REVERSAL", 0)]
    await craft.record("kari", new_event("again", at=NOW - timedelta(minutes=30)))
    await craft.judge()
    lives = [life for _, kind, key, _, _, life, *_ in await craft.ledger() if (kind, key) == ("GOAL", goal.goal_id.hex)]
    assert lives == [1, 2]
    found = await craft.factory.replaying().verify(craft.id)
    assert not found.differences
