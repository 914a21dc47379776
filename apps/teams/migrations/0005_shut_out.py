from django.db import migrations

SHUT_OUT = """
CREATE FUNCTION atrium.shut_out(memberships uuid[]) RETURNS TABLE (id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT m.id FROM teams_membership m JOIN teams_team t ON t.id = m.team_id
    WHERE m.id = ANY (memberships) AND t.requires_second_factor AND atrium.lacks_second_factor(m.user_id, true)
$$;
REVOKE EXECUTE ON FUNCTION atrium.shut_out(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION atrium.shut_out(uuid[]) TO atrium_app;
"""


class Migration(migrations.Migration):
    dependencies = [("teams", "0004_deletion")]
    operations = [migrations.RunSQL(SHUT_OUT, "DROP FUNCTION atrium.shut_out(uuid[])")]
