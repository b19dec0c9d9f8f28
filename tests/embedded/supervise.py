"""A supervising process for the tests: starts the servers of a folder, then obeys one command per line of its input.

Run as `python supervise.py FOLDER [OPTION…]`, it writes one line of JSON when the servers answer, and one after each
command. Its options: `durable` (else the test profile), `unbound` (as on systems where the kernel does not end the
servers with their supervisor), `uid=N` (become that user first), `wait` (start on the first command only).
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from vekst.embedded import EmbeddedError, Servers, processes


def _answer(**what: Any) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def _start(servers: Servers) -> None:
    try:
        endpoints = servers.start()
    except EmbeddedError as error:
        _answer(error=str(error))
    else:
        _answer(database_url=endpoints.database_url, redis_url=endpoints.redis_url, attached=servers.attached)


def _obey(servers: Servers, command: str) -> None:
    match command:
        case "start":
            _start(servers)
        case "stop":
            servers.stop()
            _answer(stopped=True)
        case "check":
            _answer(down=servers.check())
        case "restart":
            servers.restart_dead()
            _start(servers)
        case _:
            _answer(error=f"unknown command {command}")


def _become(uid: int) -> None:
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def main(folder: Path, options: list[str]) -> None:
    for option in options:
        if option.startswith("uid="):
            _become(int(option.removeprefix("uid=")))
    if "unbound" in options:
        processes._C_LIBRARY = None
    servers = Servers(folder, durable="durable" in options)
    if "wait" in options:
        _answer(waiting=True)
    else:
        _start(servers)
    for line in sys.stdin:
        _obey(servers, line.strip())
    servers.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
