"""The feedback loop: each turn once, as events of both people, its words in private and deletable."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.interleaving import held
from tests.support.organisations import Organisation, new_event
from tests.support.packs import CRAFT
from vekst.domain.errors import InvalidInput, NotAllowed, NotFound, VekstError
from vekst.domain.feedback import FeedbackKey
from vekst.domain.receipts import ReceiptStatus
from vekst.services.feedback import Taken, Unasked
from vekst.services.voiding import EventName

REWARDED = {
    **CRAFT,
    "feedback.yaml": """
events:
  vekst.feedback-given: {title: Gave, nature: feedback, skill: discovery, points: 4, at_most: {times: 1, per: day}}
  vekst.feedback-received: {title: Received, nature: feedback, points: 3, at_most: {times: 1, per: day}}
badges:
  loop-closer:
    title: Loop closer
    purpose: Ask, listen, try
    skill: discovery
    earn:
      all:
        - {count: {event: vekst.feedback-asked, at_least: 1}}
        - {count: {event: vekst.feedback-acted-on, where: {skill: discovery}, at_least: 1}}
    points: 20
  listened-to:
    title: Listened to
    purpose: Give feedback that can be used
    earn: {distinct: {event: vekst.feedback-used, field: colleague, at_least: 1}}
    points: 10
