"""Standings in place: a standing is written anew with every judging, and need move neither index entries nor chunks.

Revision: 0017
"""

from __future__ import annotations

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

# A failing learner's `retry_at` is null once no more tries follow by themselves.
ASIDE = "s.failures > 0 AND (s.retry_at IS NULL OR s.retry_at > now())"

IN_PLACE = (
    # An index that looks at `state` is written with every change of it. Who was never judged has no engine version.
    """
    -- squawk-ignore require-concurrent-index-creation
    CREATE INDEX ix_standings_judged_by ON standings (org_id, engine_version, pack_version)
    """,
    """
    -- squawk-ignore require-concurrent-index-deletion
    DROP INDEX ix_standings_version
    """,
    """
    -- squawk-ignore require-concurrent-index-deletion
    DROP INDEX ix_standings_unjudged
    """,
    # Up to half a page a standing stays in its row; numbers that packed closely cannot be compressed.
    "ALTER TABLE standings ALTER COLUMN state SET STORAGE EXTERNAL",
    "ALTER TABLE standings SET (toast_tuple_target = 4080, fillfactor = 65)",
    "SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true)",
    # As before, by the index that there is now.
    """
    CREATE OR REPLACE FUNCTION vekst_pending_organisations(engine text) RETURNS TABLE (org_id uuid, since timestamptz)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT
    AS $$
        SELECT o.org_id, coalesce(waiting.since, greatest(unjudged.since, latest.published_at)) AS since
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
        LEFT JOIN LATERAL (SELECT min(sample.updated_at) AS since
                           FROM (SELECT s.updated_at FROM standings s
                                 WHERE s.org_id = o.org_id AND s.engine_version IS NULL AND NOT (@aside@)
                                 LIMIT 1000) sample) unjudged ON true
        WHERE waiting.since IS NOT NULL
           OR unjudged.since IS NOT NULL
           OR EXISTS (SELECT FROM standings s
                      WHERE s.org_id = o.org_id AND s.engine_version < engine AND NOT (@aside@))
           OR EXISTS (SELECT FROM standings s
                      WHERE s.org_id = o.org_id AND s.engine_version > engine AND NOT (@aside@))
           OR EXISTS (SELECT FROM standings s
                      WHERE s.org_id = o.org_id AND s.engine_version = engine
                        AND s.pack_version < latest.version AND NOT (@aside@))
        ORDER BY since
    $$
    """.replace("@aside@", ASIDE),
)


def upgrade() -> None:
    for statement in IN_PLACE:
        op.execute(statement)


def downgrade() -> None:
    """Refused: a schema goes forward only, and a backup goes back."""
    raise NotImplementedError
