from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """The order of the inbox's list, and how many wait, read from an index, which is made beside what is written.

    One that was cut off stays behind, invalid; it is taken away first.
    """

    atomic = False
    dependencies = [("feedback", "0011_common_words")]
    operations = [
        migrations.RunSQL("SET statement_timeout = 0", "RESET statement_timeout"),
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS thread_waiting_first", migrations.RunSQL.noop),
        AddIndexConcurrently(
            "thread",
            models.Index(
                fields=["team_id", "project", "status", "-waiting", "-updated_at"], name="thread_waiting_first"
            ),
        ),
        migrations.RunSQL("RESET statement_timeout", "SET statement_timeout = 0"),
    ]
