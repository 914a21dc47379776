"""Labels of a project's cases, found by their names."""

from .connection import Connection
from .errors import NotFound
from .named import Named, id_in, thing


def labels_of(connection: Connection, project_id: str) -> list[Named]:
    """Each with its name and id."""
    return [thing(form) for form in connection.pages(f"projects/{project_id}/labels", action="list the labels")]


def label_named(connection: Connection, project_id: str, name: str) -> Named:
    """Upper and lower case alike. Raises NotFound."""
    for label in labels_of(connection, project_id):
        if label.name.casefold() == name.casefold():
            return label
    raise NotFound(f"There is no label “{name}”. Make it with project.label(…, create=True).", code="not_found")


def label_id(connection: Connection, project_id: str, label: Named | str) -> str:
    """label: one of `project.labels()`, its name, or its id."""
    if not isinstance(label, str):
        return label.id
    return id_in(label) or label_named(connection, project_id, label).id
