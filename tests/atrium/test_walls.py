"""The two walls around tenant tables, tried as the application's own role."""

from uuid import UUID

import pytest
from django.db import IntegrityError, ProgrammingError, connection
from django.db.models import Model as DjangoModel

from apps.endpoints.models import Endpoint, Prediction
from apps.projects.models import Project
from apps.registry.models import Model, Version
from atrium.access.principals import System
from atrium.tenancy.context import NoTeam, WrongTeam, team_context
from atrium.tenancy.models import TeamForeignKey, TeamModel
from tests.people import Lab

NO_TEAM = "no team is set"
TENANT_FREE = {
    "account_emailaddress",
    "account_emailconfirmation",
    "audit_accountevent",
    "django_content_type",
    "django_migrations",
    "django_session",
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "jobs_worker",
    "jobs_workerorder",
    "mfa_authenticator",
    "procrastinate_events",
    "procrastinate_jobs",
    "procrastinate_periodic_defers",
    "procrastinate_workers",
    "users_unsentmail",
    "users_user",
    "usersessions_usersession",
}


def test_the_role_of_the_tests_is_walled_in() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == ("atrium_app", False, False)


class TestWithoutATeam:
    """A forgotten context is an error, never an empty answer."""

    def test_reading_raises(self, lab: Lab) -> None:
        with pytest.raises(ProgrammingError, match=NO_TEAM):
            list(Project.objects.all())

    def test_counting_raises(self, lab: Lab) -> None:
        with pytest.raises(ProgrammingError, match=NO_TEAM):
            Project.objects.count()

    def test_writing_raises_before_the_database_is_asked(self, lab: Lab) -> None:
        with pytest.raises(NoTeam):
            Project.objects.create(name="x", slug="x")

    def test_updating_raises(self, lab: Lab) -> None:
        with pytest.raises(ProgrammingError, match=NO_TEAM):
            Project.objects.update(name="x")

    def test_deleting_raises(self, lab: Lab) -> None:
        with pytest.raises(ProgrammingError, match=NO_TEAM):
            Project.objects.filter(pk=lab.project.pk).delete()

    def test_raw_sql_raises(self, lab: Lab) -> None:
        with pytest.raises(ProgrammingError, match=NO_TEAM), connection.cursor() as cursor:
            cursor.execute("SELECT * FROM projects_project")

    def test_a_context_leaves_nothing_behind_in_its_connection(self, lab: Lab) -> None:
        with team_context(lab.alice):
            assert Project.objects.count() == 1
        with pytest.raises(ProgrammingError, match=NO_TEAM):
            Project.objects.count()

    def test_a_failed_context_leaves_nothing_behind(self, lab: Lab) -> None:
        with pytest.raises(RuntimeError), team_context(lab.alice):
            raise RuntimeError
        with pytest.raises(ProgrammingError, match=NO_TEAM):
            Project.objects.count()


class TestContext:
    def test_joins_the_same_team(self, lab: Lab) -> None:
        with team_context(lab.alice), team_context(System(lab.team.pk, "test")):
            assert Project.objects.get() == lab.project

    def test_refuses_another_team_inside(self, lab: Lab, other_lab: Lab) -> None:
        with team_context(lab.alice), pytest.raises(WrongTeam), team_context(other_lab.alice):
            pass


