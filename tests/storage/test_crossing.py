"""What may look across organisations: a few functions, which tell what they say and cannot be led astray."""

from __future__ import annotations

from typing import Any, Final
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.support.full import fill
from tests.support.organisations import Organisation
from vekst.factory import Factory, Process
from vekst.storage.database import APP_ROLE, ERASER_ROLE

FUNCTIONS: Final = """
    SELECT p.proname AS name, p.prosecdef AS definer, pg_get_function_result(p.oid) AS tells,
           coalesce(array_to_string(p.proconfig, ';'), '') AS config, p.proacl IS NULL AS open,
           pg_get_userbyid(p.proowner) AS owner, quote_ident(current_schema()) AS schema,
           ARRAY(SELECT DISTINCT coalesce(nullif(a.grantee, 0)::regrole::text, 'PUBLIC')
                   FROM aclexplode(p.proacl) a WHERE a.grantee <> p.proowner ORDER BY 1) AS callers
      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
     WHERE n.nspname = current_schema() ORDER BY 1
""".replace("::", "\\:\\:")
IDS: Final = "SETOF uuid"
TELLS: Final = {
    "vekst_organisation_id": "uuid",
    "vekst_pending_organisations": "TABLE(org_id uuid, since timestamp with time zone)",
    "vekst_organisations_with_boards_due": IDS,
    "vekst_organisations_with_challenges_due": IDS,
    "vekst_organisations_with_devices_due": IDS,
    "vekst_organisations_with_outbox": IDS,
    "vekst_organisations_with_pack": IDS,
    "vekst_backlog": "TABLE(waiting bigint, held bigint, set_aside bigint, stuck bigint, untold bigint)",
    "vekst_totals": "TABLE(pending bigint, set_aside bigint, untold bigint)",
    "vekst_verifications": "TABLE(organisations bigint, differences bigint, oldest timestamp with time zone)",
    # Of the transaction's own organisation alone: which of the given names were erased, and that one is to be.
    "vekst_erased": "SETOF text",
    "vekst_remember_erasure": "void",
}
"""Everything that runs by the owner's rights, with what it tells: ids, ages and sums. A new one is weighed here."""


async def _functions(process: Process) -> list[Any]:
    async with process.database.crossing() as connection:
        return list((await connection.execute(text(FUNCTIONS))).all())


async def test_what_looks_across_organisations_tells_ids_ages_and_sums(process: Process) -> None:
    found = await _functions(process)
    assert {each.name: each.tells for each in found if each.definer} == TELLS


async def test_nobody_but_our_roles_may_call_and_the_search_path_is_fixed(process: Process) -> None:
    for each in await _functions(process):
        assert not each.open, f"{each.name} may be called by everybody"
        assert set(each.callers) <= {APP_ROLE, ERASER_ROLE}, each
        # Temporary tables come last, so that none stands in for ours.
        assert f"search_path={each.schema}, pg_temp" in each.config.split(";"), each
        assert each.owner not in {APP_ROLE, ERASER_ROLE}, each


async def test_a_temporary_table_does_not_stand_in_for_ours(organisation: Organisation, process: Process) -> None:
    # The application's engine begins no transactions by itself.
    engine = process.database.engine.execution_options(isolation_level="READ COMMITTED")
    async with engine.connect() as connection, connection.begin() as transaction:
        await connection.execute(text("SET TRANSACTION READ WRITE"))
        made = f"CREATE TEMPORARY TABLE organisations AS SELECT CAST('{uuid4()}' AS uuid) AS org_id, 'x' AS key"
        await connection.execute(text(made))
        found = await connection.execute(
            text("SELECT vekst_organisation_id('x'), vekst_organisation_id(:key)"), {"key": organisation.key}
        )
        assert tuple(found.one()) == (None, organisation.id)
        await transaction.rollback()


async def test_the_names_of_who_was_erased_are_told_to_their_own_organisation_alone(
    factory: Factory, process: Process, organisation: Organisation
) -> None:
    await fill(organisation)
    for org_id, expected in ((organisation.id, {"eli"}), (uuid4(), set[str]())):
        async with process.database.reading(org_id) as connection:
            found = await connection.execute(text("SELECT vekst_erased(ARRAY['eli', 'kari', 'nora'])"))
            assert set(found.scalars()) == expected
    async with process.database.crossing() as connection:
        assert not (await connection.execute(text("SELECT vekst_erased(ARRAY['eli'])"))).all()


@pytest.mark.parametrize("call", ["vekst_fingerprint('x', 'eli')", "vekst_remember_erasure('kari', now())"])
async def test_the_app_neither_makes_fingerprints_nor_forgets(
    organisation: Organisation, process: Process, call: str
) -> None:
    engine = process.database.engine.execution_options(isolation_level="READ COMMITTED")
    async with engine.begin() as connection:
        await connection.execute(text("SELECT set_config('vekst.org', :org, true)"), {"org": str(organisation.id)})
        with pytest.raises(DBAPIError, match="permission denied"):
            await connection.execute(text(f"SELECT {call}"))
