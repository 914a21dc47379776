"""Which row of which table a case is."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("endpoints", "0003_prediction_states")]

    operations = [migrations.AddField("prediction", "came_from", models.JSONField(null=True))]
