"""Private PostgreSQL and Valkey for one machine: what `vekst up`, the demo and the tests start when no URL is set."""

from vekst.embedded.errors import EmbeddedError
from vekst.embedded.servers import Endpoints, Servers, find_running

__all__ = ["EmbeddedError", "Endpoints", "Servers", "find_running"]
