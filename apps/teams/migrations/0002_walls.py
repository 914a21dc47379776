from django.db import migrations

from atrium.tenancy.operations import TenantTable

LOOK_UPS = """
CREATE FUNCTION atrium.token_look_up(secret bytea)
RETURNS TABLE (team_id uuid, token_id uuid, membership_id uuid, user_id uuid, role smallint, scopes varchar[], name varchar)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE teams_apitoken t SET last_used_at = now()
    WHERE t.secret_hash = secret AND (t.last_used_at IS NULL OR t.last_used_at < now() - interval '1 minute');
    RETURN QUERY
    SELECT t.team_id, t.id, m.id, m.user_id, m.role, t.scopes, t.name
    FROM teams_apitoken t
    JOIN teams_membership m ON m.id = t.membership_id
    JOIN users_user u ON u.id = m.user_id
    WHERE t.secret_hash = secret AND t.revoked_at IS NULL AND t.expires_at > now() AND u.is_active;
END $$;

CREATE FUNCTION atrium.membership_look_up(who uuid, team varchar)
RETURNS TABLE (team_id uuid, membership_id uuid, role smallint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT t.id, m.id, m.role FROM teams_team t JOIN teams_membership m ON m.team_id = t.id
    WHERE t.slug = team AND m.user_id = who
$$;

CREATE FUNCTION atrium.teams_of(who uuid)
RETURNS TABLE (team_id uuid, slug varchar, name varchar, role smallint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT t.id, t.slug, t.name, m.role FROM teams_team t JOIN teams_membership m ON m.team_id = t.id
    WHERE m.user_id = who ORDER BY t.name
$$;

CREATE FUNCTION atrium.all_teams() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$ SELECT id FROM teams_team ORDER BY id $$;

CREATE FUNCTION atrium.invitation_look_up(secret bytea)
RETURNS TABLE (team_id uuid, invitation_id uuid, team_name varchar, email varchar, role smallint, is_open boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT i.team_id, i.id, t.name, i.email, i.role, i.accepted_at IS NULL AND i.expires_at > now()
    FROM teams_invitation i JOIN teams_team t ON t.id = i.team_id WHERE i.secret_hash = secret
$$;

REVOKE EXECUTE ON FUNCTION atrium.token_look_up(bytea), atrium.membership_look_up(uuid, varchar),
    atrium.teams_of(uuid), atrium.all_teams(), atrium.invitation_look_up(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION atrium.token_look_up(bytea), atrium.membership_look_up(uuid, varchar),
    atrium.teams_of(uuid), atrium.all_teams(), atrium.invitation_look_up(bytea) TO atrium_app;
"""


class Migration(migrations.Migration):
    dependencies = [("teams", "0001_initial"), ("tenancy", "0001_team")]
    operations = [
        TenantTable("Team", column="id"),
        TenantTable("Membership"),
        TenantTable("Invitation"),
        TenantTable("ApiToken"),
        migrations.RunSQL(LOOK_UPS, migrations.RunSQL.noop),
    ]
