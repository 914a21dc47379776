from django.db import migrations

from atrium.tenancy.operations import TenantTable


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial"), ("tenancy", "0001_team")]
    operations = [
        TenantTable("Event", append_only=True),
        migrations.RunSQL("REVOKE UPDATE, DELETE, TRUNCATE ON audit_accountevent FROM atrium_app", migrations.RunSQL.noop),
    ]
