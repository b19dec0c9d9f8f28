"""`vekst api`: the API alone, for production."""

from __future__ import annotations

from vekst.cli.options import DEFAULT_DATA, DEFAULT_PORT, Data, Port, new_app

__all__ = ["app"]

_SECONDS_TO_FINISH = 10

app = new_app()


@app.command(
    short_help="The API alone, for production.",
    epilog="Example: VEKST_ISSUER=https://sign-in.example.com vekst api --port 8000",
)
def api(data: Data = DEFAULT_DATA, port: Port = DEFAULT_PORT) -> None:
    """Serve the API in the foreground, under the settings of the environment; a SIGTERM lets it finish."""
    import uvicorn

    from vekst.api import NoIssuerError, NoTrustedDocumentsError, create_app
    from vekst.cli.connecting import connected
    from vekst.cli.failures import Failure
    from vekst.cli.listening import check_address
    from vekst.garbage import settle_garbage
    from vekst.logs import configure_logging
    from vekst.signals.tracing import TracingNotInstalledError

    with connected(data, port=port) as settings:
        check_address(settings.host, settings.port)
        try:
            served = create_app(settings)
        except (NoIssuerError, NoTrustedDocumentsError, TracingNotInstalledError) as error:
            raise Failure(str(error)) from None
        configure_logging(settings.log_level)
        settle_garbage()
        uvicorn.run(
            served,
            log_config=None,
            host=settings.host,
            port=settings.port,
            # What the server itself tells of good days are addresses, headers and messages, with the tokens in them.
            log_level="error" if settings.log_level == "error" else "warning",
            access_log=False,
            timeout_graceful_shutdown=_SECONDS_TO_FINISH,
            server_header=False,
            # Whoever else claims to pass on a request is taken for the client.
            proxy_headers=bool(settings.proxies),
            forwarded_allow_ips=list(settings.proxies),
        )
