"""A team's work on one question."""

from django.db import models

from atrium.tenancy.models import Deletion, Retention, TeamModel


class Living(models.Manager["Project"]):
    """Projects that nobody asked to delete. The others, and what hangs on them, are found nowhere meanwhile.

    What is looked up past its project says so itself: `filter(project__deleting_at=None)`.
    """

    def get_queryset(self) -> models.QuerySet["Project"]:
        return super().get_queryset().filter(deleting_at=None)


class Project(TeamModel):
    """Holds models, endpoints and their inbox. retention_days: how long unflagged predictions live. guests_explain:
    whether guests with the role `review` may ask why.

    deleting_at: when its deletion was asked for. deleting_of: how many predictions it held then, for the progress.
    """

    slug = models.SlugField(max_length=60)
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    retention_days = models.PositiveIntegerField(default=90)
    guests_explain = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    deleting_at = models.DateTimeField(null=True)
    deleting_of = models.PositiveIntegerField(default=0, db_default=0)

    objects = Living()
    everywhere = models.Manager["Project"]()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team_id", "slug"], name="project_slug_once")]

    class Tenancy:
        retention = Retention.TEAM
        export = None
        deletion = Deletion.REMOVE

    def __str__(self) -> str:
        return self.name
