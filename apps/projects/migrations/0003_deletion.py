from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("projects", "0002_walls")]
    operations = [
        migrations.AddField("project", "deleting_at", models.DateTimeField(null=True)),
        migrations.AddField("project", "deleting_of", models.PositiveIntegerField(db_default=0, default=0)),
    ]
