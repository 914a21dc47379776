from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("users", "0002_ended_sessions")]
    operations = [migrations.AddField("user", "deleting_at", models.DateTimeField(null=True))]
