"""What becomes of events when a person or a whole team is gone."""

from django.db import migrations

TOMBSTONES = """
-- The acts of somebody who is no longer of the team: what was done and when stays, whose account did it goes.
CREATE FUNCTION atrium.scrub_events_of(person uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE audit_event SET user_id = NULL, data = '{}'
    WHERE team_id = (SELECT atrium.team()) AND user_id = person
    AND NOT EXISTS (SELECT FROM teams_membership m WHERE m.team_id = audit_event.team_id AND m.user_id = person)
    AND NOT EXISTS (SELECT FROM users_user u WHERE u.id = person AND u.deleting_at IS NULL);
END $$;

-- No sweep enters a team that is gone.
CREATE FUNCTION atrium.sweep_events_of_deleted_teams() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM audit_event WHERE at < now() - interval '2192 days'
    AND NOT EXISTS (SELECT FROM teams_team t WHERE t.id = audit_event.team_id);
END $$;

REVOKE EXECUTE ON FUNCTION atrium.scrub_events_of(uuid), atrium.sweep_events_of_deleted_teams() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION atrium.scrub_events_of(uuid), atrium.sweep_events_of_deleted_teams() TO atrium_app;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0005_sweeps")]
    operations = [
        migrations.RunSQL(
            TOMBSTONES,
            "DROP FUNCTION atrium.scrub_events_of(uuid); DROP FUNCTION atrium.sweep_events_of_deleted_teams()",
        )
    ]
