from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_removed_members")]
    operations = [
        migrations.RemoveIndex(model_name="event", name="audit_removed"),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(("what__in", ["member.removed", "member.changed_role"])),
                fields=["at"],
                name="audit_member_changed",
            ),
        ),
    ]