""",
}
WORDS = ("How clear was I?", "You let the silence stand.", "Ask what they tried before.", "I asked it twice.")


@pytest.fixture
async def craft(organisation: Organisation) -> Organisation:
    await organisation.publish(REWARDED)
    await organisation.hire("kari", "nora", "eli")
    return organisation


def ago(**length: float) -> datetime:
    return datetime.now(UTC) - timedelta(**length)


T0 = ago(hours=5)
PAIRS = [("kari", "nora"), ("nora", "eli"), ("eli", "kari"), ("kari", "eli")]
"""Who asks whom."""


async def ask(org: Organisation, who: str = "kari", **changes: Any) -> Taken:
    given = {"client_id": "a", "of": "nora", "question": WORDS[0], "occurred_at": T0, "skill": "discovery", **changes}
    return await org.factory.feedback().ask(await org.actor(who), **given)


async def give(org: Organisation, to: FeedbackKey | Unasked, who: str = "nora", **changes: Any) -> Taken:
    at = T0 + timedelta(hours=1)
    given = {"client_id": "g", "to": to, "worked": WORDS[1], "try_next": WORDS[2], "occurred_at": at, **changes}
    return await org.factory.feedback().give(await org.actor(who), **given)


async def act(org: Organisation, feedback: FeedbackKey, who: str = "kari", **changes: Any) -> Taken:
    at, event = T0 + timedelta(hours=3), EventName("try")
    given = {"client_id": "x", "feedback": feedback, "tried": WORDS[3], "event": event, "occurred_at": at, **changes}
    return await org.factory.feedback().act_on(await org.actor(who), **given)


async def practise(org: Organisation, id: str = "try", at: datetime | None = None) -> None:
    [receipt] = await org.record("kari", new_event(id, at=at or T0 + timedelta(hours=2)))
    assert receipt.status is ReceiptStatus.STORED


async def loop(org: Organisation) -> FeedbackKey:
    """All three turns."""
    key = (await ask(org)).feedback
    await give(org, key)
    await practise(org)
    await act(org, key)
    return key


async def turns(org: Organisation) -> list[tuple[object, ...]]:
    return await org.rows(
        """SELECT p.person, e.type FROM progress_events e JOIN people p USING (org_id, learner_id)
            WHERE e.type LIKE 'vekst.feedback%' ORDER BY e.occurred_at, e.type"""
    )


async def test_every_turn_is_an_event_of_both_that_rules_count_and_reward(craft: Organisation) -> None:
    await loop(craft)
    assert await turns(craft) == [
        ("kari", "vekst.feedback-asked"),
        ("nora", "vekst.feedback-invited"),
        ("nora", "vekst.feedback-given"),
        ("kari", "vekst.feedback-received"),
        ("kari", "vekst.feedback-acted-on"),
        ("nora", "vekst.feedback-used"),
    ]
    await craft.judge()
    given = {(person, kind, key, points) for person, kind, key, _, _, _, points, *_ in await craft.ledger()}
    assert given >= {
        ("nora", "EVENT", "vekst.feedback-given", 4),
        ("nora", "BADGE", "listened-to", 10),
        ("kari", "EVENT", "vekst.feedback-received", 3),
        ("kari", "BADGE", "loop-closer", 20),
    }


async def test_the_events_hold_none_of_the_words_and_no_names(craft: Organisation) -> None:
    await loop(craft)
    told = str(await craft.rows("SELECT data FROM progress_events WHERE type LIKE 'vekst.feedback%'"))
    assert not any(secret in told for secret in (*WORDS, "kari", "nora"))


async def test_every_turn_sent_twice_happens_once(craft: Organisation) -> None:
    """Hard case 8, and 7: sent again hours later it is still the same turn."""
    key = await loop(craft)
    for repeated in (await ask(craft), await give(craft, key), await act(craft, key)):
        assert (repeated.receipt.status, repeated.feedback) == (ReceiptStatus.DUPLICATE, key)
    assert len(await turns(craft)) == 6


async def test_an_id_with_other_content_is_a_conflict(craft: Organisation) -> None:
    key = await loop(craft)
    other = await ask(craft, client_id="b", occurred_at=T0)
    for again in (
        ask(craft, question="Other words"),
        ask(craft, of="eli"),
        ask(craft, occurred_at=T0 + timedelta(seconds=1)),
        give(craft, key, worked="Other words"),
        give(craft, other.feedback),
        give(craft, Unasked("eli")),
        act(craft, key, tried="Other words"),
    ):
        with pytest.raises(InvalidInput, match="ID_TAKEN"):
            await again
    assert len(await turns(craft)) == 8


async def test_a_turn_is_taken_once_whatever_its_id(craft: Organisation) -> None:
    key = await loop(craft)
    with pytest.raises(InvalidInput, match="FEEDBACK_GIVEN_ALREADY"):
        await give(craft, key, client_id="g2")
    with pytest.raises(InvalidInput, match="FEEDBACK_ACTED_ON_ALREADY"):
        await act(craft, key, client_id="x2")
    assert len(await turns(craft)) == 6


async def test_both_sides_of_a_race_give_one_effect(craft: Organisation) -> None:
    """Hard case 8: two phones, each turn at once; the same call is answered alike, another one is told."""
    asked = await asyncio.gather(*(ask(craft) for _ in range(4)))
    key = asked[0].feedback
    assert sorted(each.receipt.status for each in asked) == ["DUPLICATE"] * 3 + ["STORED"]
    told = await asyncio.gather(*(give(craft, key, client_id=f"g{n % 2}") for n in range(4)), return_exceptions=True)
    assert sorted(_outcome(each) for each in told) == ["DUPLICATE"] + ["FEEDBACK_GIVEN_ALREADY"] * 2 + ["STORED"]
    unasked = await asyncio.gather(*(give(craft, Unasked("eli"), client_id="u") for _ in range(4)))
    assert sorted(each.receipt.status for each in unasked) == ["DUPLICATE"] * 3 + ["STORED"]
    await practise(craft)
    acted = await asyncio.gather(*(act(craft, key, client_id=f"x{n}") for n in range(3)), return_exceptions=True)
    assert sorted(_outcome(each) for each in acted) == ["FEEDBACK_ACTED_ON_ALREADY"] * 2 + ["STORED"]
    assert len(await turns(craft)) == 8


def _outcome(answer: Taken | BaseException) -> str:
    if isinstance(answer, VekstError):
        return answer.code
    assert isinstance(answer, Taken)
    return answer.receipt.status.value


async def test_a_turn_that_is_sent_again_while_it_is_taken_waits_and_is_a_duplicate(
    craft: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The interleaving is forced: the first has written all but its end, of a turn asked for and of one unasked."""
    asked = (await ask(craft)).feedback
    for to, last in ((asked, "feedback_store.write_given"), (Unasked("eli", "discovery"), "feedback_store.append")):
        name = f"again-{last}"
        async with held(craft, monkeypatch, give(craft, to, client_id=name), last) as first:
            again = await first.keeps_waiting(give(craft, to, client_id=name))
            taken = await first.goes_on()
            assert (taken.receipt.status, (await again).receipt.status) == ("STORED", "DUPLICATE")
            assert taken.feedback == (await again).feedback
    assert await craft.rows("SELECT count(*) FROM feedback WHERE worked IS NOT NULL") == [(2,)]
    given = "SELECT count(*) FROM progress_events WHERE type = 'vekst.feedback-given'"
    assert await craft.rows(given) == [(2,)]


