from django.db import migrations

ENDED_POOLS = """
CREATE FUNCTION atrium.ended_pools(ids uuid[], turns integer[]) RETURNS TABLE (id uuid, turn integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT w.id, w.turn FROM unnest(ids, turns) AS w(id, turn)
    WHERE NOT EXISTS (SELECT 1 FROM jobs_pool p WHERE p.id = w.id AND p.turn = w.turn)
$$;
REVOKE EXECUTE ON FUNCTION atrium.ended_pools(uuid[], integer[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION atrium.ended_pools(uuid[], integer[]) TO atrium_app;
"""


class Migration(migrations.Migration):
    dependencies = [("jobs", "0010_own_pools")]
    operations = [migrations.RunSQL(ENDED_POOLS, "DROP FUNCTION atrium.ended_pools(uuid[], integer[])")]
