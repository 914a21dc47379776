from django.db import migrations

from atrium.tenancy.operations import TenantTable


ENDED = """
CREATE FUNCTION atrium.prediction_ended(prediction uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM endpoints_prediction WHERE id = prediction AND state NOT IN ('queued', 'running'))
$$;
REVOKE EXECUTE ON FUNCTION atrium.prediction_ended(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION atrium.prediction_ended(uuid) TO atrium_app;
"""


class Migration(migrations.Migration):
    dependencies = [("endpoints", "0001_initial"), ("tenancy", "0001_team"), ("registry", "0002_walls")]
    operations = [
        TenantTable("Endpoint", dispatcher=("select",)),
        TenantTable("Prediction", dispatcher=("select", "update")),
        TenantTable("PredictionArtifact", dispatcher=("select", "insert")),
        TenantTable("Example"),
        migrations.RunSQL(ENDED, migrations.RunSQL.noop),
    ]
