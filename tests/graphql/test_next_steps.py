"""`nextSteps`: why not yet, in the caller's language."""

from __future__ import annotations

from collections.abc import Callable

from tests.graphql.client import Client
from tests.graphql.packs import BILINGUAL
from tests.support.organisations import Organisation, new_event

SignIn = Callable[..., Client]

QUERY = "{ me { nextSteps(first: 100) { kind key tier occurrence title have need text } } }"


async def test_what_is_missing_shrinks_with_what_is_done(organisation: Organisation, sign_in: SignIn) -> None:
    await organisation.publish(BILINGUAL)
    await organisation.hire("kari")
    kari = sign_in("kari")
    before = (await kari.ask(QUERY))["me"]["nextSteps"]
    assert before
    assert all(step["text"].startswith("Neste: ") for step in before)
    await organisation.record("kari", *(new_event(f"e{n}", minutes=5, score=7) for n in range(3)))
    await organisation.judge()
    after = (await kari.ask(QUERY))["me"]["nextSteps"]
    assert after != before
    assert [step["have"] / step["need"] for step in after] == sorted(
        (step["have"] / step["need"] for step in after), reverse=True
    )
    one = (await kari.ask("{ me { nextSteps(first: 1) { key } } }"))["me"]["nextSteps"]
    assert [step["key"] for step in one] == [after[0]["key"]]
