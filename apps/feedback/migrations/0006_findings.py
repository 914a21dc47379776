"""What a reviewer says of each finding of an answer, and what the model missed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("feedback", "0005_saved_views")]

    operations = [
        migrations.AddField("flag", "findings", models.JSONField(default=list, db_default=[])),
        migrations.AddField("flag", "added", models.JSONField(default=list, db_default=[])),
    ]
