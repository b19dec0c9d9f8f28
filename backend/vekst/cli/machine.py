"""One machine: servers, migrations, API and worker under one supervisor, as `vekst up` and `vekst demo` run it."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Final, Self

from vekst.cli.connecting import as_one_machine, needs_private_servers, read_settings, with_endpoints
from vekst.cli.failures import Failure
from vekst.cli.listening import check_address
from vekst.cli.supervisor import Part, Supervisor, run_once
from vekst.cli.using import CURES
from vekst.embedded import Servers

if TYPE_CHECKING:
    from vekst.settings import Settings

__all__ = ["Machine"]

_BEAT: Final = 0.2
_LOOK_AT_SERVERS_EVERY: Final = 2.0
_READY_WITHIN: Final = 90.0
_SERVERS_WITHIN: Final = 15.0


class Machine:
    """Everything that runs on one machine, as a context manager; it runs until a signal asks it to stop."""

    def __init__(self, data: Path, port: int) -> None:
        self.settings = as_one_machine(read_settings(data, port=port))
        self._stop_asked = threading.Event()
        self._servers = Servers(self.settings.data_dir) if needs_private_servers(self.settings) else None
        self._supervisor = Supervisor(())
        self._looked_at = 0.0

    @property
    def address(self) -> str:
        """Where the API answers."""
        return f"http://{self.settings.host}:{self.settings.port}"

    @property
    def logs(self) -> Path:
        """The folder of the logs of all parts."""
        return self.settings.data_dir / "logs"

    @property
    def stopping(self) -> bool:
        """Whether a signal has asked to stop."""
        return self._stop_asked.is_set()

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask_to_stop)
        try:
            # Told at once, rather than through the API's log.
            check_address(self.settings.host, self.settings.port)
            self._start()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def environment(self) -> dict[str, str]:
        """What a process of ours needs to know, as environment variables."""
        return {**os.environ, **_exported(self.settings)}

    def wait_until_ready(self) -> None:
        """Return when `/readyz` answers 200 or a signal came; raises `Failure` when a part cannot be started.

        A server of somebody else's that is not there is told too, after a while in which it might have come.
        """
        deadline = time.monotonic() + _READY_WITHIN
        while not self.stopping and (missing := self._missing()) != []:
            self._supervisor.tend(lambda _: None)
            if missing:
                deadline = min(deadline, time.monotonic() + _SERVERS_WITHIN)
            late = time.monotonic() > deadline
            if missing and late:
                raise Failure(CURES[missing[0]])
            for part in self._supervisor.parts:
                if part.deaths or late:
                    raise Failure(f"the {part.name} does not start: {part.last_words()}; its log is {part.log}")
            self._stop_asked.wait(_BEAT / 2)

    def run(self, until: Callable[[], bool] = lambda: False) -> None:
        """Keep everything running until a signal comes or `until` says so."""
        while not self.stopping and not until():
            self._supervisor.tend(_tell)
            self._tend_servers()
            self._stop_asked.wait(_BEAT)

    def _ask_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stop_asked.set()

    def _start(self) -> None:
        if self._servers is not None:
            endpoints = self._servers.start()
            if self._servers.attached:
                raise Failure(
                    f"another vekst command runs on {self.settings.data_dir}; wait for it, or choose another --data"
                )
            self.settings = with_endpoints(self.settings, endpoints)
        self.logs.mkdir(mode=0o700, parents=True, exist_ok=True)
        environment = self.environment()
        said = run_once(["migrate"], environment, self._log("migrate"))
        if said is not None:
            raise Failure(f"the database cannot be brought up to date: {said}")
        self._supervisor = Supervisor(
            [
                Part(name, [command], environment, self._log(command))
                for name, command in (("API", "api"), ("worker", "worker"))
            ]
        )
        if not self.stopping:
            self._supervisor.start()

    def _log(self, name: str) -> Path:
        """A fresh log; the one before it is kept."""
        log = self.logs / f"{name}.log"
        if log.exists():
            log.replace(log.with_suffix(".log.1"))
        return log

    def _tend_servers(self) -> None:
        if self._servers is None or time.monotonic() - self._looked_at < _LOOK_AT_SERVERS_EVERY:
            return
        silent = self._servers.check()
        if silent:
            _tell(f"{' and '.join(silent)} ended and is started again")
            self._servers.restart_dead()
        self._looked_at = time.monotonic()

    def _missing(self) -> list[str] | None:
        """What `/readyz` names as missing; None while it does not answer."""
        connection = HTTPConnection(self.settings.host, self.settings.port, timeout=2)
        try:
            connection.request("GET", "/readyz")
            missing: list[str] = json.load(connection.getresponse())["missing"]
        except (OSError, HTTPException, ValueError):
            return None
        finally:
            connection.close()
        return missing

    def _end(self) -> None:
        self._supervisor.stop()
        if self._servers is not None:
            self._servers.stop()


def _exported(settings: Settings) -> dict[str, str]:
    from pydantic import SecretStr

    values = {f"VEKST_{name.upper()}": getattr(settings, name) for name in type(settings).model_fields}
    return {
        name: value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        for name, value in values.items()
        if value is not None
    }


def _tell(line: str) -> None:
    print(f"vekst: {line}", file=sys.stderr, flush=True)
