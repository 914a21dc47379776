from django.db import migrations

FORWARD = """
CREATE SCHEMA IF NOT EXISTS atrium;
GRANT USAGE ON SCHEMA atrium TO atrium_app, atrium_dispatcher, atrium_backup;

CREATE FUNCTION atrium.team() RETURNS uuid LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    team text := current_setting('atrium.team', true);
BEGIN
    IF team IS NULL OR team = '' THEN
        RAISE EXCEPTION 'no team is set: open team_context(principal) first' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN team::uuid;
END $$;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [migrations.RunSQL(FORWARD, "DROP SCHEMA atrium CASCADE")]
