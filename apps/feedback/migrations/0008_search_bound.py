from django.db import migrations

# As `cases_found`, but no more than `most`: those that changed last. A word that stands in nearly every case of a large
# inbox would else lead to all of them, to be ranked and sorted. state: open, resolved, or both where empty.
# `cases_found` stays for the release before.
SOUGHT = """
CREATE FUNCTION atrium.cases_sought(project uuid, sought text, state text, most integer) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH said AS MATERIALIZED (
        SELECT id, team_id, project_id, status, updated_at FROM feedback_thread
        WHERE words @@ (('''#' || project || '''')::tsquery && atrium.words_sought(sought))
    )
    SELECT id FROM said
    WHERE team_id = atrium.team() AND project_id = project AND (state = '' OR status = state)
        AND numnode(atrium.words_sought(sought)) > 0
    ORDER BY updated_at DESC LIMIT most
$$;
REVOKE EXECUTE ON FUNCTION atrium.cases_sought(uuid, text, text, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION atrium.cases_sought(uuid, text, text, integer) TO atrium_app;
"""

# Labels and due dates are told to open pages too.
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
        'thread.reopened', 'thread.labelled', 'thread.unlabelled', 'thread.set_due', 'thread.answered_anew')
    UNION ALL
    SELECT e.id, e.team_id, f.thread_id, e.at, false
    FROM audit_event e JOIN LATERAL (
        SELECT thread_id FROM feedback_flag WHERE prediction_id = e.subject_id AND team_id = e.team_id LIMIT 1
    ) f ON true
    WHERE e.team_id = ANY(teams) AND e.at > since AND e.what = 'prediction.flagged'
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("feedback", "0007_labels"), ("audit", "0006_tombstones")]
    operations = [
        migrations.RunSQL(SOUGHT, "DROP FUNCTION atrium.cases_sought(uuid, text, text, integer)"),
        migrations.RunSQL(TOLD_SINCE, migrations.RunSQL.noop),
    ]
