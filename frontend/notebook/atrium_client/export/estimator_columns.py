"""Columns of an estimator that are inputs of their own: told from its steps, or from the rows of a file."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from atrium_client.errors import Invalid
from atrium_client.fields import Choice, Column, Field, Label, Number, Table, TableFile, Text
from atrium_client.files import unwrapped
from atrium_client.values import by_name, column_names


def parts(model: Any) -> Iterator[Any]:
    """The estimator and every fitted one inside it."""
    yield model
    for name in ("steps", "transformers_", "transformer_list"):
        for entry in getattr(model, name, ()):
            if not isinstance(entry[1], str):
                yield from parts(entry[1])
    for name in ("best_estimator_", "estimator_"):
        if (inner := getattr(model, name, None)) is not None:
            yield from parts(inner)


def of_steps(model: Any) -> list[Field]:
    """An input for each feature, where a step picks its columns by name; else none.

    A Choice where an encoder learned the column's categories, a Text where words are counted, a Number otherwise.
    """
    found: dict[str, Field] = {}
    for part in parts(model):
        for _, step, picked in getattr(part, "transformers_", ()):
            names = [picked] if isinstance(picked, str) else [] if isinstance(picked, slice) else list(picked)
            if all(isinstance(name, str) for name in names):
                found |= {name: _told(name, step, at, len(names)) for at, name in enumerate(names)}
    fitted = getattr(model, "feature_names_in_", None)
    if not found or fitted is None:
        return []
    return [found.get(str(name), Number(str(name))) for name in fitted]


def _told(name: str, step: Any, at: int, count: int) -> Field:
    for part in parts(step):
        categories = getattr(part, "categories_", None)
        if categories is not None and len(categories) == count:
            texts = [item for item in categories[at] if isinstance(item, str)]
            if texts:
                return Choice(name, choices=texts)
        if hasattr(part, "build_analyzer"):
            return Text(name)
    return Number(name)


def of_file(field: TableFile) -> list[Field]:
    """What the estimator takes of one row: an input for each column, or a Table where they are one tensor."""
    columns = [item if isinstance(item, Column) else Column(item) for item in field.columns]
    if field.tensors == "columns":
        return [_of_column(column, field) for column in columns]
    text = next((column.name for column in columns if column.type == "text"), None)
    if text is not None:
        raise Invalid(f"“{text}” is text, and “{field.name}” one tensor of numbers: declare it with tensors='columns'.")
    return [Table(field.tensor or field.name, columns=columns, dtype=field.dtype)]


def _of_column(column: Column, field: TableFile) -> Field:
    if column.choices:
        return Choice(column.name, choices=column.choices)
    if column.type == "text":
        return Text(column.name)
    return Number(column.name, minimum=column.minimum, default=column.default, dtype=field.dtype)


def first_row(field: TableFile, example: Any) -> Any:
    """The first row of an example that has no empty cell, as `of_file` declares it; None where there is none.

    Raises Invalid for a file, which the server alone reads.
    """
    rows = _rows(field, by_name([field], example)[field.name])
    for row in rows:
        given = {name: row[name] for name in column_names(field) if name in row}
        if not any(value is None or value != value for value in given.values()):  # NaN is not itself
            return given if field.tensors == "columns" else {field.tensor or field.name: given}
    return None


def _rows(field: TableFile, value: Any) -> Sequence[Mapping[str, Any]]:
    value = unwrapped(value)
    if hasattr(value, "iloc"):
        value = value.to_dict("records")
    elif hasattr(value, "to_dicts"):
        value = value.to_dicts()
    elif hasattr(value, "to_pylist"):
        value = value.to_pylist()
    if isinstance(value, Mapping):
        value = [value]
    if isinstance(value, list | tuple) and all(isinstance(row, Mapping) for row in value):
        return value
    raise Invalid(
        f"To compare the estimator with its export, give the example of “{field.name}” as a frame or a list of dicts, "
        "such as example=[pandas.read_csv('rows.csv')]."
    )


def for_rows(output: Field) -> Field:
    """What is answered to one case, answered to each row: a Table in the place of a Label, a Number, a Text."""
    if isinstance(output, Label):
        return Table(output.name, each="label", classes=output.classes, tensor=output.tensor)
    if isinstance(output, Number | Text):
        return Table(output.name, each="text" if isinstance(output, Text) else "number", tensor=output.tensor)
    return output
