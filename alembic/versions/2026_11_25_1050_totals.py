"""Totals: how much waits and who is set aside, counted over all organisations and told without naming any.

Revision: 0005
"""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TOTALS = (
    "CREATE INDEX ix_standings_set_aside ON standings (org_id, learner_id) WHERE failures > 0",
    "SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true)",
    # Bounded, so that looking costs little however far behind the workers are: the largest means so many or more.
    """
    CREATE FUNCTION vekst_totals() RETURNS TABLE (pending bigint, set_aside bigint, untold bigint)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT
    AS $$
        SELECT (SELECT count(*) FROM (SELECT FROM progress_events WHERE judged_at IS NULL LIMIT 100000) p),
               (SELECT count(*) FROM (SELECT FROM standings WHERE failures > 0 LIMIT 100000) s),
               (SELECT count(*) FROM (SELECT FROM outbox LIMIT 100000) o)
    $$
    """,
    "REVOKE ALL ON FUNCTION vekst_totals() FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION vekst_totals() TO vekst_app",
)


def upgrade() -> None:
    for statement in TOTALS:
        op.execute(statement)


def downgrade() -> None:
    """Refused: a schema goes forward only, and a backup goes back."""
    raise NotImplementedError
