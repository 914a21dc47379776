"""Which bytes there are; `atrium.storage` moves them."""

from uuid import UUID

from django.db import models

from atrium.tenancy.models import Deletion, Retention, TeamModel


def key_of(team_id: UUID, artifact_id: UUID) -> str:
    """Where the bytes of an artifact lie in the store, also before it has a row."""
    return f"team/{team_id}/{artifact_id}"


class Artifact(TeamModel):
    """Bytes with their hash, size and type: small ones lie in the row, larger ones in S3 under `key`.

    upload: the store's id of an open multipart upload; empty once the bytes are complete.
    """

    sha256 = models.BinaryField(max_length=32)
    size = models.BigIntegerField()
    content_type = models.CharField(max_length=100)
    inline = models.BinaryField(null=True)
    upload = models.CharField(max_length=500, blank=True)
    part_size = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Tenancy:
        retention = Retention.PARENT
        export = None
        deletion = Deletion.REMOVE

    @property
    def key(self) -> str:
        """Where the bytes lie in the store."""
        return key_of(self.team_id, self.pk)
