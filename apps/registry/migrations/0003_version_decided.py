from django.db import migrations

# What the end of an inspection leads to is a chore's affair: the dispatcher defers that one, in the transaction of the
# end, and can defer no other.
DECIDED = """
CREATE FUNCTION atrium.version_decided(team uuid, version uuid) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO procrastinate_jobs (queue_name, task_name, args)
    VALUES ('default', 'registry.version_decided',
        jsonb_build_object('team_id', team::text, 'version_id', version::text))
$$;
REVOKE EXECUTE ON FUNCTION atrium.version_decided(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION atrium.version_decided(uuid, uuid) TO atrium_dispatcher;
"""


class Migration(migrations.Migration):
    dependencies = [("registry", "0002_walls"), ("procrastinate", "0041_post_retry_failed_job")]
    operations = [migrations.RunSQL(DECIDED, "DROP FUNCTION atrium.version_decided(uuid, uuid)")]
