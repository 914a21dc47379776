from django.conf import settings
from django.db import migrations, models

# The look-ups of the release before stay, for its processes while this one is deployed; the next release drops them.
LOOK_UPS = """
CREATE FUNCTION atrium.lacks_second_factor(who uuid, is_required boolean) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT is_required AND NOT EXISTS (
        SELECT 1 FROM mfa_authenticator a WHERE a.user_id = who AND a.type IN ('totp', 'webauthn')
    )
$$;

CREATE FUNCTION atrium.member_at(who uuid, team varchar)
RETURNS TABLE (team_id uuid, membership_id uuid, role smallint, lacks_factor boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT t.id, m.id, m.role, atrium.lacks_second_factor(who, t.requires_second_factor)
    FROM teams_team t JOIN teams_membership m ON m.team_id = t.id
    WHERE t.slug = team AND m.user_id = who
$$;

CREATE FUNCTION atrium.token_behind(secret bytea)
RETURNS TABLE (team_id uuid, token_id uuid, membership_id uuid, user_id uuid, role smallint, scopes varchar[],
               name varchar, lacks_factor boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE teams_apitoken t SET last_used_at = now()
    WHERE t.secret_hash = secret AND (t.last_used_at IS NULL OR t.last_used_at < now() - interval '1 minute');
    RETURN QUERY
    SELECT t.team_id, t.id, m.id, m.user_id, m.role, t.scopes, t.name,
           atrium.lacks_second_factor(m.user_id, team.requires_second_factor)
    FROM teams_apitoken t
    JOIN teams_membership m ON m.id = t.membership_id
    JOIN teams_team team ON team.id = t.team_id
    JOIN users_user u ON u.id = m.user_id
    WHERE t.secret_hash = secret AND t.revoked_at IS NULL AND t.expires_at > now() AND u.is_active;
END $$;

REVOKE EXECUTE ON FUNCTION atrium.lacks_second_factor(uuid, boolean), atrium.member_at(uuid, varchar),
    atrium.token_behind(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION atrium.member_at(uuid, varchar), atrium.token_behind(bytea) TO atrium_app;
"""
NOT_ANY_MORE = """
DROP FUNCTION atrium.member_at(uuid, varchar);
DROP FUNCTION atrium.token_behind(bytea);
DROP FUNCTION atrium.lacks_second_factor(uuid, boolean);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("teams", "0002_walls"),
        ("mfa", "0003_authenticator_type_uniq"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.AddField(
            model_name="team",
            name="requires_second_factor",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.RunSQL(LOOK_UPS, NOT_ANY_MORE),
    ]
