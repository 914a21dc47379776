from django.db import migrations

from atrium.tenancy.operations import TenantTable

LOOK_UPS = """
CREATE FUNCTION atrium.link_behind(secret bytea) RETURNS TABLE (link_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT id FROM sharing_link WHERE secret_hash = secret
$$;

CREATE FUNCTION atrium.link_look_up(link uuid)
RETURNS TABLE (team_id uuid, endpoint_id uuid, project_id uuid, role smallint, expires_at timestamptz,
               revoked boolean, expired boolean, passcode varchar)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT l.team_id, l.endpoint_id, e.project_id, l.role, l.expires_at, l.revoked_at IS NOT NULL,
           coalesce(l.expires_at <= now(), false), l.passcode
    FROM sharing_link l JOIN endpoints_endpoint e ON e.id = l.endpoint_id WHERE l.id = link
$$;

CREATE FUNCTION atrium.return_link_look_up(secret bytea)
RETURNS TABLE (team_id uuid, return_id uuid, guest_id uuid, link_id uuid, is_open boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.team_id, r.id, r.guest_id, g.link_id, r.used_at IS NULL AND r.expires_at > now()
    FROM sharing_returnlink r JOIN sharing_guestvisit g ON g.id = r.guest_id WHERE r.secret_hash = secret
$$;

CREATE FUNCTION atrium.revoked_since(since timestamptz) RETURNS TABLE (what text, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT 'link', l.id FROM sharing_link l
    WHERE l.revoked_at > since OR (l.expires_at > since AND l.expires_at <= now())
    UNION ALL
    SELECT 'membership', e.subject_id FROM audit_event e WHERE e.what = 'member.removed' AND e.at > since
    UNION ALL
    SELECT 'token', t.id FROM teams_apitoken t WHERE t.revoked_at > since
$$;

REVOKE EXECUTE ON FUNCTION atrium.link_behind(bytea), atrium.link_look_up(uuid), atrium.return_link_look_up(bytea),
    atrium.revoked_since(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION atrium.link_behind(bytea), atrium.link_look_up(uuid), atrium.return_link_look_up(bytea),
    atrium.revoked_since(timestamptz) TO atrium_app;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("sharing", "0001_initial"),
        ("tenancy", "0001_team"),
        ("endpoints", "0002_walls"),
        ("teams", "0002_walls"),
        ("audit", "0001_initial"),
    ]
    operations = [
        TenantTable("Link"),
        TenantTable("GuestVisit"),
        TenantTable("ReturnLink"),
        migrations.RunSQL(LOOK_UPS, migrations.RunSQL.noop),
    ]
