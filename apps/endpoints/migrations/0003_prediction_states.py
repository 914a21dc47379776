"""A prediction is never `running`: only its job is. Changes no table."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("endpoints", "0002_walls")]

    operations = [
        migrations.AlterField(
            model_name="prediction",
            name="state",
            field=models.CharField(
                choices=[
                    ("queued", "Queued"),
                    ("succeeded", "Succeeded"),
                    ("failed", "Failed"),
                    ("cancelled", "Cancelled"),
                ],
                default="queued",
                max_length=10,
            ),
        ),
    ]
