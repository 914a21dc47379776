from django.db import migrations

from atrium.tenancy.operations import TenantTable


class Migration(migrations.Migration):
    dependencies = [("projects", "0001_initial"), ("tenancy", "0001_team")]
    operations = [
        TenantTable("Project"),
    ]
