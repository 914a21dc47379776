"""An ONNX file made fit to leave its author's machine: weights folded in, stack traces, notes and home paths out.

Field numbers are those of onnx.proto3 (ONNX 1.23).
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from atrium_client.errors import Invalid, Rejected

from .wire import Field, Malformed, Source, Span, fields, header

LARGEST = 2**31 - 1  # protobuf's own limit for one message
_DEEPEST = 64
_Piece = bytes | Span

_DROP, _NOTES, _TENSOR = "drop", "notes", "tensor"
_SCHEMA: dict[str, dict[int, str]] = {
    "model": {6: "text", 7: "graph", 14: "metadata", 20: "training", 25: "function"},
    "training": {1: "graph", 2: "graph"},
    "graph": {
        1: "node", 5: _TENSOR, 10: _DROP, 11: "value", 12: "value", 13: "value", 15: "sparse", 16: _NOTES,
    },
    "node": {5: "attribute", 6: _DROP, 9: _NOTES},
    "attribute": {5: _TENSOR, 6: "graph", 10: _TENSOR, 11: "graph", 13: _DROP, 22: "sparse", 23: "sparse"},
    "sparse": {1: _TENSOR, 2: _TENSOR},
    "value": {3: _DROP, 4: _NOTES},
    "function": {7: "node", 8: _DROP, 11: "attribute", 12: "value", 14: _NOTES},
    _TENSOR: {12: _DROP, 16: _NOTES},
}  # fmt: skip
_EXTERNAL_DATA, _DATA_LOCATION, _RAW_DATA = 13, 14, 9


@dataclass
class Cleaned:
    """A cleaned file: its size in bytes and sha256, and what was done to it.

    removed: doc strings, notes and metadata taken out. folded: tensors fetched from files beside it.
    mentions: how often a home path still occurs, in names that the model itself needs.
    """

    path: Path
    size: int = 0
    sha256: str = ""
    removed: int = 0
    folded: int = 0
    mentions: int = 0
    _digest: "hashlib._Hash" = field(default_factory=hashlib.sha256, repr=False)


def clean(model: Path | bytes, target: Path, *, private: Sequence[str] | None = None) -> Cleaned:
    """Write the model to `target`, cleaned, in memory that does not grow with it.

    private: paths that must not leave the machine, by default the home and the working folder.
    Raises Invalid for what is no ONNX file or whose weights are missing, Rejected beyond 2 GiB.
    """
    paths = [str(Path.home()), str(Path.cwd())] if private is None else list(private)
    needles = [path.encode() for path in dict.fromkeys(paths) if len(path) > 1]
    try:
        source = Source(model)
    except OSError as error:
        raise Invalid(f"“{error.filename}” cannot be read: {error.strerror or error}.") from None
    job = _Cleaning(source, needles, model.parent if isinstance(model, Path) else None, Cleaned(target))
    try:
        pieces, size = job.message("model", 0, source.size, 0)
        if size > LARGEST:
            raise Rejected(
                f"With its weights the model has {size / 2**30:.1f} GiB, and an ONNX file ends at 2 GiB. "
                "Save it in half precision or quantized.",
                rule="too_large",
            )
        if not job.saw_graph:
            raise Malformed("it has no graph")
        _write(pieces, job.result, needles)
    except Malformed as error:
        name = f"“{model.name}”" if isinstance(model, Path) else "What was given"
        raise Invalid(f"{name} is no ONNX model ({error}). Save it again with `onnx.save`.") from None
    finally:
        job.close()
    return job.result


class _Cleaning:
    """One pass over a model: which bytes stay, which go, which come from elsewhere."""

    def __init__(self, source: Source, needles: Sequence[bytes], folder: Path | None, result: Cleaned) -> None:
        self.source = source
        self.needles = needles
        self.folder = folder
        self.result = result
        self.saw_graph = False
        self._weights: dict[Path, Source] = {}

    def close(self) -> None:
        for source in (self.source, *self._weights.values()):
            source.close()

    def message(self, kind: str, start: int, end: int, depth: int) -> tuple[list[_Piece], int]:
        """The pieces of one message after cleaning and their length in bytes."""
        if depth > _DEEPEST:
            raise Malformed("it is nested too deeply")
        found = list(fields(self.source, start, end)) if kind == _TENSOR else fields(self.source, start, end)
        if isinstance(found, list) and any(item.number == _DATA_LOCATION and item.value == 1 for item in found):
            return self._folded(found, depth)
        pieces: list[_Piece] = []
        kept = start  # what lies from here to the current field is kept as it is
        for item in found:
            replaced = self._field(_SCHEMA[kind].get(item.number), item, depth)
            if replaced is None:
                continue
            if item.start > kept:
                pieces.append(Span(self.source, kept, item.start - kept))
            pieces.extend(replaced)
            kept = item.end
        if end > kept:
            pieces.append(Span(self.source, kept, end - kept))
        return pieces, sum(map(_length, pieces))

    def _field(self, rule: str | None, item: Field, depth: int) -> list[_Piece] | None:
        """What replaces a field, or None to keep it."""
        if rule is None or item.wire != 2:
            return None
        if rule == "graph":
            self.saw_graph = True
        drop = (
            (rule == _DROP and item.end > item.content)
            or (rule == _NOTES and self._is_note(item))
            or (rule == "metadata" and (self._is_note(item) or self._is_private(item)))
            or (rule == "text" and self._is_private(item))
        )
        if drop:
            self.result.removed += 1
            return []
        if rule not in _SCHEMA:
            return None
        pieces, size = self.message(rule, item.content, item.end, depth + 1)
        whole = Span(self.source, item.content, item.end - item.content)
        if pieces == ([whole] if whole.length else []):
            return None
        return [header(item.number, size), *pieces]

    def _is_note(self, item: Field) -> bool:
        """Whether a metadata entry was written by an exporter for its own debugging: stack traces, module names."""
        key = self._entry(item)[0]
        return key == "namespace" or key.startswith("pkg.")

    def _is_private(self, item: Field) -> bool:
        text = Span(self.source, item.content, item.end - item.content).bytes()
        return any(needle in text for needle in self.needles)

    def _entry(self, item: Field) -> tuple[str, str]:
        """A StringStringEntryProto."""
        texts = {1: "", 2: ""}
        for part in fields(self.source, item.content, item.end):
            if part.number in texts and part.wire == 2:
                raw = Span(self.source, part.content, part.end - part.content).bytes()
                texts[part.number] = raw.decode("utf-8", "replace")
        return texts[1], texts[2]

    def _folded(self, found: Sequence[Field], depth: int) -> tuple[list[_Piece], int]:
        """A tensor whose bytes lie in another file, with the bytes inside."""
        entries = dict(self._entry(item) for item in found if item.number == _EXTERNAL_DATA)
        data = self._external(entries)
        pieces: list[_Piece] = []
        for item in found:
            if item.number in (_EXTERNAL_DATA, _DATA_LOCATION, _RAW_DATA):
                continue
            replaced = self._field(_SCHEMA[_TENSOR].get(item.number), item, depth)
            pieces += [Span(self.source, item.start, item.end - item.start)] if replaced is None else replaced
        pieces += [header(_RAW_DATA, data.length), data]
        self.result.folded += 1
        return pieces, sum(map(_length, pieces))

    def _external(self, entries: dict[str, str]) -> Span:
        location = entries.get("location", "")
        if self.folder is None:
            raise Invalid(
                f"The model keeps its weights in another file, “{location}”. Give the path of the ONNX file with that "
                "file beside it, or save it with external_data=False."
            )
        relative = PurePosixPath(location)
        if not location or relative.is_absolute() or ".." in relative.parts:
            raise Invalid(f"The model names “{location}” for its weights; only files beside it are read.")
        path = self.folder / relative
        if not path.resolve().is_relative_to(self.folder.resolve()):
            raise Invalid(f"The model names “{location}” for its weights, which leads out of its folder.")
        if path not in self._weights:
            try:
                self._weights[path] = Source(path)
            except OSError as error:
                raise Invalid(
                    f"The weights “{location}” cannot be read beside the model: {error.strerror}. Put the file there."
                ) from None
        source = self._weights[path]
        try:
            offset = int(entries.get("offset") or 0)
            length = int(entries.get("length") or source.size - offset)
        except ValueError:
            raise Malformed("an offset of its weights is no number") from None
        if offset < 0 or length < 0 or offset + length > source.size:
            raise Invalid(f"“{location}” is shorter than the model says; copy it again.")
        return Span(source, offset, length)


def _length(piece: _Piece) -> int:
    return piece.length if isinstance(piece, Span) else len(piece)


def _chunks(pieces: Sequence[_Piece]) -> Iterator[bytes]:
    for piece in pieces:
        if isinstance(piece, Span):
            yield from piece.chunks()
        else:
            yield piece


def _write(pieces: Sequence[_Piece], result: Cleaned, needles: Sequence[bytes]) -> None:
    overlap = max((len(needle) for needle in needles), default=1) - 1
    tail = b""
    with result.path.open("wb") as stream:
        for chunk in _chunks(pieces):
            stream.write(chunk)
            result._digest.update(chunk)
            result.size += len(chunk)
            window = tail + chunk
            result.mentions += sum(window.count(needle) for needle in needles)
            tail = window[-overlap:] if overlap else b""
            result.mentions -= sum(tail.count(needle) for needle in needles)
        result.mentions += sum(tail.count(needle) for needle in needles)
    result.sha256 = result._digest.hexdigest()
