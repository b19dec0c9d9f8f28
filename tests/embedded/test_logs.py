"""Which line of a server's log is told as the reason of its end."""

from pathlib import Path

import pytest

from vekst.embedded.processes import log_tail

_CAUSE = "could not open directory"


@pytest.mark.parametrize(
    "refusal",
    [
        "the database system is starting up",
        "the database system is in recovery mode",
        "the database system is not yet accepting connections",
        "the database system is shutting down",
    ],
)
def test_a_refused_probe_is_never_the_reason(tmp_path: Path, refusal: str) -> None:
    log = tmp_path / "postgres.log"
    log.write_text(f"[1] FATAL:  {_CAUSE}\n[2] FATAL:  {refusal}\n[1] LOG:  aborting startup\n")
    assert log_tail(log) == _CAUSE


def test_a_panic_comes_before_what_follows_from_it(tmp_path: Path) -> None:
    log = tmp_path / "postgres.log"
    log.write_text(f"PANIC:  {_CAUSE}\nFATAL:  terminating connection\n")
    assert log_tail(log) == _CAUSE


def test_a_silent_server_is_said_to_be_silent(tmp_path: Path) -> None:
    log = tmp_path / "postgres.log"
    log.write_text("\n")
    assert log_tail(log) == "it said nothing"
