"""The migration operation that puts up both walls around a tenant table."""

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from .models import TeamForeignKey


class TenantTable(Operation):
    """Row-level security, forced, with a policy for each role, and a composite key for each TeamForeignKey.

    column: the one that holds the team (a team's own row: `id`). append_only: the application may insert and read.
    dispatcher: what the dispatcher's role may do, of "select", "insert", "update". Running it again after a field was
    added puts up what is missing.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(
        self, name: str, *, column: str = "team_id", append_only: bool = False, dispatcher: tuple[str, ...] = ()
    ) -> None:
        self.name, self.column, self.append_only, self.dispatcher = name, column, append_only, tuple(dispatcher)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        kwargs: dict[str, Any] = {}
        if self.column != "team_id":
            kwargs["column"] = self.column
        if self.append_only:
            kwargs["append_only"] = True
        if self.dispatcher:
            kwargs["dispatcher"] = self.dispatcher
        return (self.__class__.__qualname__, [self.name], kwargs)

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """It changes nothing that Django's state knows."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        model = to_state.apps.get_model(app_label, self.name)
        table = model._meta.db_table
        execute = schema_editor.execute
        mine = f"{self.column} = (select atrium.team())"
        execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
        policies = {
            "team": ("ALL", "atrium_app", mine, mine),
            "owner": ("ALL", "atrium_owner", "true", "true"),
            "backup": ("SELECT", "atrium_backup", "true", ""),
        }
        if self.dispatcher:
            policies["dispatcher"] = ("ALL", "atrium_dispatcher", "true", "true")
        for policy, (command, role, using, check) in policies.items():
            execute(f'DROP POLICY IF EXISTS {policy} ON "{table}"')
            checked = f" WITH CHECK ({check})" if check else ""
            execute(f'CREATE POLICY {policy} ON "{table}" FOR {command} TO {role} USING ({using}){checked}')
        if self.append_only:
            execute(f'REVOKE UPDATE, DELETE, TRUNCATE ON "{table}" FROM atrium_app')
        execute(f'GRANT SELECT ON "{table}" TO atrium_backup')
        if self.dispatcher:
            execute(f'GRANT {", ".join(self.dispatcher).upper()} ON "{table}" TO atrium_dispatcher')
        if self.column == "team_id":
            self._keys(schema_editor, model, table)

    def _keys(self, schema_editor: BaseDatabaseSchemaEditor, model: Any, table: str) -> None:
        wanted = {f"{table}_team_key": "UNIQUE (id, team_id)"}
        for field in model._meta.local_fields:
            if isinstance(field, TeamForeignKey):
                target = field.related_model._meta.db_table
                key = f'FOREIGN KEY ("{field.column}", team_id) REFERENCES "{target}" (id, team_id)'
                wanted[f"{table}_{field.column}_team"] = f"{key} DEFERRABLE INITIALLY DEFERRED"
        for name, definition in wanted.items():
            with schema_editor.connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_constraint WHERE conname = %s", [name])
                exists = cursor.fetchone()
            if not exists:
                schema_editor.execute(f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" {definition}')

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Dropping the table, which comes next when a migration is undone, takes the walls with it."""

    def describe(self) -> str:
        return f"Wall in the tenant table {self.name}"
