"""Disks that are full or can only be read: what is told, and that all is well again with room."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from vekst.embedded import EmbeddedError, Servers
from vekst.embedded.processes import log_tail


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small file system of its own; skips where one must not mount it."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if not _run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder):
        pytest.skip("only root on Linux can mount a file system")
    yield folder
    _run("umount", folder)


def _run(*command: str | Path) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def test_a_disk_that_can_only_be_read_is_told(disk: Path) -> None:
    assert _run("mount", "-o", "remount,ro", disk)
    with pytest.raises(EmbeddedError, match="can only be read: mount it for writing"):
        Servers(disk, durable=False).start()


def test_a_server_without_room_for_a_word_is_told(disk: Path) -> None:
    log = disk / "postgres.log"
    log.touch()
    assert not _run("dd", "if=/dev/zero", f"of={disk / 'full'}")
    assert log_tail(log) == "no space is left for what it writes"
