"""The one settings class, from `VEKST_…` variables or `.env`; read by the outermost layers and the factory only."""

from __future__ import annotations

import re
from enum import StrEnum
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

__all__ = ["Mode", "Settings"]

_ORIGIN: Final = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d{1,5})?|https?://\[[0-9A-Fa-f:.]+\](?::\d{1,5})?")

# Up to the host, whatever a user and a password hold; then a port that is no number.
_WRONG_PORT: Final = re.compile(r"[a-z+]+://(?:.*@)?+(?:\[[^\]/]*\]|[^/?\[:]*):(?!\d{1,5}(?:[/?#]|$))[^/?]")

_PUSH_KEY: Final = re.compile(r"[A-Za-z0-9_-]{43}=?")


class Mode(StrEnum):
    """Development allows the local token issuer, introspection and suggestions; production allows none of them."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class Settings(BaseSettings):
    """How one process of Vekst is set up; the URLs may hold passwords, so they are secrets and never printed."""

    model_config = SettingsConfigDict(
        env_prefix="VEKST_", env_file=".env", extra="ignore", frozen=True, hide_input_in_errors=True
    )

    mode: Mode = Mode.PRODUCTION
    database_url: SecretStr = SecretStr("")
    """PostgreSQL 15 or newer: postgresql://…; empty where a private server is to be started."""
    replica_url: SecretStr = SecretStr("")
    """A standby of that PostgreSQL from which questions are answered; empty where there is none."""
    redis_url: SecretStr = SecretStr("")
    """Valkey or Redis: redis://…, rediss://… or unix://…; empty where a private server is to be started."""
    issuer: str | None = None
    """The URL of the token issuer; required in production, refused by the `token` command."""
    audience: str = "vekst"
    """What a token's `aud` must hold."""
    claim_org: Annotated[str, Field(min_length=1)] = "org"
    """The claim of a token that names the organisation."""
    claim_person: Annotated[str, Field(min_length=1)] = "sub"
    """The claim that names the person."""
    claim_integration: Annotated[str, Field(min_length=1)] = "integration"
    """The claim that names an integration, in place of a person."""
    trusted_documents: Path | None = None
    """A folder of `*.graphql` files: operations that clients may name by the SHA-256 of a file's text."""
    only_trusted_documents: bool = False
    """Run those operations and nothing else."""
    requests_per_minute: Annotated[int, Field(ge=0)] = 600
    """GraphQL requests that one person or integration may send in a minute; 0 for any number."""
    organisation_requests_per_minute: Annotated[int, Field(ge=0)] = 30_000
    """GraphQL requests that all of an organisation may send in a minute; 0 for any number."""
    organisation_events_per_minute: Annotated[int, Field(ge=0)] = 300_000
    """Events that may be recorded for an organisation in a minute; 0 for any number."""
    operation_cost: Annotated[int, Field(ge=0)] = 50_000
    """What one GraphQL operation may cost: the values that its answer may hold at most; 0 for any number."""
    pending_at_most: Annotated[int, Field(ge=0)] = 200_000
    """Events of one organisation that may wait to be judged before integrations are held back; 0 for any number."""
    data_dir: Path = Path(".vekst")
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535)] = 8000
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    database_pool: Annotated[int, Field(ge=1, le=200)] = 10
    """Connections to PostgreSQL that one process may hold."""
    worker_metrics_port: Annotated[int, Field(ge=0, le=65_535)] = 0
    """The port on which a worker tells its metrics; 0 for none."""
    cors_origins: str = ""
    """Web pages that may ask the API from a browser: their origins, separated by commas. None unless set."""
    trusted_proxies: str = ""
    """Addresses or networks, separated by commas, whose word for a client's address and scheme is taken."""
    traces_endpoint: str | None = None
    """An OpenTelemetry collector that takes traces by OTLP over HTTP; none are made without one."""
    traces_share: Annotated[float, Field(ge=0, le=1)] = 1.0
    """The share of all traces that is sent."""
    operator: Annotated[str, Field(max_length=200)] = ""
    """Who runs commands, as the audit log names them; the system's user where it is empty."""
    push_private_key: SecretStr = SecretStr("")
    """The key by which push services know this service, from `vekst push-key`; without one no pushes are sent."""
    push_contact: str = ""
    """Whom push services may ask about the pushes: `mailto:…` or `https://…`."""
    worker_jobs: Annotated[int, Field(ge=1, le=64)] = 4
    """Batches that one worker process judges side by side."""

    @model_validator(mode="after")
    def _urls_are_known(self) -> Self:
        for name in ("database_url", "replica_url"):
            self._check_scheme(name, ("postgresql://", "postgres://", "postgresql+asyncpg://"))
        self._check_scheme("redis_url", ("redis://", "rediss://", "unix://"))
        return self

    def _check_scheme(self, name: str, schemes: tuple[str, ...]) -> None:
        value: SecretStr = getattr(self, name)
        if value.get_secret_value() and not value.get_secret_value().startswith(schemes):
            raise ValueError(f"VEKST_{name.upper()} must begin with {' or '.join(schemes)}")
        if _WRONG_PORT.match(value.get_secret_value()):
            raise ValueError(
                f"VEKST_{name.upper()} has a port that is no number; write it as …://user:password@host:port/name, "
                "with what is special in a password as %40 for @"
            )

    @model_validator(mode="after")
    def _addresses_are_whole(self) -> Self:
        for origin in self.origins:
            if not _ORIGIN.fullmatch(origin):
                raise ValueError(f"VEKST_CORS_ORIGINS: {origin!r} is no origin; write it as https://app.example.com")
        for proxy in self.proxies:
            try:
                ip_network(proxy, strict=False)
            except ValueError:
                raise ValueError(f"VEKST_TRUSTED_PROXIES: {proxy!r} is neither an address nor a network") from None
        for name in ("issuer", "traces_endpoint"):
            address: str = getattr(self, name) or ""
            if address and not address.startswith(("http://", "https://")):
                raise ValueError(f"VEKST_{name.upper()} must begin with http:// or https://")
            # They are printed and logged.
            if "@" in urlsplit(address).netloc:
                raise ValueError(f"VEKST_{name.upper()} can't hold a user or a password")
        return self

    @model_validator(mode="after")
    def _pushes_are_whole(self) -> Self:
        key = self.push_private_key.get_secret_value()
        if key and not _PUSH_KEY.fullmatch(key):
            raise ValueError("VEKST_PUSH_PRIVATE_KEY is no private key as `vekst push-key` prints it")
        if key and not self.push_contact.startswith(("mailto:", "https://")):
            raise ValueError(
                "VEKST_PUSH_CONTACT must begin with mailto: or https:// where VEKST_PUSH_PRIVATE_KEY is set"
            )
        return self

    @model_validator(mode="after")
    def _only_trusted_documents_are_somewhere(self) -> Self:
        if self.only_trusted_documents and self.trusted_documents is None:
            raise ValueError("VEKST_ONLY_TRUSTED_DOCUMENTS needs VEKST_TRUSTED_DOCUMENTS")
        return self

    @property
    def origins(self) -> tuple[str, ...]:
        """The origins of web pages that may ask."""
        return _listed(self.cors_origins)

    @property
    def proxies(self) -> tuple[str, ...]:
        """The proxies whose headers are believed."""
        return _listed(self.trusted_proxies)

    @property
    def development(self) -> bool:
        """Whether the mode is development."""
        return self.mode is Mode.DEVELOPMENT


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part for each in text.split(",") if (part := each.strip()))
