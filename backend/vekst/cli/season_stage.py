"""The stage of a demonstration: the organisation, its people and pack, their history, and their phones."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Final, assert_never
from uuid import UUID

from vekst.cli.failures import Failure
from vekst.cli.phone import Phone
from vekst.cli.progress import bar
from vekst.demo import CAST, ORGANISATION, Acceptance, PersonalGoal, SeasonEvent, TimeOff
from vekst.demo.season import ZONE
from vekst.domain.calendars import local_day
from vekst.domain.errors import InvalidInput
from vekst.domain.receipts import NewEvent, ReceiptStatus
from vekst.quests import load_pack
from vekst.services.people import PersonEntry
from vekst.tokens import DevelopmentIssuer

if TYPE_CHECKING:
    from vekst.cli.season_plan import SeasonPlan
    from vekst.factory import Factory
    from vekst.settings import Settings

__all__ = ["Stage"]

_PACK: Final = "sales-craft"
_SOURCE: Final = "diary"
_BATCH: Final = 2_000
_BOARDS: Final = ("learning-streaks", "longest-practice")
_PHONES_AT_ONCE: Final = 4
_EVERY_THIRD: Final = 3
_BEAT: Final = 0.25
_PATIENCE: Final = 60.0


class Stage:
    """One season on one machine."""

    def __init__(self, settings: Settings, plan: SeasonPlan) -> None:
        self._settings = settings
        self._plan = plan
        self._address = f"http://{settings.host}:{settings.port}"

    async def prepare(self, services: Factory) -> None:
        """Have the organisation, its people and its pack, and import what is history."""
        org_id = await _organisation(services)
        await services.people().upsert(org_id, list(self._people()))
        await services.publishing().publish(org_id, _pack_files())
        history = self._plan.history()
        with bar("Importing the history", len(history)) as progress:
            done = 0
            for recorded_by, group in groupby(sorted(history, key=_by_recorder), key=lambda event: event.recorded_by):
                for batch in _batches(list(group), _BATCH):
                    events = [NewEvent(each.id, each.type, each.at, each.data, each.person) for each in batch]
                    receipts = await services.ingestion().record_import(
                        org_id, source=_SOURCE, events=events, recorded_by=recorded_by
                    )
                    lost = [receipt for receipt in receipts if receipt.status is ReceiptStatus.REFUSED]
                    if lost:
                        raise Failure(f"the event {lost[0].id} does not fit the pack {_PACK}: {lost[0].problem}")
                    done += len(batch)
                    progress(done)

    @contextmanager
    def phones(self) -> Iterator[dict[str, Phone]]:
        """Everybody's phone, signed in."""
        issuer = DevelopmentIssuer.open(self._settings.data_dir)
        with ExitStack() as stack:
            yield {
                who.person: stack.enter_context(
                    Phone(self._address, who.person, issuer.token(ORGANISATION[0], person=who.person))
                )
                for who in CAST
            }

    def play(self, phones: dict[str, Phone]) -> None:
        """Let everybody join the boards, rest, set goals, and send what they recorded, several at once."""
        sent = self._plan.sent()
        rests, accepted, goals = self._plan.times_off(), self._plan.acceptances(), self._plan.goals()
        joining = {who.person for who in CAST if who.joins_boards}
        total = sum(map(len, sent.values()))
        with bar("Sending the last fortnight", total) as progress, ThreadPoolExecutor(_PHONES_AT_ONCE) as pool:
            plays = [
                pool.submit(
                    _play_one,
                    phone,
                    sent.get(person, ()),
                    [*rests.get(person, ()), *accepted.get(person, ()), *goals.get(person, ())],
                    boards=_BOARDS if person in joining else (),
                )
                for person, phone in phones.items()
            ]
            done = 0
            for play in plays:
                done += play.result()
                progress(done)

    def wait_until_judged(self, phones: dict[str, Phone]) -> None:
        """Return when the worker has judged everything; raises `Failure` when it gets no further."""
        pending = total = sum(phone.pending() for phone in phones.values())
        since = time.monotonic()
        with bar("Judging", total or 1) as progress:
            while pending:
                time.sleep(_BEAT)
                left = sum(phone.pending() for phone in phones.values())
                if left < pending:
                    since = time.monotonic()
                elif time.monotonic() - since > _PATIENCE:
                    raise Failure(f"{left} events are not judged; look into the worker's log")
                pending = left
                progress(total - pending)

    def _people(self) -> Iterator[PersonEntry]:
        for who in CAST:
            yield PersonEntry(
                who.person,
                name=who.name,
                email=f"{who.person}@example.com",
                role=who.role,
                team=who.team,
                zone=ZONE,
                locale=who.locale,
                joined=self._plan.season.first,
            )


async def _organisation(services: Factory) -> UUID:
    key, name = ORGANISATION
    found = await services.organisations().find(key)
    if found is not None:
        return found
    try:
        return await services.organisations().create(key, name)
    except InvalidInput as error:
        raise Failure(f"the organisation {key} cannot be made ({error.code}); run: vekst doctor") from None


def _pack_files() -> dict[str, str]:
    """The pack of the demonstration: in a checkout beside `backend/`, else where the distribution put it."""
    for root in (Path(__file__).parents[3], Path(sys.prefix) / "share" / "vekst"):
        folder = root / "quests" / _PACK
        if folder.is_dir():
            return dict(load_pack(folder).files)
    raise Failure(f"the quest files of {_PACK} are not there; install Vekst again, or run the demo in a checkout")


def _by_recorder(event: SeasonEvent) -> str:
    return event.recorded_by.value


def _batches(events: Sequence[SeasonEvent], size: int) -> Iterator[Sequence[SeasonEvent]]:
    return (events[start : start + size] for start in range(0, len(events), size))


def _play_one(
    phone: Phone,
    events: Iterable[SeasonEvent],
    choices: Iterable[TimeOff | Acceptance | PersonalGoal],
    *,
    boards: Iterable[str],
) -> int:
    """One person's fortnight: a batch a day, as phones send them, and every third batch twice, as phones do."""
    for board in boards:
        phone.join(board)
    for choice in choices:
        match choice:
            case TimeOff():
                phone.rest(choice)
            case Acceptance():
                phone.accept(choice)
            case PersonalGoal():
                phone.set_goal(choice)
            case _:
                assert_never(choice)
    sent = 0
    for number, (_, day) in enumerate(groupby(events, key=lambda event: local_day(event.at, ZONE))):
        batch = list(day)
        phone.record(batch)
        if number % _EVERY_THIRD == 0:
            phone.record(batch)
        sent += len(batch)
    return sent
