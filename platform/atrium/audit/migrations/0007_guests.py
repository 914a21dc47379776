from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """What guests did, for the page of their link, is found by an index, which is made beside what is written.

    One that was cut off stays behind, invalid; it is taken away first.
    """

    atomic = False
    dependencies = [("audit", "0006_tombstones")]
    operations = [
        migrations.RunSQL("SET statement_timeout = 0", "RESET statement_timeout"),
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS audit_guest", migrations.RunSQL.noop),
        AddIndexConcurrently(
            "event",
            models.Index(fields=["team_id", "who_id"], name="audit_guest", condition=models.Q(who="guest")),
        ),
        migrations.RunSQL("RESET statement_timeout", "SET statement_timeout = 0"),
    ]
