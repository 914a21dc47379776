from django.db import migrations

ENDED_SESSIONS = """
CREATE FUNCTION atrium.ended_sessions(keys text[], people uuid[], passwords bytea[]) RETURNS TABLE (key text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT w.key FROM unnest(keys, people, passwords) AS w(key, person, password)
    WHERE NOT EXISTS (SELECT 1 FROM django_session s WHERE s.session_key = w.key AND s.expire_date > now())
       OR NOT EXISTS (
            SELECT 1 FROM users_user u
            WHERE u.id = w.person AND u.is_active AND sha256(convert_to(u.password, 'UTF8')) = w.password
       )
$$;
REVOKE EXECUTE ON FUNCTION atrium.ended_sessions(text[], uuid[], bytea[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION atrium.ended_sessions(text[], uuid[], bytea[]) TO atrium_app;
"""


class Migration(migrations.Migration):
    dependencies = [("users", "0001_initial"), ("sessions", "0001_initial"), ("tenancy", "0001_team")]
    operations = [migrations.RunSQL(ENDED_SESSIONS, "DROP FUNCTION atrium.ended_sessions(text[], uuid[], bytea[])")]
