from django.db import migrations

from atrium.tenancy.operations import TenantTable


class Migration(migrations.Migration):
    dependencies = [("analyses", "0001_initial"), ("datasets", "0002_walls")]
    operations = [
        TenantTable("Answer", dispatcher=("select", "update")),
        TenantTable("Slice"),
        TenantTable("SavedAnalysis"),
    ]
