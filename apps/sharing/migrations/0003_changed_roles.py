from django.db import migrations

REVOKED_SINCE = """
CREATE OR REPLACE FUNCTION atrium.revoked_since(since timestamptz) RETURNS TABLE (what text, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT 'link', l.id FROM sharing_link l
    WHERE l.revoked_at > since OR (l.expires_at > since AND l.expires_at <= now())
    UNION ALL
    SELECT 'membership', e.subject_id FROM audit_event e
    WHERE e.what IN ('member.removed', 'member.changed_role') AND e.at > since
    UNION ALL
    SELECT 'token', t.id FROM teams_apitoken t WHERE t.revoked_at > since
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("sharing", "0002_walls"), ("audit", "0004_changed_members")]
    operations = [migrations.RunSQL(REVOKED_SINCE, migrations.RunSQL.noop)]
