from django.db import migrations

from atrium.tenancy.operations import TenantTable


class Migration(migrations.Migration):
    dependencies = [("jobs", "0001_initial"), ("tenancy", "0001_team")]
    operations = [
        TenantTable("Job", dispatcher=("select", "update")),
        TenantTable("UsageEntry", dispatcher=("select", "insert")),
        TenantTable("Quota", dispatcher=("select", "update")),
        TenantTable("IdempotencyKey"),
    ]