class TestAnotherTeamsRows:
    """Every path on which the ORM reaches a row ends at the wall."""

    def test_are_not_found(self, lab: Lab, other_lab: Lab) -> None:
        with team_context(lab.alice):
            assert not Project.objects.filter(pk=other_lab.project.pk).exists()

    def test_are_not_reached_by_a_forward_key(self, lab: Lab, other_lab: Lab) -> None:
        with team_context(lab.alice):
            model = Model(project_id=other_lab.project.pk)
            with pytest.raises(Project.DoesNotExist):
                _ = model.project

    def test_are_not_joined_by_select_related(self, lab: Lab, other_lab: Lab) -> None:
        with team_context(lab.alice):
            found = Version.objects.select_related("model__project").filter(model__project__slug="films")
            assert {version.team_id for version in found} == {lab.team.pk}

    def test_are_not_refreshed(self, lab: Lab, other_lab: Lab) -> None:
        with team_context(lab.alice), pytest.raises(Project.DoesNotExist):
            other_lab.project.refresh_from_db()

    def test_are_not_saved(self, lab: Lab, other_lab: Lab) -> None:
        other_lab.project.name = "taken"
        with team_context(lab.alice), pytest.raises((ProgrammingError, IntegrityError)):
            other_lab.project.save()
        with team_context(other_lab.alice):
            assert Project.objects.get(pk=other_lab.project.pk).name == "Films"

    def test_are_not_updated_or_deleted(self, lab: Lab, other_lab: Lab) -> None:
        with team_context(lab.alice):
            assert Project.objects.filter(pk=other_lab.project.pk).update(name="taken") == 0
            assert Project.objects.filter(pk=other_lab.project.pk).delete()[0] == 0

    def test_are_not_reached_by_a_cascade(self, lab: Lab, other_lab: Lab) -> None:
        with team_context(other_lab.alice):
            before = Endpoint.objects.count()
        with team_context(lab.alice):
            other_lab.endpoint.predictions.all().delete()
            Endpoint.objects.filter(version=other_lab.version).delete()
        with team_context(other_lab.alice):
            assert Endpoint.objects.count() == before

    def test_are_not_created(self, lab: Lab, other_lab: Lab) -> None:
        with team_context(lab.alice), pytest.raises(ProgrammingError, match="row-level security"):
            Project.objects.create(team_id=other_lab.team.pk, name="x", slug="x")

    def test_are_not_created_in_bulk(self, lab: Lab, other_lab: Lab) -> None:
        row = Project(team_id=other_lab.team.pk, name="x", slug="x")
        with team_context(lab.alice), pytest.raises(ProgrammingError, match="row-level security"):
            Project.objects.bulk_create([row])

    def test_own_rows_are_not_given_away(self, lab: Lab, other_lab: Lab) -> None:
        with team_context(lab.alice), pytest.raises(ProgrammingError, match="row-level security"):
            Project.objects.filter(pk=lab.project.pk).update(team_id=other_lab.team.pk)

    def test_a_key_to_another_teams_row_is_refused_at_commit(self, lab: Lab, other_lab: Lab) -> None:
        """Plain foreign keys see past policies; the composite one, with the team in it, does not."""
        with pytest.raises(IntegrityError, match="_team"), team_context(lab.alice):
            Model.objects.create(project_id=other_lab.project.pk, name="x", slug="x")

    def test_a_bulk_insert_with_such_a_key_is_refused(self, lab: Lab, other_lab: Lab) -> None:
        with pytest.raises(IntegrityError, match="_team"), team_context(lab.alice):
            Model.objects.bulk_create([Model(project_id=other_lab.project.pk, name="x", slug="x")])

    def test_an_unguessed_id_tells_no_more_than_a_foreign_one(self, lab: Lab, other_lab: Lab) -> None:
        with team_context(lab.alice):
            for unknown in (other_lab.endpoint.pk, UUID(int=7)):
                assert Prediction.objects.filter(endpoint_id=unknown).count() == 0


class TestCatalogue:
    """What PostgreSQL itself says of every table."""

    @staticmethod
    def tables() -> dict[str, tuple[bool, bool, bool]]:
        """name -> (holds a team's rows, security enabled and forced, has a policy for the application)"""
        with connection.cursor() as cursor:
            cursor.execute(
                """
                SELECT c.relname,
                    EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'team_id'),
                    c.relrowsecurity AND c.relforcerowsecurity,
                    EXISTS (SELECT FROM pg_policy p JOIN pg_roles r ON r.oid = ANY (p.polroles)
                            WHERE p.polrelid = c.oid AND r.rolname = 'atrium_app'
                              AND pg_get_expr(p.polqual, p.polrelid) LIKE '%%atrium.team()%%'
                              AND pg_get_expr(p.polwithcheck, p.polrelid) LIKE '%%atrium.team()%%')
                FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')
                """
            )
            return {name: (team, forced, policy) for name, team, forced, policy in cursor.fetchall()}

    def test_every_tenant_table_has_a_forced_policy(self) -> None:
        tables = self.tables().items()
        assert [name for name, (team, forced, policy) in tables if team and not (forced and policy)] == []

    def test_every_other_table_is_on_the_list(self) -> None:
        others = {name for name, (team, _, _) in self.tables().items() if not team}
        assert others - {"teams_team"} == TENANT_FREE & others
        assert self.tables()["teams_team"] == (False, True, True)

    def test_every_team_key_has_its_composite_constraint(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT conname FROM pg_constraint WHERE contype = 'f' AND condeferrable")
            constraints = {row[0] for row in cursor.fetchall()}
        missing = [
            f"{model._meta.db_table}_{key.column}_team"
            for model in _subclasses(TeamModel)
            for key in model._meta.local_fields
            if isinstance(key, TeamForeignKey) and f"{model._meta.db_table}_{key.column}_team" not in constraints
        ]
        assert missing == []

    def test_audit_cannot_be_rewritten(self, lab: Lab) -> None:
        for statement in ("UPDATE audit_event SET what = 'x'", "DELETE FROM audit_event"):
            with (
                pytest.raises(ProgrammingError, match="permission denied"),
                team_context(lab.alice),
                connection.cursor() as cursor,
            ):
                cursor.execute(statement)


def _subclasses(base: type[DjangoModel]) -> list[type[DjangoModel]]:
    return [model for model in base.__subclasses__() if not model._meta.abstract and model.__module__ != "__fake__"]


class TestDeclaration:
    """A tenant table says how long its rows live, where they are exported, and how they are deleted."""

    @pytest.mark.parametrize("missing", ["retention", "export", "deletion"])
    def test_without_it_the_class_cannot_be_made(self, missing: str) -> None:
        declared = {"retention": 1, "export": None, "deletion": 1}
        del declared[missing]
        body = {"__module__": "apps.projects.models", "Tenancy": type("Tenancy", (), declared)}
        with pytest.raises(TypeError, match=missing):
            type("Loose", (TeamModel,), body)

    def test_without_any_the_class_cannot_be_made(self) -> None:
        with pytest.raises(TypeError, match="retention, export, deletion"):
            type("Looser", (TeamModel,), {"__module__": "apps.projects.models"})
