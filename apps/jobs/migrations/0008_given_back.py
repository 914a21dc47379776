from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("jobs", "0007_usage_of_version")]
    operations = [
        migrations.AddField("job", "given_back", models.SmallIntegerField(default=0, db_default=0)),
    ]
