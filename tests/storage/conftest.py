"""Databases that a test may spoil."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.support.servers import Endpoints, database_of, drop_database, run_sql


@pytest.fixture
def empty_databases(endpoints_of_run: Endpoints) -> Iterator[list[str]]:
    """URLs of two databases without anything in them."""
    names = [f"vekst_test_{uuid4().hex[:12]}" for _ in range(2)]
    for name in names:
        run_sql(endpoints_of_run.database_url, f'CREATE DATABASE "{name}"')
    yield [database_of(endpoints_of_run.database_url, name) for name in names]
    for name in names:
        drop_database(endpoints_of_run.database_url, name)
