import django.contrib.postgres.fields
import django.db.models.deletion
import uuid6
from django.db import migrations, models

import atrium.tenancy.context
import atrium.tenancy.models
from atrium.tenancy.operations import TenantTable

# atrium.link_look_up stays, for processes of the release before while this one is deployed; the next one drops it.
LINK_AT = """
CREATE FUNCTION atrium.link_at(link uuid)
RETURNS TABLE (team_id uuid, endpoint_id uuid, project_id uuid, role smallint, expires_at timestamptz,
               revoked boolean, expired boolean, passcode varchar, addresses varchar[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT l.team_id, l.endpoint_id, e.project_id, l.role, l.expires_at, l.revoked_at IS NOT NULL,
           coalesce(l.expires_at <= now(), false), l.passcode, l.addresses
    FROM sharing_link l JOIN endpoints_endpoint e ON e.id = l.endpoint_id WHERE l.id = link
$$;
REVOKE EXECUTE ON FUNCTION atrium.link_at(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION atrium.link_at(uuid) TO atrium_app;
"""
ID = models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)
TEAM = models.UUIDField(default=atrium.tenancy.context.current_team_id, editable=False)


class Migration(migrations.Migration):
    dependencies = [("sharing", "0003_changed_roles"), ("teams", "0002_walls")]
    operations = [
        migrations.AddField(
            model_name="link",
            name="addresses",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.EmailField(max_length=254), db_default=[], default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="guestvisit",
            name="confirmed",
            field=models.EmailField(blank=True, db_default="", default="", max_length=254),
        ),
        migrations.CreateModel(
            name="MailedCode",
            fields=[
                ("id", ID.clone()),
                ("team_id", TEAM.clone()),
                ("email", models.EmailField(max_length=254)),
                ("code_hash", models.BinaryField(max_length=32)),
                ("wrong", models.SmallIntegerField(default=0)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "link",
                    atrium.tenancy.models.TeamForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="sharing.link"
                    ),
                ),
            ],
            options={"abstract": False},
        ),
        migrations.CreateModel(
            name="AccessRequest",
            fields=[
                ("id", ID.clone()),
                ("team_id", TEAM.clone()),
                ("name", models.CharField(max_length=120)),
                ("email", models.EmailField(max_length=254)),
                ("message", models.CharField(blank=True, max_length=500)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "answered_by",
                    atrium.tenancy.models.TeamForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="teams.membership",
                    ),
                ),
                (
                    "link",
                    atrium.tenancy.models.TeamForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="requests", to="sharing.link"
                    ),
                ),
                (
                    "new_link",
                    atrium.tenancy.models.TeamForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="sharing.link"
                    ),
                ),
            ],
            options={"abstract": False},
        ),
        TenantTable("MailedCode"),
        TenantTable("AccessRequest"),
        migrations.RunSQL(LINK_AT, "DROP FUNCTION atrium.link_at(uuid)"),
    ]
