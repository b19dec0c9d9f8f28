"""Where things lie: the data folder with clusters, locks and logs, and the private folder with the sockets.

A socket's path may hold about a hundred bytes, so the sockets lie in a folder of their own below the system's temporary
folder. Its name is random, so nobody can have created it before us, and the link `run` in the data folder tells others
where it is.
"""

import os
import re
import shutil
import stat
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from vekst.embedded.accounts import Account, give
from vekst.embedded.errors import EmbeddedError

__all__ = ["DataFolder", "RunFolder"]

_PREFIX = "vekst-"
_PRIVATE = 0o700
# Shorter than any system's limit for a socket's path, and made of characters that need no quoting in a URL.
_USABLE = re.compile(r"/[A-Za-z0-9._/-]{1,60}")


@dataclass(frozen=True, slots=True)
class DataFolder:
    """The folder given by `--data`; everything that must outlive a restart lies in it."""

    path: Path

    def create(self) -> None:
        """Create the folder, readable to its owner only; one that exists keeps its modes."""
        try:
            self.path.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
        except OSError as error:
            raise EmbeddedError(
                f"cannot create the data folder {self.path}: {error.strerror}; choose another one"
            ) from error
        if os.statvfs(self.path).f_flag & os.ST_RDONLY:
            raise EmbeddedError(
                f"the data folder {self.path} is on a file system that can only be read: mount it for writing, "
                "or choose another one"
            )
        if not os.access(self.path, os.R_OK | os.W_OK | os.X_OK):
            raise EmbeddedError(
                f"the data folder {self.path} belongs to somebody else: start as its owner, or choose another one"
            )

    def lock(self, name: str) -> Path:
        """The lock file of the supervisor or of one server."""
        return self.path / f"{name}.lock"

    def log(self, name: str) -> Path:
        """What one server has to say, since it was last started."""
        return self.path / f"{name}.log"

    def cluster(self, major: int) -> Path:
        """PostgreSQL's own folder; another major version cannot read it, so the version is part of its name."""
        return self.path / f"postgres-{major}"

    def clusters(self) -> dict[int, Path]:
        """The clusters that are there, by major version, the newest first."""
        found = [(int(path.name.removeprefix("postgres-")), path) for path in self.path.glob("postgres-[1-9][0-9]")]
        return dict(sorted(found, reverse=True))

    @property
    def run_link(self) -> Path:
        """The link to the folder with the sockets."""
        return self.path / "run"


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The short folder, open to one account only, that holds the sockets and, for another account, the binaries."""

    path: Path

    @property
    def postgres_socket(self) -> Path:
        """PostgreSQL's socket, whose name its clients derive from folder and port."""
        return self.path / ".s.PGSQL.5432"

    @property
    def valkey_socket(self) -> Path:
        """Valkey's socket."""
        return self.path / "valkey.sock"

    @property
    def binaries(self) -> Path:
        """Where copies of the binaries go."""
        return self.path / "binaries"

    @classmethod
    def recorded(cls, data: DataFolder, account: Account | None) -> "RunFolder | None":
        """The folder that the data folder's link names, if it is there and private to us or to our servers' account."""
        with suppress(OSError):
            path = data.run_link.readlink()
            if path.name.startswith(_PREFIX) and _is_private(path, account):
                return cls(path)
        return None

    @classmethod
    def create(cls, data: DataFolder, account: Account | None) -> "RunFolder":
        """Create the folder under a new random name and record it in the data folder."""
        path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=_temporary_folder(account)))
        give(path, account)
        new_link = data.path / "run.new"
        new_link.unlink(missing_ok=True)
        new_link.symlink_to(path)
        new_link.replace(data.run_link)
        return cls(path)

    def restore(self, account: Account | None) -> None:
        """Create the folder again under its old name if a cleaner of temporary files has taken it."""
        with suppress(FileExistsError):
            self.path.mkdir(mode=_PRIVATE)
            give(self.path, account)
        if not _is_private(self.path, account):
            raise EmbeddedError(f"somebody else has taken {self.path}, where the sockets were: stop, and start again")

    def remove(self, data: DataFolder) -> None:
        """Remove the folder and its record."""
        shutil.rmtree(self.path, ignore_errors=True)
        data.run_link.unlink(missing_ok=True)


def _is_private(path: Path, account: Account | None) -> bool:
    entry = path.lstat()
    owners = {os.geteuid()} if account is None else {os.geteuid(), account.uid}
    return stat.S_ISDIR(entry.st_mode) and stat.S_IMODE(entry.st_mode) == _PRIVATE and entry.st_uid in owners


def _temporary_folder(account: Account | None) -> Path:
    candidates = [Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")]  # noqa: S108 - a random 0700 folder is made in it
    for folder in candidates:
        if _USABLE.fullmatch(str(folder)) and os.access(folder, os.W_OK | os.X_OK) and _lets_in(folder, account):
            return folder
    raise EmbeddedError(
        "no temporary folder is open to all and has a path short enough for a socket: set TMPDIR to one like /tmp"
    )


def _lets_in(folder: Path, account: Account | None) -> bool:
    """Whether another account can walk down to `folder`."""
    return account is None or all(path.stat().st_mode & stat.S_IXOTH for path in (folder, *folder.parents))
