"""`vekst worker`: one worker, for production; any number may run."""

from __future__ import annotations

from vekst.cli.options import DEFAULT_DATA, Data, new_app

__all__ = ["app"]

app = new_app()


@app.command(
    short_help="One worker, for production.",
    epilog="Example: VEKST_DATABASE_URL=postgresql://… VEKST_REDIS_URL=redis://… vekst worker",
)
def worker(data: Data = DEFAULT_DATA) -> None:
    """Judge what comes in, in the foreground; a SIGTERM lets it finish the batch it is at."""
    from vekst.cli.connecting import connected
    from vekst.cli.failures import Failure
    from vekst.cli.listening import check_address
    from vekst.signals.tracing import TracingNotInstalledError
    from vekst.worker.main import run_worker

    with connected(data) as settings:
        if settings.worker_metrics_port:
            check_address(settings.host, settings.worker_metrics_port, named_by="VEKST_WORKER_METRICS_PORT=")
        try:
            run_worker(settings)
        except TracingNotInstalledError as error:
            raise Failure(str(error)) from None
