from django.db import migrations

from atrium.tenancy.operations import TenantTable


class Migration(migrations.Migration):
    dependencies = [("feedback", "0001_initial"), ("tenancy", "0001_team"), ("endpoints", "0002_walls"), ("teams", "0002_walls")]
    operations = [
        TenantTable("Thread"),
        TenantTable("Flag"),
        TenantTable("Message"),
    ]
