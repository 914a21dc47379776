from django.db import migrations

# As before, and a case whose reviewer took back what it brought and said.
TOLD_SINCE = """
CREATE OR REPLACE FUNCTION atrium.told_since(teams uuid[], since timestamptz)
RETURNS TABLE (event_id uuid, team_id uuid, thread_id uuid, at timestamptz, replied boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT e.id, e.team_id, e.subject_id, e.at,
        e.what IN ('thread.resolved', 'thread.reopened')
        OR (e.what = 'thread.answered_anew' AND (e.data->>'told')::boolean)
        OR (e.what = 'thread.wrote' AND e.who <> 'guest' AND NOT (e.data->>'internal')::boolean)
    FROM audit_event e
    WHERE e.team_id = ANY(teams) AND e.at > since AND e.what IN ('thread.wrote', 'thread.assigned', 'thread.resolved',
        'thread.reopened', 'thread.labelled', 'thread.unlabelled', 'thread.set_due', 'thread.answered_anew',
        'thread.withdrawn')
    UNION ALL
    SELECT e.id, e.team_id, f.thread_id, e.at, false
    FROM audit_event e JOIN LATERAL (
        SELECT thread_id FROM feedback_flag WHERE prediction_id = e.subject_id AND team_id = e.team_id LIMIT 1
    ) f ON true
    WHERE e.team_id = ANY(teams) AND e.at > since AND e.what = 'prediction.flagged'
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("feedback", "0009_replays"), ("audit", "0006_tombstones")]
    operations = [migrations.RunSQL(TOLD_SINCE, migrations.RunSQL.noop)]
