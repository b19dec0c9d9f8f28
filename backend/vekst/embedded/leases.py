"""File locks that tell who runs: the kernel frees one when the last process that carries it has gone.

A server inherits its lease from the supervisor and hands it on to every process it forks. So a free lease proves that
nothing of an earlier server is left, after any kind of crash, and no process id ever has to be believed.
"""

import fcntl
import os
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from vekst.embedded.waiting import wait_for

__all__ = ["Lease", "is_held"]


class Lease:
    """An exclusive claim on a lock file, which is never deleted: its successor would be a second lock."""

    def __init__(self, descriptor: int) -> None:
        """Take over an open and locked file; `Lease.take` is how to get one."""
        self.descriptor = descriptor

    @classmethod
    def take(cls, path: Path, patience: float = 0.0) -> "Lease | None":
        """Claim `path`, waiting up to `patience` seconds; None when others keep it that long."""
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        if os.geteuid() == 0:
            # Root may have come between two runs of the folder's owner, who must be able to open the file again.
            os.fchown(descriptor, path.parent.stat().st_uid, -1)
        if wait_for(lambda: _lock(descriptor, fcntl.LOCK_EX), patience):
            return cls(descriptor)
        os.close(descriptor)
        return None

    @classmethod
    def mark(cls, folder: Path) -> "Lease":
        """Lock a folder below the temporary one, by which cleaners such as systemd-tmpfiles know to leave it alone."""
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        _lock(descriptor, fcntl.LOCK_SH)
        return cls(descriptor)

    def release(self) -> None:
        """Give up this process's hold; processes that inherited the lease keep it."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def is_held(path: Path) -> bool:
    """Whether any living process holds the lease on `path`."""
    with suppress(FileNotFoundError):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            return not _lock(descriptor, fcntl.LOCK_SH)
        finally:
            os.close(descriptor)
    return False


def _lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
