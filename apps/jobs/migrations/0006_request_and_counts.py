from django.db import migrations, models

JOB_COUNTS = """
CREATE FUNCTION atrium.job_counts()
RETURNS TABLE (
    pool varchar, kind varchar, priority smallint, state varchar, code text, jobs bigint,
    oldest_seconds double precision
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT j.pool, j.kind, j.priority, j.state, coalesce(j.error->>'code', ''), count(*),
        extract(epoch FROM now() - min(j.created_at))::double precision
    FROM jobs_job j
    WHERE j.state IN ('queued', 'running') OR j.finished_at > now() - interval '5 minutes'
    GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
$$;
REVOKE EXECUTE ON FUNCTION atrium.job_counts() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION atrium.job_counts() TO atrium_app;
"""


class Migration(migrations.Migration):
    dependencies = [("jobs", "0005_worker_orders")]
    operations = [
        migrations.AddField("job", "request", models.CharField(blank=True, db_default="", default="", max_length=36)),
        migrations.RunSQL(JOB_COUNTS, "DROP FUNCTION atrium.job_counts()"),
    ]
