from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("teams", "0003_second_factor")]
    operations = [
        migrations.AddField("team", "deleting_at", models.DateTimeField(null=True)),
        migrations.AddField("team", "deleting_of", models.PositiveIntegerField(db_default=0, default=0)),
    ]
