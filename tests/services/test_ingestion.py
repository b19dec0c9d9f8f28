from tests.support.organisations import Organisation, new_event
from vekst.domain.receipts import ReceiptStatus


async def test_an_event_is_stored_and_judged(organisation: Organisation) -> None:
    await organisation.publish()
    await organisation.hire("kari")
    receipts = await organisation.record("kari", new_event("1"))
    assert [receipt.status for receipt in receipts] == [ReceiptStatus.STORED], receipts
    assert await organisation.pending() == 1
    assert await organisation.judge() > 0
    assert await organisation.pending() == 0
    print(await organisation.ledger())
