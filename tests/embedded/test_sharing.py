"""Several processes on one data folder: one supervises, the others find and use what runs."""

from pathlib import Path

from tests.embedded.conftest import Supervise
from tests.embedded.processes import all_gone, kill, postmaster, until
from vekst.embedded import Servers, find_running


def test_two_starts_at_once_end_up_at_the_same_servers(tmp_path: Path, supervise: Supervise) -> None:
    both = [supervise(tmp_path / "data", "wait") for _ in range(2)]
    for one in both:
        one.hear()
    for one in both:
        one.say("start")
    heard = [one.hear() for one in both]
    assert heard[0]["database_url"] == heard[1]["database_url"]
    assert sorted(one["attached"] for one in heard) == [False, True]


def test_other_commands_find_the_servers_while_they_run_and_only_then(tmp_path: Path, supervise: Supervise) -> None:
    assert find_running(tmp_path) is None
    owner = supervise(tmp_path)
    assert owner.endpoints() == find_running(tmp_path)
    owner.ask("stop")
    assert find_running(tmp_path) is None
    assert all_gone(tmp_path)


def test_who_attached_stops_nothing(tmp_path: Path, supervise: Supervise) -> None:
    expected = supervise(tmp_path).endpoints()
    guest = Servers(tmp_path)
    assert guest.start() == expected
    assert guest.attached
    assert guest.check() == []
    guest.stop()
    assert find_running(tmp_path) == expected


def test_who_attached_takes_over_when_the_supervisor_is_gone(tmp_path: Path, supervise: Supervise) -> None:
    owner = supervise(tmp_path)
    owner.endpoints()
    guest = Servers(tmp_path, durable=False)
    guest.start()
    owner.kill()
    until(lambda: guest.check() == ["postgres", "valkey"])
    guest.restart_dead()
    assert not guest.attached
    assert guest.check() == []
    guest.stop()


def test_a_dead_server_of_a_living_supervisor_is_not_found(tmp_path: Path, supervise: Supervise) -> None:
    owner = supervise(tmp_path)
    owner.endpoints()
    kill(postmaster(tmp_path))
    until(lambda: find_running(tmp_path) is None)
    assert owner.ask("check")["down"] == ["postgres"]
    assert "error" not in owner.ask("restart")
    assert find_running(tmp_path) is not None
