"""Whether an address is free to listen on, told before a server finds out in words of its own."""

from __future__ import annotations

import errno
import socket

from vekst.cli.failures import Failure

__all__ = ["check_address"]


def check_address(host: str, port: int, *, named_by: str = "--port ") -> None:
    """Raise `Failure` where nobody can listen there; `named_by` is what the port is set with."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Failure(_told(host, port, error, named_by)) from None


def _told(host: str, port: int, error: OSError, named_by: str) -> str:
    if error.errno == errno.EADDRINUSE:
        another = port + 1 if port < 65_535 else port - 1
        return f"port {port} is in use; end what listens there, or choose another: {named_by}{another}"
    return f"cannot listen on {host}:{port} ({error.strerror}); check VEKST_HOST"
