from django.db import migrations

from atrium.tenancy.operations import TenantTable


class Migration(migrations.Migration):
    dependencies = [("endpoints", "0001_initial"), ("tenancy", "0001_team"), ("registry", "0002_walls")]
    operations = [
        TenantTable("Endpoint", dispatcher=("select",)),
        TenantTable("Prediction", dispatcher=("select", "update")),
        TenantTable("PredictionArtifact", dispatcher=("select", "insert")),
        TenantTable("Example"),
    ]
