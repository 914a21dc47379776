from django.db import migrations

from atrium.tenancy.operations import TenantTable

OPEN_RUNS = """
CREATE FUNCTION atrium.open_runs() RETURNS TABLE (team_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.team_id, r.id FROM datasets_predictionrun r WHERE r.ended_at IS NULL ORDER BY r.id
$$;
REVOKE EXECUTE ON FUNCTION atrium.open_runs() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION atrium.open_runs() TO atrium_app;
"""
GOES_ON = """
CREATE FUNCTION atrium.defer_run(team uuid, run uuid) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO procrastinate_jobs (queue_name, task_name, args)
    VALUES ('default', 'datasets.advance_run', jsonb_build_object('team_id', team::text, 'run_id', run::text))
$$;
REVOKE EXECUTE ON FUNCTION atrium.defer_run(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION atrium.defer_run(uuid, uuid) TO atrium_dispatcher;
"""


class Migration(migrations.Migration):
    """What a part's end leads to is a chore's affair: the dispatcher defers that one, in the transaction of the end, and
    can defer no other."""

    dependencies = [
        ("datasets", "0003_runs"),
        ("tenancy", "0001_team"),
        ("artifacts", "0002_walls"),
        ("registry", "0002_walls"),
        ("procrastinate", "0041_post_retry_failed_job"),
    ]
    operations = [
        TenantTable("PredictionRun", dispatcher=("select", "update")),
        TenantTable("RunPart", dispatcher=("select", "update")),
        migrations.RunSQL(OPEN_RUNS, "DROP FUNCTION atrium.open_runs()"),
        migrations.RunSQL(GOES_ON, "DROP FUNCTION atrium.defer_run(uuid, uuid)"),
    ]