async def test_deleting_races_giving_without_leaving_words(craft: Organisation) -> None:
    kari = await craft.actor("kari")
    key = (await ask(craft)).feedback
    gone, given = await asyncio.gather(
        craft.factory.feedback().delete(kari, key), give(craft, key), return_exceptions=True
    )
    assert gone is True
    assert isinstance(given, Taken | NotFound)
    assert await craft.rows("SELECT 1 FROM feedback") == []


async def test_the_learner_deletes_the_words_and_keeps_what_was_earned(craft: Organisation) -> None:
    key = await loop(craft)
    await craft.judge()
    before = await craft.ledger()
    kari, nora, eli = [await craft.actor(person) for person in ("kari", "nora", "eli")]
    with pytest.raises(NotAllowed, match="FEEDBACK_NOT_YOURS_TO_DELETE"):
        await craft.factory.feedback().delete(nora, key)
    assert await craft.factory.feedback().delete(eli, key) is False
    assert await craft.factory.feedback().delete(kari, key) is True
    assert await craft.factory.feedback().delete(kari, key) is False
    assert await craft.rows("SELECT 1 FROM feedback") == []
    # What is repeated afterwards brings nothing back, and is told that it happened.
    for repeated in (await ask(craft), await give(craft, key), await act(craft, key)):
        assert (repeated.receipt.status, repeated.feedback) == (ReceiptStatus.DUPLICATE, key)
    for refused in (give(craft, key, client_id="g2"), give(craft, key, who="eli"), act(craft, key, client_id="x2")):
        with pytest.raises(NotFound, match="FEEDBACK_UNKNOWN"):
            await refused
    assert await craft.rows("SELECT 1 FROM feedback") == []
    await craft.judge()
    assert await craft.ledger() == before


async def test_feedback_is_between_two_people_of_one_organisation(craft: Organisation) -> None:
    await craft.dismiss("eli")
    for refused, error, code in (
        (ask(craft, of="kari"), InvalidInput, "FEEDBACK_TO_ONESELF"),
        (ask(craft, of="stranger"), NotFound, "UNKNOWN_PERSON"),
        (ask(craft, of="\0"), NotFound, "UNKNOWN_PERSON"),
        (ask(craft, of="eli"), InvalidInput, "PERSON_NOT_ACTIVE"),
        (give(craft, Unasked("nora")), InvalidInput, "FEEDBACK_TO_ONESELF"),
        (give(craft, Unasked("stranger")), NotFound, "UNKNOWN_PERSON"),
        (ask(craft, skill="juggling"), NotFound, "SKILL_UNKNOWN"),
        (ask(craft, event=EventName("nothing")), NotFound, "EVENT_UNKNOWN"),
        (ask(craft, question=" "), InvalidInput, "FEEDBACK_WORDS_NOT_VALID"),
        (ask(craft, question="x" * 2_001), InvalidInput, "FEEDBACK_WORDS_NOT_VALID"),
        (ask(craft, question="\ud800"), InvalidInput, "TEXT_NOT_STORABLE"),
        (ask(craft, client_id=""), InvalidInput, "ID_NOT_VALID"),
        (ask(craft, occurred_at=ago(hours=-1)), InvalidInput, "IN_THE_FUTURE"),
        (ask(craft, occurred_at=ago(days=500)), InvalidInput, "TOO_OLD"),
        (give(craft, Unasked("kari"), worked=""), InvalidInput, "FEEDBACK_WORDS_NOT_VALID"),
        (give(craft, Unasked("kari"), try_next=""), InvalidInput, "FEEDBACK_WORDS_NOT_VALID"),
    ):
        with pytest.raises(error, match=code):
            await refused
    assert await turns(craft) == []


async def test_only_the_two_can_take_its_turns(craft: Organisation) -> None:
    key = (await ask(craft)).feedback
    await practise(craft)
    for refused, error, code in (
        (give(craft, key, who="eli"), NotFound, "FEEDBACK_UNKNOWN"),
        (give(craft, key, who="kari"), NotAllowed, "FEEDBACK_NOT_YOURS_TO_GIVE"),
        (act(craft, key, who="eli"), NotFound, "FEEDBACK_UNKNOWN"),
        (act(craft, key, who="nora"), NotAllowed, "FEEDBACK_NOT_YOURS_TO_ACT_ON"),
        (act(craft, key), InvalidInput, "FEEDBACK_NOT_GIVEN_YET"),
    ):
        with pytest.raises(error, match=code):
            await refused
    assert len(await turns(craft)) == 2


