"""What operators want of workers: web writes it, the dispatcher ends it, nobody deletes it."""

import uuid6
from django.db import migrations, models

GRANTS = """
REVOKE DELETE ON jobs_workerorder FROM atrium_app;
GRANT SELECT, UPDATE ON jobs_workerorder TO atrium_dispatcher;
"""


class Migration(migrations.Migration):
    dependencies = [("jobs", "0004_queue_counts")]
    operations = [
        migrations.CreateModel(
            name="WorkerOrder",
            fields=[
                ("id", models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ("pool", models.CharField(max_length=60)),
                ("worker", models.CharField(max_length=80)),
                (
                    "what",
                    models.CharField(
                        choices=[("drain", "Drain"), ("quarantine", "Quarantine"), ("requeue", "Requeue")],
                        max_length=10,
                    ),
                ),
                ("user_id", models.UUIDField()),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("worker", "what"), name="worker_order_once"
                    )
                ],
            },
        ),
        migrations.RunSQL(GRANTS, migrations.RunSQL.noop),
    ]
