from django.db import migrations

# What the end of a case that the team asked anew leads to is a chore's affair: the dispatcher defers that one, in the
# transaction of the end, and can defer no other.
ENDED = """
CREATE FUNCTION atrium.replay_ended(team uuid, prediction uuid) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO procrastinate_jobs (queue_name, task_name, args)
    SELECT 'default', 'feedback.replay_ended',
        jsonb_build_object('team_id', team::text, 'prediction_id', prediction::text)
    FROM endpoints_prediction p WHERE p.id = prediction AND p.team_id = team AND p.author_kind = 'system'
$$;
REVOKE EXECUTE ON FUNCTION atrium.replay_ended(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION atrium.replay_ended(uuid, uuid) TO atrium_dispatcher;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("endpoints", "0005_quarantined"),
        ("procrastinate", "0041_post_retry_failed_job"),
    ]
    operations = [migrations.RunSQL(ENDED, "DROP FUNCTION atrium.replay_ended(uuid, uuid)")]
