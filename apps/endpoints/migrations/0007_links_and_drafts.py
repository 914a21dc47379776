from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """What came by a link, and live drafts, are few of many: each is found by an index, which is made beside what is
    written.

    One that was cut off stays behind, invalid; it is taken away first.
    """

    atomic = False
    dependencies = [("endpoints", "0006_replay_ended")]
    operations = [
        migrations.RunSQL("SET statement_timeout = 0", "RESET statement_timeout"),
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS prediction_of_link", migrations.RunSQL.noop),
        AddIndexConcurrently(
            "prediction",
            models.Index(
                fields=["team_id", "link_id"],
                name="prediction_of_link",
                condition=models.Q(kept=True, link_id__isnull=False),
            ),
        ),
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS prediction_draft", migrations.RunSQL.noop),
        AddIndexConcurrently(
            "prediction",
            models.Index(fields=["team_id", "created_at"], name="prediction_draft", condition=models.Q(kept=False)),
        ),
        migrations.RunSQL("RESET statement_timeout", "SET statement_timeout = 0"),
    ]
