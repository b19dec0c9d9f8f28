"""Whom the servers run as: ourselves, or another account when we are root, as which PostgreSQL refuses to run."""

import os
import pwd
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from vekst.embedded.errors import EmbeddedError

__all__ = ["Account", "give", "give_tree", "server_account", "way_in"]

_UNPRIVILEGED = "nobody"
_DESCRIPTORS = Path("/proc/self/fd")


@dataclass(frozen=True, slots=True)
class Account:
    """A user and a group, by number."""

    uid: int
    gid: int


def server_account(folders: Sequence[Path]) -> Account | None:
    """Choose whom the servers run as; None means ourselves.

    Root's servers run as the owner of the first of `folders` that exists and is not root's (so that the owner can go on
    without root afterwards), else as `nobody`.
    """
    if os.geteuid() != 0:
        return None
    for folder in folders:
        if folder.exists() and (owner := folder.stat()).st_uid != 0:
            return Account(owner.st_uid, _group_of(owner.st_uid, owner.st_gid))
    try:
        entry = pwd.getpwnam(_UNPRIVILEGED)
    except KeyError:
        raise EmbeddedError(
            f"root needs the account {_UNPRIVILEGED!r} to run PostgreSQL: create it, or start as a normal user"
        ) from None
    return Account(entry.pw_uid, entry.pw_gid)


def _group_of(uid: int, otherwise: int) -> int:
    try:
        return pwd.getpwuid(uid).pw_gid
    except KeyError:
        return otherwise


def give(path: Path, account: Account | None) -> None:
    """Hand one file or folder over to the account that the servers run as."""
    if account is not None:
        os.chown(path, account.uid, account.gid, follow_symlinks=False)


def give_tree(top: Path, account: Account | None) -> None:
    """Hand a folder with all that is in it over to the account that the servers run as."""
    give(top, account)
    for folder, folders, files in os.walk(top):
        for name in (*folders, *files):
            give(Path(folder, name), account)


@contextmanager
def way_in(folder: Path, account: Account | None) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield a path by which a server reaches its own folder, and the descriptors that the server must inherit for it.

    Another account may be shut out by the folders above (/root is 0700, and so is our data folder). Their modes are not
    ours to loosen: on Linux root opens the folder itself, and the server reaches it through the inherited descriptor.
    """
    if account is None or not _DESCRIPTORS.exists():
        yield str(folder), ()
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield str(_DESCRIPTORS / str(descriptor)), (descriptor,)
    finally:
        os.close(descriptor)
