"""Restoring and printing are rights of their own: whoever had what implied them until now keeps them."""

from __future__ import annotations

from alembic import op

revision = "0020"
down_revision = "0019"

GRANTS = """
INSERT INTO kernel.access_grant (pattern_id, resource, action, scope)
SELECT pattern_id, resource, 'restore', scope
  FROM kernel.access_grant
 WHERE action = 'delete' AND (resource = 'party' OR resource LIKE '%.%')
 UNION
SELECT pattern_id, resource, 'print', scope
  FROM kernel.access_grant
 WHERE action = 'view' AND (resource IN ('place', 'party_group') OR resource LIKE '%.%')
ON CONFLICT DO NOTHING
"""
"""Until now whoever could delete brought back as well, and pages of records other than parties were printed by whoever saw
them. Records of plugins have a dot in their names."""

SNAPSHOTS = """
UPDATE kernel.site_edition s SET applied = jsonb_set(s.applied, '{patterns}', (
  SELECT jsonb_object_agg(p.key, (
    SELECT coalesce(jsonb_agg(g ORDER BY g ->> 0, g ->> 1, g ->> 2), '[]'::jsonb) FROM (
      SELECT g FROM jsonb_array_elements(p.value) g
       UNION
      SELECT jsonb_build_array(g ->> 0, 'restore', g ->> 2) FROM jsonb_array_elements(p.value) g
       WHERE g ->> 1 = 'delete' AND (g ->> 0 = 'party' OR g ->> 0 LIKE '%.%')
       UNION
      SELECT jsonb_build_array(g ->> 0, 'print', g ->> 2) FROM jsonb_array_elements(p.value) g
       WHERE g ->> 1 = 'view' AND (g ->> 0 IN ('place', 'party_group') OR g ->> 0 LIKE '%.%')
    ) all_of_it))
    FROM jsonb_each(s.applied -> 'patterns') p))
 WHERE jsonb_typeof(s.applied -> 'patterns') = 'object' AND s.applied -> 'patterns' <> '{}'::jsonb
"""
"""What the site keeps of its edition gets the same grants, or its patterns would look as if somebody had changed them."""


def upgrade() -> None:
    """Give the new rights to the patterns that had them without a word."""
    for statement in (GRANTS, SNAPSHOTS):
        op.get_bind().exec_driver_sql(statement.replace("%", "%%"))


def downgrade() -> None:
    """There is no way back: which of the rights were given by hand is not known any more."""
    raise NotImplementedError("restore a backup of before instead")
