import atrium.tenancy.context
import atrium.tenancy.models
import django.db.models.deletion
import uuid6
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('endpoints', '0004_prediction_came_from'),
    ]

    operations = [
        migrations.CreateModel(
            name='Explanation',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('team_id', models.UUIDField(default=atrium.tenancy.context.current_team_id, editable=False)),
                ('question', models.JSONField()),
                ('asked_sha256', models.BinaryField(max_length=32)),
                ('state', models.CharField(choices=[('queued', 'Queued'), ('succeeded', 'Succeeded'), ('failed', 'Failed'), ('cancelled', 'Cancelled')], default='queued', max_length=10)),
                ('calls', models.PositiveIntegerField()),
                ('expected_ms', models.PositiveIntegerField()),
                ('result', models.JSONField(null=True)),
                ('overlay_id', models.UUIDField()),
                ('error', models.JSONField(null=True)),
                ('timings', models.JSONField(null=True)),
                ('asker_kind', models.CharField(max_length=8)),
                ('asker_id', models.UUIDField()),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('prediction', atrium.tenancy.models.TeamForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='explanations', to='endpoints.prediction')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('team_id', 'prediction', 'asked_sha256'), name='explanation_once')],
            },
        ),
    ]
