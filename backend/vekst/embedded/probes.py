"""Whether a private server answers, found out by connecting to its socket and never by looking for a process."""

import socket
import struct
from pathlib import Path

__all__ = ["ask_valkey_to_stop", "postgres_answers", "valkey_answers"]

_PATIENCE = 5.0
_PROTOCOL_3 = 196608
_TOO_MANY_CONNECTIONS = b"53300"


def postgres_answers(path: Path, user: str, database: str) -> bool:
    """Log in to `database` over the Unix socket `path`; a server that is starting or stopping does not answer."""
    fields = f"user\0{user}\0database\0{database}\0\0".encode()
    try:
        with _connect(path) as connection:
            connection.sendall(struct.pack("!II", 8 + len(fields), _PROTOCOL_3) + fields)
            ready = _is_ready(connection)
            connection.sendall(b"X" + struct.pack("!I", 4))
            return ready
    except OSError:
        return False


def _is_ready(connection: socket.socket) -> bool:
    while True:
        kind, length = struct.unpack("!cI", _receive(connection, 5))
        body = _receive(connection, length - 4)
        if kind == b"Z":
            return True
        if kind == b"E":
            # A full house is a living server.
            return b"C" + _TOO_MANY_CONNECTIONS in body.split(b"\0")


def _receive(connection: socket.socket, size: int) -> bytes:
    received = b""
    while len(received) < size:
        part = connection.recv(size - len(received))
        if not part:
            raise ConnectionResetError
        received += part
    return received


def valkey_answers(path: Path) -> bool:
    """Ping over the Unix socket `path`."""
    return _valkey_says(path, b"PING").startswith((b"+PONG", b"-ERR max number of clients"))


def ask_valkey_to_stop(path: Path) -> None:
    """Have a server end that is no child of ours."""
    _valkey_says(path, b"SHUTDOWN NOSAVE")


def _valkey_says(path: Path, command: bytes) -> bytes:
    try:
        with _connect(path) as connection:
            connection.sendall(command + b"\r\n")
            return connection.recv(64)
    except OSError:
        return b""


def _connect(path: Path) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(_PATIENCE)
    try:
        connection.connect(str(path))
    except BaseException:
        connection.close()
        raise
    return connection
