"""What the two private servers have in common: started under a lease, asked over a socket, stopped politely first."""

import signal
import subprocess
from abc import ABC, abstractmethod
from typing import ClassVar

from vekst.embedded.accounts import Account
from vekst.embedded.errors import EmbeddedError
from vekst.embedded.folders import DataFolder, RunFolder
from vekst.embedded.leases import Lease, is_held
from vekst.embedded.processes import log_tail
from vekst.embedded.waiting import wait_for

__all__ = ["PrivateServer"]

# Recovery after a crash may replay much before a server answers, and a fast shutdown may have much to write.
_START_PATIENCE = 120.0
_STOP_PATIENCE = 60.0
_HEAL_PATIENCE = 10.0
_HUNG_PATIENCE = 5.0


class PrivateServer(ABC):
    """One server of a data folder: a child of this process, or what an earlier supervisor left behind."""

    name: ClassVar[str]
    stop_signals: ClassVar[tuple[signal.Signals, ...]]

    def __init__(self, data: DataFolder, run: RunFolder, account: Account | None) -> None:
        """Say where the server lives and whom it runs as; nothing is started."""
        self._data = data
        self._run = run
        self._account = account
        self._process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def answers(self) -> bool:
        """Whether clients are served."""

    @abstractmethod
    def launch(self) -> None:
        """Start the process, without waiting until it answers."""

    @abstractmethod
    def ask_to_stop(self) -> None:
        """Have a server end that is no child of ours but answers on our socket."""

    def retire_leftover(self) -> None:
        """Wait until nothing is left of an earlier supervisor's server, and have it end if it still answers."""
        lock = self._data.lock(self.name)
        if not is_held(lock):
            return
        if self.answers():
            self.ask_to_stop()
        if not wait_for(lambda: not is_held(lock), _STOP_PATIENCE):
            raise EmbeddedError(
                f"an earlier {self.name} of {self._data.path} does not end: end it by hand, then start again"
            )

    def wait_until_answering(self) -> None:
        """Wait until clients are served; raise EmbeddedError with the server's own words when it ends instead."""
        if not self._comes_to_answer(_START_PATIENCE):
            raise self._failure("did not answer in time" if self.is_alive() else "did not start")

    def revive(self) -> None:
        """Bring a server back, unless it heals by itself, as PostgreSQL does after the crash of a connection."""
        if not self._comes_to_answer(_HEAL_PATIENCE):
            self.stop(_HUNG_PATIENCE)
            self._run.restore(self._account)
            self.launch()
            self.wait_until_answering()

    def _comes_to_answer(self, patience: float) -> bool:
        answered = False

        def settled() -> bool:
            nonlocal answered
            answered = self.answers()
            return answered or not self.is_alive()

        wait_for(settled, patience)
        return answered

    def stop(self, patience: float = _STOP_PATIENCE) -> None:
        """End our process: the polite signal first, the next one when `patience` (in seconds) runs out."""
        if self._process is None:
            return
        for number in self.stop_signals:
            if self.is_alive():
                self._process.send_signal(number)
                wait_for(lambda: not self.is_alive(), patience)
        self._process = None

    def is_alive(self) -> bool:
        """Whether the process that we started still runs."""
        return self._process is not None and self._process.poll() is None

    def _lease(self) -> Lease:
        """Claim the server's lock once the last process of a predecessor has noticed its end and gone."""
        lease = Lease.take(self._data.lock(self.name), _STOP_PATIENCE)
        if lease is None:
            raise EmbeddedError(
                f"processes of an earlier {self.name} of {self._data.path} do not end: end them, then start again"
            )
        return lease

    def _renew_log(self) -> None:
        log = self._data.log(self.name)
        if log.exists():
            log.replace(log.with_suffix(".log.1"))

    def _failure(self, what: str) -> EmbeddedError:
        log = self._data.log(self.name)
        return EmbeddedError(f"{self.name} {what}: {log_tail(log)}; mend that and start again (all of it is in {log})")
