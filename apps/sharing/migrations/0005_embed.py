import django.contrib.postgres.fields
from django.db import migrations, models

LINK_FRAMES = """
CREATE FUNCTION atrium.link_frames(link uuid) RETURNS TABLE (origins varchar[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT l.embed FROM sharing_link l WHERE l.id = link
$$;
REVOKE EXECUTE ON FUNCTION atrium.link_frames(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION atrium.link_frames(uuid) TO atrium_app;
"""


class Migration(migrations.Migration):
    dependencies = [("sharing", "0004_addresses")]
    operations = [
        migrations.AddField(
            model_name="link",
            name="embed",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=260), db_default=[], default=list, size=None
            ),
        ),
        migrations.RunSQL(LINK_FRAMES, "DROP FUNCTION atrium.link_frames(uuid)"),
    ]
