"""The private Valkey: wake-ups and limits only, so it keeps nothing on disk and comes back empty."""

import signal
from typing import ClassVar

from typing_extensions import override

from vekst.embedded.accounts import Account
from vekst.embedded.binaries import ValkeyBinary
from vekst.embedded.folders import DataFolder, RunFolder
from vekst.embedded.probes import ask_valkey_to_stop, valkey_answers
from vekst.embedded.processes import spawn
from vekst.embedded.server import PrivateServer

__all__ = ["Valkey", "cache_answers", "redis_url"]


def redis_url(run: RunFolder) -> str:
    """For redis-py's `Redis.from_url` and arq's `RedisSettings.from_dsn` alike."""
    return f"unix://{run.valkey_socket}"


def cache_answers(run: RunFolder) -> bool:
    """Whether it answers a ping."""
    return valkey_answers(run.valkey_socket)


class Valkey(PrivateServer):
    """Valkey, or Redis, on a Unix socket alone."""

    name: ClassVar[str] = "valkey"
    stop_signals: ClassVar[tuple[signal.Signals, ...]] = (signal.SIGTERM, signal.SIGKILL)

    def __init__(self, data: DataFolder, run: RunFolder, account: Account | None, binary: ValkeyBinary) -> None:
        """Say which binary to run; nothing is started."""
        super().__init__(data, run, account)
        self._binary = binary

    @override
    def answers(self) -> bool:
        """Whether it answers a ping."""
        return cache_answers(self._run)

    @override
    def launch(self) -> None:
        """Start it."""
        with self._lease() as lease:
            self._renew_log()
            self._process = spawn(
                self._command(),
                account=self._account,
                inherit=(lease.descriptor,),
                log=self._data.log(self.name),
                death_signal=signal.SIGTERM,
            )

    def _command(self) -> list[str]:
        binary = self._binary.placed(self._run.binaries, self._account)
        options = {
            "--port": "0",
            "--unixsocket": str(self._run.valkey_socket),
            "--unixsocketperm": "700",
            "--dir": str(self._run.path),
            "--save": "",
            "--appendonly": "no",
        }
        return [str(binary.path), *(word for option in options.items() for word in option)]

    @override
    def ask_to_stop(self) -> None:
        """Send the command that ends a server."""
        ask_valkey_to_stop(self._run.valkey_socket)
