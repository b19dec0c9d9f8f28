"""Supervision: keeps the processes of one machine running, and sees to it that none outlives the supervisor."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from vekst.embedded.processes import log_tail, spawn

__all__ = ["Part", "Supervisor", "run_beside", "run_once"]

_FIRST_PAUSE: Final = 0.5
_LONGEST_PAUSE: Final = 30.0
_SETTLED_AFTER: Final = 60.0
"""A part that ran for so long begins anew with short pauses when it dies."""
_PATIENCE: Final = 15.0
"""Seconds that the parts have to end by themselves when asked to."""


class Part:
    """One process: a command of ours, started again with growing pauses when it ends by itself."""

    def __init__(self, name: str, arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        self.name = name
        self.log = log
        self.deaths = 0
        self._arguments = tuple(arguments)
        self._environment = dict(environment)
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._pause = _FIRST_PAUSE

    def start(self) -> None:
        """Start the process. Call from the main thread: on Linux the process ends with the thread that started it."""
        self._started = time.monotonic()
        self._process = _spawn(self._arguments, self._environment, self.log)

    def tend(self, tell: Callable[[str], None]) -> None:
        """Start the process again if it has ended and its pause is over."""
        if self._process is not None:
            code = self._process.poll()
            if code is None:
                return
            self._process = None
            self.deaths += 1
            lived = time.monotonic() - self._started
            self._pause = _FIRST_PAUSE if lived > _SETTLED_AFTER else min(self._pause * 2, _LONGEST_PAUSE)
            self._started = time.monotonic()
            tell(f"the {self.name} ended ({_exit(code)}) and is started again in {self._pause:g} s; log: {self.log}")
        elif time.monotonic() - self._started >= self._pause:
            self.start()

    def ask_to_end(self) -> None:
        """Let the process finish what it does."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)

    def end(self, deadline: float) -> None:
        """Wait for the process until the deadline, and no longer. A process ended by our signal ended well."""
        if self._process is None:
            return
        try:
            self._process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def last_words(self) -> str:
        """The line of the log that best tells why the process ended."""
        return _last_words(self.log)


class Supervisor:
    """Several parts, started and ended together."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self.parts = tuple(parts)

    def start(self) -> None:
        """Start every part."""
        for part in self.parts:
            part.start()

    def tend(self, tell: Callable[[str], None]) -> None:
        """Start again what has ended; `tell` hears of each."""
        for part in self.parts:
            part.tend(tell)

    def stop(self) -> None:
        """End every part, the patient way first."""
        for part in self.parts:
            part.ask_to_end()
        deadline = time.monotonic() + _PATIENCE
        for part in self.parts:
            part.end(deadline)


def run_once(arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> str | None:
    """Run one of our commands to its end; its last words if it failed."""
    return None if _spawn(arguments, environment, log).wait() == os.EX_OK else _last_words(log)


def run_beside(arguments: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start one of our commands that speaks to the user itself."""
    return _spawn(arguments, environment, None)


def _spawn(arguments: Sequence[str], environment: Mapping[str, str], log: Path | None) -> subprocess.Popen[bytes]:
    return spawn(
        [sys.executable, "-m", "vekst", *arguments],
        account=None,
        inherit=(),
        log=log,
        death_signal=signal.SIGTERM,
        environment=dict(environment),
    )


def _last_words(log: Path) -> str:
    return log_tail(log).removeprefix("vekst: ")


def _exit(code: int) -> str:
    return f"exit {code}" if code >= 0 else f"signal {-code}"
