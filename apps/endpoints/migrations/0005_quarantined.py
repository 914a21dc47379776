"""Studies kept aside because somebody may be named in their pixels."""

import atrium.tenancy.context
import atrium.tenancy.models
import django.db.models.deletion
import uuid6
from django.db import migrations, models

from atrium.tenancy.operations import TenantTable


class Migration(migrations.Migration):

    dependencies = [
        ('artifacts', '0002_walls'),
        ('endpoints', '0004_prediction_came_from'),
    ]

    operations = [
        migrations.CreateModel(
            name='Quarantined',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('team_id', models.UUIDField(default=atrium.tenancy.context.current_team_id, editable=False)),
                ('author_kind', models.CharField(max_length=8)),
                ('author_id', models.UUIDField()),
                ('link_id', models.UUIDField(null=True)),
                ('input', models.CharField(max_length=120)),
                ('facts', models.JSONField()),
                ('reasons', models.JSONField()),
                ('boxes', models.JSONField(default=list)),
                ('frame', models.PositiveIntegerField(default=0)),
                ('state', models.CharField(choices=[('held', 'Held'), ('ready', 'Ready')], default='held', max_length=10)),
                ('released_by', models.UUIDField(null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('ends_at', models.DateTimeField()),
                ('artifact', atrium.tenancy.models.TeamForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='artifacts.artifact')),
                ('endpoint', atrium.tenancy.models.TeamForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='quarantined', to='endpoints.endpoint')),
            ],
            options={
                'indexes': [models.Index(fields=['team_id', 'ends_at'], name='quarantined_over'), models.Index(fields=['team_id', 'author_id'], name='quarantined_by')],
            },
        ),
        TenantTable("Quarantined"),
    ]
