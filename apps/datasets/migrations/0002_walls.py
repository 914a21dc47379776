from django.db import migrations

from atrium.tenancy.operations import TenantTable


class Migration(migrations.Migration):
    dependencies = [
        ("datasets", "0001_initial"),
        ("tenancy", "0001_team"),
        ("artifacts", "0002_walls"),
        ("projects", "0002_walls"),
    ]
    operations = [
        TenantTable("Dataset", dispatcher=("select",)),
        TenantTable("DatasetVersion", dispatcher=("select", "update")),
    ]
