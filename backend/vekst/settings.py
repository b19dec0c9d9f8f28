"""The one settings class, from `VEKST_…` variables or `.env`; read by the outermost layers and the factory only."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

__all__ = ["Mode", "Settings"]


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
    data_dir: Path = Path(".vekst")
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535)] = 8000
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    database_pool: Annotated[int, Field(ge=1, le=200)] = 10
    """Connections to PostgreSQL that one process may hold."""
    worker_jobs: Annotated[int, Field(ge=1, le=64)] = 4
    """Batches that one worker process judges side by side."""

    @model_validator(mode="after")
    def _urls_are_known(self) -> Self:
        self._check_scheme("database_url", ("postgresql://", "postgres://", "postgresql+asyncpg://"))
        self._check_scheme("redis_url", ("redis://", "rediss://", "unix://"))
        return self

    def _check_scheme(self, name: str, schemes: tuple[str, ...]) -> None:
        value: SecretStr = getattr(self, name)
        if value.get_secret_value() and not value.get_secret_value().startswith(schemes):
            raise ValueError(f"VEKST_{name.upper()} must begin with {' or '.join(schemes)}")

    @model_validator(mode="after")
    def _only_trusted_documents_are_somewhere(self) -> Self:
        if self.only_trusted_documents and self.trusted_documents is None:
            raise ValueError("VEKST_ONLY_TRUSTED_DOCUMENTS needs VEKST_TRUSTED_DOCUMENTS")
        return self

    @property
    def development(self) -> bool:
        """Whether the mode is development."""
        return self.mode is Mode.DEVELOPMENT
