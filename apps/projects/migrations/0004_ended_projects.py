from django.db import migrations

ENDED_PROJECTS = """
CREATE FUNCTION atrium.ended_projects(ids uuid[]) RETURNS TABLE (id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT w.id FROM unnest(ids) AS w(id)
    WHERE NOT EXISTS (SELECT 1 FROM projects_project p WHERE p.id = w.id AND p.deleting_at IS NULL)
$$;
REVOKE EXECUTE ON FUNCTION atrium.ended_projects(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION atrium.ended_projects(uuid[]) TO atrium_app;
"""


class Migration(migrations.Migration):
    dependencies = [("projects", "0003_deletion")]
    operations = [migrations.RunSQL(ENDED_PROJECTS, "DROP FUNCTION atrium.ended_projects(uuid[])")]
