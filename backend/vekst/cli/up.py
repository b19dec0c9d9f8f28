"""`vekst up`: everything on one machine, in the foreground."""

from __future__ import annotations

from vekst.cli.options import DEFAULT_DATA, DEFAULT_PORT, Data, Port, new_app

__all__ = ["app"]

app = new_app()


@app.command(short_help="Run everything on this machine.", epilog="Example: vekst up --data ~/vekst --port 8080")
def up(data: Data = DEFAULT_DATA, port: Port = DEFAULT_PORT) -> None:
    """Run everything on this machine: PostgreSQL, Valkey, the API and the worker; Ctrl-C stops it.

    PostgreSQL and Valkey are its own, unless VEKST_DATABASE_URL and VEKST_REDIS_URL are set.
    """
    from vekst.cli.machine import Machine

    with Machine(data, port) as machine:
        machine.wait_until_ready()
        if not machine.stopping:
            print(f"Vekst answers at {machine.address} (GraphQL at {machine.address}/graphql). Ctrl-C stops it.")
            print(f"The logs are in {machine.logs}.", flush=True)
        machine.run()
