from django.db import migrations

SWEEPS = """
CREATE FUNCTION atrium.sweep_events() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DELETE FROM audit_event WHERE team_id = (SELECT atrium.team()) AND at < now() - interval '2192 days'
$$;

CREATE FUNCTION atrium.sweep_account_events() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DELETE FROM audit_accountevent WHERE at < now() - interval '2192 days'
$$;

REVOKE EXECUTE ON FUNCTION atrium.sweep_events(), atrium.sweep_account_events() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION atrium.sweep_events(), atrium.sweep_account_events() TO atrium_app;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0004_changed_members")]
    operations = [
        migrations.RunSQL(SWEEPS, "DROP FUNCTION atrium.sweep_events(); DROP FUNCTION atrium.sweep_account_events()")
    ]
