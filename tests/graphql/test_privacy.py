"""Personal data as the person asks for it: handed out, and gone once they confirm."""

from __future__ import annotations

from collections.abc import Callable

from tests.graphql.client import Client
from tests.graphql.operations import operation
from tests.support.organisations import Organisation, new_event

SignIn = Callable[..., Client]


async def test_a_learner_is_handed_all_that_is_kept(organisation: Organisation, sign_in: SignIn) -> None:
    await organisation.publish()
    await organisation.hire("kari")
    await organisation.record("kari", new_event("1", customer="Acme"))
    await organisation.judge()
    answer = (await sign_in("kari", language="nb").ask(operation("export_my_data")))["exportMyData"]
    kinds = {each["kind"]: each["rows"] for each in answer["document"]["data"]}
    assert [event["data"]["customer"] for event in kinds["EVENTS"]["progress_events"]] == ["Acme"]
    assert kinds["STANDING"]["shown"]["points"]["effort"] == 5
    assert "Acme" in answer["text"]


async def test_nobody_is_erased_without_confirming_it(organisation: Organisation, sign_in: SignIn) -> None:
    await organisation.publish()
    await organisation.hire("kari")
    kari = sign_in("kari")
    refused = (await kari.ask(operation("erase_me"), input={"confirm": "Kari"}))["eraseMe"]
    assert refused["code"] == "ERASURE_NOT_CONFIRMED"
    assert "`kari`" in refused["cure"]
    assert (await kari.ask("{ me { person } }"))["me"]["person"] == "kari"


async def test_an_erased_learner_is_signed_out_for_good(organisation: Organisation, sign_in: SignIn) -> None:
    await organisation.publish()
    await organisation.hire("kari", "nora")
    kari = sign_in("kari")
    assert (await kari.ask(operation("erase_me"), input={"confirm": "kari"}))["eraseMe"] == {"erased": True}
    assert (await kari.send("{ me { person } }")).status_code == 401
    await organisation.hire("kari")
    assert (await kari.send("{ me { person } }")).status_code == 401
    assert (await sign_in("nora").ask("{ me { person } }"))["me"]["person"] == "nora"
