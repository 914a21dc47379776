from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("analyses", "0002_walls")]
    operations = [migrations.AddField("answer", "asker_id", models.UUIDField(null=True))]
