from django.db import migrations

QUEUE_COUNTS = """
CREATE FUNCTION atrium.queue_counts()
RETURNS TABLE (pool varchar, team varchar, queued bigint, running bigint, oldest_seconds double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT j.pool, t.name, count(*) FILTER (WHERE j.state = 'queued'), count(*) FILTER (WHERE j.state = 'running'),
        coalesce(extract(epoch FROM now() - min(j.created_at) FILTER (WHERE j.state = 'queued')), 0)::double precision
    FROM jobs_job j JOIN teams_team t ON t.id = j.team_id
    WHERE j.state IN ('queued', 'running') GROUP BY j.pool, t.id, t.name ORDER BY 1, 5 DESC, 2
$$;
REVOKE EXECUTE ON FUNCTION atrium.queue_counts() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION atrium.queue_counts() TO atrium_app;
"""


class Migration(migrations.Migration):
    dependencies = [("jobs", "0003_worker"), ("teams", "0002_walls")]
    operations = [migrations.RunSQL(QUEUE_COUNTS, "DROP FUNCTION atrium.queue_counts()")]
