"""Backlog: learners set aside are told apart from those who wait, and one who failed too often waits for a command.

Revision: 0008
"""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# A failing learner's `retry_at` is null once no more tries follow by themselves.
ASIDE = "s.failures > 0 AND (s.retry_at IS NULL OR s.retry_at > now())"

BACKLOG = (
    """
    COMMENT ON COLUMN standings.failures IS
        'judgings in a row that failed; the learner waits until retry_at, or for a command where that is null'
    """,
    "SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true)",
    # As before, but without those whom no worker would take now.
    """
    CREATE OR REPLACE FUNCTION vekst_pending_organisations(engine text) RETURNS TABLE (org_id uuid, since timestamptz)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT
    AS $$
        SELECT o.org_id, coalesce(waiting.since, latest.published_at) AS since
        FROM organisations o
        JOIN LATERAL (SELECT p.version, p.published_at FROM pack_versions p
                      WHERE p.org_id = o.org_id ORDER BY p.version DESC LIMIT 1) latest ON true
        LEFT JOIN LATERAL (SELECT min(sample.received_at) AS since
                           FROM (SELECT e.received_at FROM progress_events e
                                 WHERE e.org_id = o.org_id AND e.judged_at IS NULL
                                   AND NOT EXISTS (SELECT FROM standings s
                                                   WHERE s.org_id = e.org_id AND s.learner_id = e.learner_id
                                                     AND @aside@)
                                 LIMIT 1000) sample) waiting ON true
        WHERE waiting.since IS NOT NULL
           OR EXISTS (SELECT FROM standings s
                      WHERE s.org_id = o.org_id AND s.state IS NOT NULL AND s.engine_version < engine
                        AND NOT (@aside@))
           OR EXISTS (SELECT FROM standings s
                      WHERE s.org_id = o.org_id AND s.state IS NOT NULL AND s.engine_version > engine
                        AND NOT (@aside@))
           OR EXISTS (SELECT FROM standings s
                      WHERE s.org_id = o.org_id AND s.state IS NOT NULL AND s.engine_version = engine
                        AND s.pack_version < latest.version AND NOT (@aside@))
        ORDER BY since
    $$
    """.replace("@aside@", ASIDE),
    # Bounded, so that looking costs little however far behind the workers are: the largest means so many or more.
    """
    CREATE FUNCTION vekst_backlog()
        RETURNS TABLE (waiting bigint, held bigint, set_aside bigint, stuck bigint, untold bigint)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT
    AS $$
        WITH aside AS (SELECT s.org_id, s.learner_id, s.retry_at IS NULL AS stuck FROM standings s
                        WHERE s.failures > 0 LIMIT 100000)
        SELECT (SELECT count(*) FROM (SELECT FROM progress_events e
                                       WHERE e.judged_at IS NULL
                                         AND NOT EXISTS (SELECT FROM aside a WHERE a.org_id = e.org_id
                                                                               AND a.learner_id = e.learner_id)
                                       LIMIT 100000) w),
               (SELECT count(*) FROM (SELECT FROM aside a
                                        JOIN progress_events e ON e.org_id = a.org_id AND e.learner_id = a.learner_id
                                       WHERE e.judged_at IS NULL LIMIT 100000) h),
               (SELECT count(*) FROM aside),
               (SELECT count(*) FROM aside a WHERE a.stuck),
               (SELECT count(*) FROM (SELECT FROM outbox LIMIT 100000) o)
    $$
    """,
    "REVOKE ALL ON FUNCTION vekst_backlog() FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION vekst_backlog() TO vekst_app",
)


def upgrade() -> None:
    for statement in BACKLOG:
        op.execute(statement)


def downgrade() -> None:
    """Refused: a schema goes forward only, and a backup goes back."""
    raise NotImplementedError
