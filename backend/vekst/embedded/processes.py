"""Starting server processes so that none outlives its supervisor."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from vekst.embedded.accounts import Account

__all__ = ["log_tail", "spawn"]

_PR_SET_PDEATHSIG = 1
_C_LIBRARY = ctypes.CDLL(None) if sys.platform == "linux" else None
_TAIL_BYTES = 4096
# PostgreSQL's words to a client that comes too early or too late: "… is starting up", "… is in recovery mode", …
_PROBE_REFUSED = "the database system is "


def spawn(
    command: Sequence[str],
    *,
    account: Account | None,
    inherit: Sequence[int],
    log: Path | None,
    death_signal: signal.Signals,
    environment: dict[str, str] | None = None,
    stdin: int = subprocess.DEVNULL,
) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own, so that Ctrl-C in the terminal reaches the supervisor alone.

    On Linux the kernel sends `death_signal` when the thread that called this ends, however it ends. The process gets
    nothing of our environment: a stray PGDATA, PGPORT or LANG must not change what it does. Without a
    `log` it speaks where we do.
    """
    with ExitStack() as stack:
        output = None if log is None else stack.enter_context(log.open("ab"))
        return subprocess.Popen(  # noqa: S603 - the commands are our own
            command,
            cwd="/",
            env={"LC_ALL": "C", "PATH": os.defpath, "TZ": "UTC", **(environment or {})},
            stdin=stdin,
            stdout=output,
            stderr=None if output is None else subprocess.STDOUT,
            pass_fds=tuple(inherit),
            start_new_session=True,
            preexec_fn=_bound_to_parent(death_signal),  # noqa: PLW1509 - it calls C alone and takes no lock
            user=None if account is None else account.uid,
            group=None if account is None else account.gid,
            extra_groups=None if account is None else [],
        )


def _bound_to_parent(death_signal: signal.Signals) -> Callable[[], None] | None:
    if _C_LIBRARY is None:
        return None
    bind, parent = _C_LIBRARY.prctl, os.getpid()

    def bound() -> None:
        bind(_PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
        if os.getppid() != parent:  # It died before it could be bound to.
            os._exit(1)

    return bound


def log_tail(log: Path) -> str:
    """The line of a log that best tells why a process ended."""
    with log.open("rb") as lines:
        lines.seek(max(0, log.stat().st_size - _TAIL_BYTES))
        tail = [line.strip() for line in lines.read().decode(errors="replace").splitlines() if line.strip()]
    for mark in ("PANIC:", "FATAL:", "error:", "ERROR:"):
        for line in reversed(tail):
            # Our own probes are refused while a server starts, recovers or stops; that is no cause.
            if mark in line and _PROBE_REFUSED not in line:
                return line.partition(mark)[2].strip()
    return tail[-1] if tail else _silence(log)


def _silence(log: Path) -> str:
    """Why a log is empty, which it also is where there was no room for a word."""
    return "it said nothing" if os.statvfs(log).f_bavail else "no space is left for what it writes"
