"""What was judged: pictures with the edits and marks that lie on them, and inputs that are no pictures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from apps.endpoints.models import Prediction
from apps.endpoints.presentation import Addresses
from apps.endpoints.words import counted, edit_words, edited, file_words, mark_words
from apps.registry.inputs import is_file, seen

from .findings import outlines_of
from .models import Flag


@dataclass(frozen=True, slots=True)
class PictureShown:
    """replay: JSON from which the page draws the steps. shown: the end state, for a page without scripts. found: how
    many outlines lie on it."""

    title: str
    shown: str
    width: int
    height: int
    edits: tuple[tuple[str, str], ...]
    marks: tuple[tuple[str, str], ...]
    replay: str
    found: int = 0

    @property
    def alt(self) -> str:
        edits = ", ".join(words for _, words in self.edits) or "as received"
        return f"{self.title}, {edits}; {counted(len(self.marks), 'mark')}"


@dataclass(frozen=True, slots=True)
class FileShown:
    """A recording, a series or a study, as the model was given it: a small picture of it, and its bytes."""

    title: str
    kind: str
    url: str
    picture: str
    told: str
    edits: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class PlainShown:
    """A text, a number, a choice, or a table's row. was: the original's value where it differs."""

    title: str
    kind: str
    value: str
    was: str
    rows: tuple[tuple[str, str, str], ...] = ()


def pictures_of(prediction: Prediction, flag: Flag | None, addresses: Addresses) -> list[PictureShown]:
    """One for each image input; an edit or mark without an input's name lies on the first. flag: what is said of the
    answer; None where nothing of the answer is drawn."""
    marks = flag.marks if flag else []
    images = {name: value for name, value in prediction.inputs.items() if value["kind"] == "image"}
    first, kinds = next(iter(images), ""), {name: value["kind"] for name, value in prediction.inputs.items()}
    titles = titles_of(prediction)
    found = []
    for name, value in images.items():
        edits = [edit for edit in prediction.edits if edited(edit, kinds) == name]
        mine = [mark for mark in marks if (mark.get("input") or first) == name]
        width, height = value["width"], value["height"]
        original = addresses.file(value["original"])
        rendered = addresses.file(value["rendered"]) if "rendered" in value else ""
        found_on = outlines_of(flag, name) if flag else []
        replay = {
            "original": original,
            "rendered": rendered,
            "width": width,
            "height": height,
            "edits": edits,
            "marks": mine,
            "found": found_on,
            "words": [edit_words(edit)[1] for edit in edits],
        }
        found.append(
            PictureShown(
                titles.get(name, name),
                rendered or original,
                width,
                height,
                tuple(edit_words(edit) for edit in edits),
                tuple((mark_words(mark, width, height), mark.get("note", "")) for mark in mine),
                msgspec.json.encode(replay).decode(),
                len(found_on),
            )
        )
    return found


def files_of(prediction: Prediction, addresses: Addresses) -> list[FileShown]:
    """The inputs that are files and no pictures."""
    kinds = {name: value["kind"] for name, value in prediction.inputs.items()}
    titles = titles_of(prediction)
    return [
        FileShown(
            titles.get(name, name),
            value["kind"],
            addresses.file(seen(value)),
            addresses.thumbnail(seen(value)),
            file_words(value),
            tuple(edit_words(edit) for edit in prediction.edits if edited(edit, kinds) == name),
        )
        for name, value in prediction.inputs.items()
        if is_file(value) and value["kind"] != "image"
    ]


def plain_of(prediction: Prediction, original: Prediction | None) -> list[PlainShown]:
    """The inputs that are no files, with what the original held."""
    fields = {field["name"]: field for field in _inputs(prediction)}
    found = []
    for name, value in prediction.inputs.items():
        if is_file(value):
            continue
        field = fields.get(name, {})
        title, now = field.get("title") or name, seen(value)
        before = (original or prediction).inputs.get(name, {}).get("value", now)
        if isinstance(now, list):
            row = before if isinstance(before, list) and len(before) == len(now) else now
            columns = field.get("columns") or [{"name": str(number + 1)} for number in range(len(now))]
            cells = zip(columns, now, row, strict=False)
            found.append(PlainShown(title, "table", "", "", tuple(_cell(*cell) for cell in cells)))
        else:
            unit = field.get("unit", "")
            found.append(
                PlainShown(title, value["kind"], _said(now, unit), "" if before == now else _said(before, unit))
            )
    return found


def _cell(column: Mapping[str, Any], now: Any, was: Any) -> tuple[str, str, str]:
    """(name, value, the original's value where it differs) of one column; a choice is kept as its index."""

    def said(value: Any) -> str:
        choices = column.get("choices") or ()
        return (
            choices[int(value)] if choices and 0 <= int(value) < len(choices) else _said(value, column.get("unit", ""))
        )

    return column["name"], said(now), "" if now == was else said(was)


def _said(value: Any, unit: str = "") -> str:
    return f"{f'{value:g}' if isinstance(value, float) else value} {unit}".strip()


def _inputs(prediction: Prediction) -> Sequence[Mapping[str, Any]]:
    inputs: Sequence[Mapping[str, Any]] = (prediction.version.interface or {}).get("inputs", ())
    return inputs


def titles_of(prediction: Prediction) -> dict[str, str]:
    return {field["name"]: field.get("title") or field["name"] for field in _inputs(prediction)}
