from django.db import migrations

# What is said of a case, as one text to search: kept by triggers, so that whoever writes, renames or takes back cannot
# forget it. `#` and the project's id stand in it too: no word begins so, and the index finds one project's cases by it.
# A text search under row-level security uses no index (`@@` is not leakproof), so `cases_found` runs as the owner and
# asks for the team itself. 'simple', because reviewers write in their own languages.
SEARCH = """
ALTER TABLE feedback_thread ADD COLUMN words tsvector;
CREATE INDEX thread_words ON feedback_thread USING gin (words);

CREATE FUNCTION atrium.gather_words(threads uuid[]) RETURNS void
LANGUAGE sql SET search_path = public, pg_temp AS $$
    UPDATE feedback_thread t SET words = array_to_tsvector(ARRAY['#' || t.project_id])
        || setweight(to_tsvector('simple', left(coalesce(f.sentences, ''), 100000)), 'A')
        || setweight(to_tsvector('simple', left(coalesce(m.bodies, ''), 100000)), 'B')
        || setweight(to_tsvector('simple', left(concat_ws(' ', e.name, f.people, m.people), 20000)), 'C')
    FROM feedback_thread one
    JOIN endpoints_endpoint e ON e.id = one.endpoint_id
    CROSS JOIN LATERAL (
        SELECT string_agg(concat_ws(' ', message, (
                SELECT string_agg(value, ' ') FROM jsonb_each_text(
                    CASE WHEN jsonb_typeof(correction) = 'object' THEN correction END)
            ), (
                SELECT string_agg(mark->>'note', ' ') FROM jsonb_array_elements(
                    CASE WHEN jsonb_typeof(marks) = 'array' THEN marks END) mark
            )), ' ' ORDER BY created_at DESC) AS sentences,
            string_agg(DISTINCT reviewer_name, ' ') AS people
        FROM feedback_flag WHERE thread_id = one.id AND team_id = one.team_id
    ) f
    CROSS JOIN LATERAL (
        SELECT string_agg(body, ' ' ORDER BY created_at DESC) AS bodies, string_agg(DISTINCT author_name, ' ') AS people
        FROM feedback_message WHERE thread_id = one.id AND team_id = one.team_id
    ) m
    WHERE one.id = ANY(threads) AND t.id = one.id
$$;

CREATE FUNCTION atrium.said_in_thread() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM atrium.gather_words(ARRAY[OLD.thread_id, NEW.thread_id]);
    RETURN NULL;
END $$;
CREATE TRIGGER words AFTER INSERT OR UPDATE OR DELETE ON feedback_flag
    FOR EACH ROW EXECUTE FUNCTION atrium.said_in_thread();
CREATE TRIGGER words AFTER INSERT OR UPDATE OR DELETE ON feedback_message
    FOR EACH ROW EXECUTE FUNCTION atrium.said_in_thread();

CREATE FUNCTION atrium.endpoint_renamed() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM atrium.gather_words(array_agg(id)) FROM feedback_thread WHERE endpoint_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER words AFTER UPDATE OF name ON endpoints_endpoint
    FOR EACH ROW WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION atrium.endpoint_renamed();

-- Each word from its beginning; "two words" beside each other, `or`, and - for what must not be there.
CREATE FUNCTION atrium.words_sought(given text) RETURNS tsquery
LANGUAGE sql IMMUTABLE SET search_path = public, pg_temp AS $$
    SELECT regexp_replace(websearch_to_tsquery('simple', given)::text, '''( |$)', ''':*\\1', 'g')::tsquery
$$;

CREATE FUNCTION atrium.cases_found(project uuid, sought text) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH said AS MATERIALIZED (
        SELECT id, team_id, project_id FROM feedback_thread
        WHERE words @@ (('''#' || project || '''')::tsquery && atrium.words_sought(sought))
    )
    SELECT id FROM said
    WHERE team_id = atrium.team() AND project_id = project AND numnode(atrium.words_sought(sought)) > 0
$$;
REVOKE EXECUTE ON FUNCTION atrium.cases_found(uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION atrium.cases_found(uuid, text) TO atrium_app;

SELECT atrium.gather_words(array_agg(id)) FROM feedback_thread;
"""
UNDO = """
DROP FUNCTION atrium.cases_found(uuid, text);
DROP FUNCTION atrium.words_sought(text);
DROP TRIGGER words ON endpoints_endpoint;
DROP FUNCTION atrium.endpoint_renamed();
DROP TRIGGER words ON feedback_message;
DROP TRIGGER words ON feedback_flag;
DROP FUNCTION atrium.said_in_thread();
DROP FUNCTION atrium.gather_words(uuid[]);
DROP INDEX thread_words;
ALTER TABLE feedback_thread DROP COLUMN words;
"""


class Migration(migrations.Migration):
    dependencies = [("feedback", "0003_told_since"), ("endpoints", "0002_walls")]
    operations = [migrations.RunSQL(SEARCH, UNDO)]
