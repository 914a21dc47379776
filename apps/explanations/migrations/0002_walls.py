from django.db import migrations

from atrium.tenancy.operations import TenantTable


class Migration(migrations.Migration):
    dependencies = [("explanations", "0001_initial"), ("endpoints", "0002_walls")]
    operations = [TenantTable("Explanation", dispatcher=("select", "update"))]
