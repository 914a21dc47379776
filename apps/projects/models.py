"""A team's work on one question."""

from django.db import models

from atrium.tenancy.models import Deletion, Retention, TeamModel


class Project(TeamModel):
    """Holds models, endpoints and their inbox. retention_days: how long unflagged predictions live."""

    slug = models.SlugField(max_length=60)
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    retention_days = models.PositiveIntegerField(default=90)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team_id", "slug"], name="project_slug_once")]

    class Tenancy:
        retention = Retention.TEAM
        export = "projects"
        deletion = Deletion.REMOVE

    def __str__(self) -> str:
        return self.name