async def test_acting_names_an_own_event_after_the_feedback(craft: Organisation) -> None:
    key = (await ask(craft)).feedback
    await give(craft, key)
    await practise(craft, "early", T0 + timedelta(minutes=30))
    for event, error, code in (
        (EventName("nothing"), NotFound, "EVENT_UNKNOWN"),
        (EventName("early"), InvalidInput, "TRIED_BEFORE_GIVEN"),
        (EventName("vekst.feedback-asked:a", "vekst"), NotFound, "EVENT_UNKNOWN"),
    ):
        with pytest.raises(error, match=code):
            await act(craft, key, event=event)


async def test_an_event_lends_its_skill(craft: Organisation) -> None:
    await practise(craft)
    await ask(craft, skill=None, event=EventName("try"))
    [(data,)] = await craft.rows("SELECT data->>'skill' FROM progress_events WHERE type = 'vekst.feedback-asked'")
    assert data == "discovery"


@pytest.mark.parametrize("seed", range(3))
async def test_any_walk_through_the_turns_ends_where_a_plain_model_does(craft: Organisation, seed: int) -> None:
    """Anyone tries any turn of any exchange, again and again: each is taken once, in order, by the one whose it is."""
    chance = random.Random(seed)
    keys = [(await ask(craft, who=who, of=of, client_id=f"{who}{of}")).feedback for who, of in PAIRS]
    states = ["asked"] * len(PAIRS)
    told = 2 * len(PAIRS)
    for person in ("kari", "nora", "eli"):
        await craft.record(person, new_event(person, at=T0 + timedelta(hours=2)))
    for step in range(40):
        place, who = chance.randrange(len(PAIRS)), chance.choice(["kari", "nora", "eli"])
        learner, giver = PAIRS[place]
        turn = chance.choice(["given", "acted", "given", "acted", "deleted"])
        mine, before = (giver if turn == "given" else learner) == who, states[place]
        done = await _try(craft, turn, keys[place], who, f"{step}")
        possible = {"given": {"asked"}, "acted": {"given"}, "deleted": {"asked", "given", "acted"}}[turn]
        assert done == (mine and before in possible), (turn, who, PAIRS[place], before)
        if done:
            states[place] = turn
            told += 0 if turn == "deleted" else 2
    assert len(await turns(craft)) == told
    left = {row[0] for row in await craft.rows("SELECT feedback_id FROM feedback")}
    assert left == {key.feedback_id for key, state in zip(keys, states, strict=True) if state != "deleted"}


async def _try(org: Organisation, turn: str, key: FeedbackKey, who: str, client_id: str) -> bool:
    """Whether the turn was taken."""
    try:
        if turn == "deleted":
            return await org.factory.feedback().delete(await org.actor(who), key)
        if turn == "given":
            taken = await give(org, key, who=who, client_id=client_id)
        else:
            taken = await act(org, key, who=who, client_id=client_id, event=EventName(who))
    except VekstError:
        return False
    return taken.receipt.status is ReceiptStatus.STORED


async def test_two_ask_each_other_at_once_without_a_deadlock(craft: Organisation) -> None:
    answers = await asyncio.gather(
        *(ask(craft, client_id=f"k{n}") for n in range(3)),
        *(ask(craft, who="nora", of="kari", client_id=f"n{n}") for n in range(3)),
    )
    assert all(each.receipt.status is ReceiptStatus.STORED for each in answers)
    assert len(await turns(craft)) == 12


async def test_a_pack_that_does_not_name_the_turns_judges_them_all_the_same(organisation: Organisation) -> None:
    await organisation.publish(CRAFT)
    await organisation.hire("kari", "nora")
    await ask(organisation)
    await organisation.judge()
    assert await organisation.pending() == 0
    await organisation.publish(REWARDED)
    await give(organisation, Unasked("kari"))
    await organisation.judge()
    assert ("nora", "vekst.feedback-given") in {(each[0], each[2]) for each in await organisation.ledger()}
