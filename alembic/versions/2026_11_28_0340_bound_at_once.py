"""Bound at once: to see a row, row-level security compares with the setting itself and not with a subquery of it.

A statement that names its organisation, as all of ours do, has the two compared once for each of its tables, and a
subquery took some 5 µs for each. What is written is still checked with the subquery: there each row is compared.

Revision: 0021
"""

from __future__ import annotations

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

POLICIES = """
    DO $$
    DECLARE
        owned record;
    BEGIN
        FOR owned IN SELECT tablename FROM pg_policies
                      WHERE schemaname = current_schema() AND policyname = 'of_organisation' ORDER BY tablename
        LOOP
            EXECUTE format($policy$
                ALTER POLICY of_organisation ON %I USING (org_id = nullif(current_setting('vekst.org', true), '')::uuid)
            $policy$, owned.tablename);
        END LOOP;
    END $$
"""


def upgrade() -> None:
    op.execute(POLICIES)


def downgrade() -> None:
    """Refused: a schema goes forward only, and a backup goes back."""
    raise NotImplementedError
