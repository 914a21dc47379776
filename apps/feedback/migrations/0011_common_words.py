from django.db import migrations

# As before, the same cases; only the way to them differs. The index of words leads to every case that holds them, which
# of a word in nearly all cases is all there are, to be sorted and dropped. So a few hundred of the newest cases say how
# common the words are: where more than a quarter hold them, the others are looked at from the newest on, until there
# are enough.
SOUGHT = """
CREATE OR REPLACE FUNCTION atrium.cases_sought(project uuid, sought text, state text, most integer)
RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    mine uuid := atrium.team();
    query tsquery := atrium.words_sought(sought);
    looked integer;
    holding integer;
BEGIN
    IF numnode(query) = 0 THEN
        RETURN;
    END IF;
    SELECT count(*), count(*) FILTER (WHERE words @@ query) INTO looked, holding FROM (
        SELECT t.words FROM feedback_thread t
        WHERE t.team_id = mine AND t.project_id = project AND t.status = coalesce(nullif(state, ''), 'open')
        ORDER BY t.updated_at DESC LIMIT 300
    ) newest;
    IF holding * 4 > looked THEN
        RETURN QUERY SELECT id FROM (
            (SELECT t.id, t.words, t.updated_at FROM feedback_thread t
            WHERE t.team_id = mine AND t.project_id = project AND t.status = 'open' AND state IN ('', 'open')
            ORDER BY t.updated_at DESC)
            UNION ALL
            (SELECT t.id, t.words, t.updated_at FROM feedback_thread t
            WHERE t.team_id = mine AND t.project_id = project AND t.status = 'resolved' AND state IN ('', 'resolved')
            ORDER BY t.updated_at DESC)
            ORDER BY updated_at DESC OFFSET 0
        ) newest WHERE words @@ query LIMIT most;
    ELSE
        RETURN QUERY WITH said AS MATERIALIZED (
            SELECT t.id, t.team_id, t.project_id, t.status, t.updated_at FROM feedback_thread t
            WHERE t.words @@ (('''#' || project || '''')::tsquery && query)
        )
        SELECT said.id FROM said
        WHERE said.team_id = mine AND said.project_id = project AND (state = '' OR said.status = state)
        ORDER BY said.updated_at DESC LIMIT most;
    END IF;
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("feedback", "0010_withdrawn")]
    operations = [migrations.RunSQL(SOUGHT, migrations.RunSQL.noop)]
