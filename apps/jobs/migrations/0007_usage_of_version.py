from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """The ledger is written by every request: its index is made beside that, in no transaction and without haste.

    One that was cut off stays behind, invalid; it is taken away first.
    """

    atomic = False
    dependencies = [("jobs", "0006_request_and_counts")]
    operations = [
        migrations.RunSQL("SET statement_timeout = 0", "RESET statement_timeout"),
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS usage_of_version", migrations.RunSQL.noop),
        AddIndexConcurrently(
            "usageentry", models.Index(fields=["team_id", "version_id", "-id"], name="usage_of_version")
        ),
        migrations.RunSQL("RESET statement_timeout", "SET statement_timeout = 0"),
    ]
