"""What reviewers hold for true of boxes and masks, in COCO's form (cocodataset.org, “Data format”).

Of several judgements of one picture the newest counts, so that nothing is annotated twice. `bbox` and `segmentation`
are in pixels of the picture as it came, whatever was cropped or turned before the model saw it. A mask's class of one
piece is a polygon; one of several, or with holes, is run lengths: of the pixels whose centres an odd number of its
lines surrounds, unless its lines go to and fro so often that this would take minutes: then each of them is a polygon.
`iscrowd` is 0. A member `atrium` of each annotation says which finding of which flag it is.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from math import ceil
from typing import IO, Any

import msgspec

from apps.endpoints.findings import name_of
from gpu_workers.protocol.rendering import ENDINGS

from .archive import spool
from .findings import source_of, truth_of
from .models import Flag

Ring = Sequence[Sequence[float]]
MOST_CROSSED = 1_000_000
"""Columns that the lines of one class cross, counted each time."""


def file_name(flag: Flag, name: str, which: str) -> str:
    """Of an input's file in the archive. Numbered, since two inputs' names can become one in a file's name."""
    kind = flag.prediction.inputs[name]["kind"]
    number = list(flag.prediction.inputs).index(name) + 1
    safe = "".join(c if c.isalnum() or c in "-_" else "_" for c in name)[:60]
    folder = "pictures" if kind == "image" else "files"
    return f"{folder}/{flag.pk}/{number}-{safe}-{which}.{ENDINGS[kind]}"


def coco_of(flags: Iterable[Flag], name: str) -> IO[bytes]:
    """flags: the newest first, of which a few at a time are in memory. name: of what they belong to."""
    out, annotations = spool(), spool()
    categories: dict[str, int] = {}
    pictures: dict[str, int] = {}
    count = 0
    about = {"description": f"{name}, as reviewers have it", "version": "1.0"}
    out.write(b'{"info":' + msgspec.json.encode(about) + b',"licenses":[],"images":[')
    with annotations:
        for flag in flags:
            found = _by_picture(flag)
            for source, truths in found.items():
                value = flag.prediction.inputs[source]
                if value["original"] in pictures:
                    continue
                size = size_of(value)
                pictures[value["original"]] = number = len(pictures) + 1
                image = {"id": number, "file_name": file_name(flag, source, "original")}
                between = b"," if number > 1 else b""
                out.write(between + msgspec.json.encode(image | {"width": size[0], "height": size[1]}))
                for output, kind, verdict, finding in truths:
                    category = categories.setdefault(name_of(kind, finding) or output, len(categories) + 1)
                    count += 1
                    made: dict[str, Any] = {"id": count, "image_id": number, "category_id": category, "iscrowd": 0}
                    made |= _shape(kind, finding, *size)
                    made["atrium"] = {"flag": str(flag.pk), "output": output, "verdict": verdict}
                    made["atrium"] |= {part: finding[part] for part in ("id", "score") if part in finding}
                    annotations.write((b"," if count > 1 else b"") + msgspec.json.encode(made))
        out.write(b'],"annotations":[')
        annotations.seek(0)
        while piece := annotations.read(1 << 20):
            out.write(piece)
    listed = [{"id": number, "name": label, "supercategory": ""} for label, number in categories.items()]
    out.write(b'],"categories":' + msgspec.json.encode(listed) + b"}")
    return out


def _by_picture(flag: Flag) -> dict[str, list[tuple[str, str, str, dict[str, Any]]]]:
    """By the input in which they lie: (output, its kind, verdict, finding). A picture that was judged and holds nothing
    has an empty list."""
    found: dict[str, list[tuple[str, str, str, dict[str, Any]]]] = {}
    lies: dict[str, tuple[str, str]] = {}  # by output its kind and where
    prediction = flag.prediction
    if not (flag.findings or flag.added or flag.verdict == Flag.Verdict.RIGHT):
        return found
    for output in (prediction.version.interface or {}).get("outputs", ()):
        source = source_of(output["name"], prediction) if output["kind"] in ("boxes", "mask") else ""
        if size_of(prediction.inputs.get(source, {})) != (0, 0):
            found.setdefault(source, [])
            lies[output["name"]] = output["kind"], source
    for output, verdict, finding in truth_of(flag):
        if output in lies:
            kind, source = lies[output]
            found[source].append((output, kind, verdict, finding))
    return found


def size_of(value: Mapping[str, Any]) -> tuple[int, int]:
    """(width, height) in pixels of an input as a row holds it; nothing where it has none."""
    return value.get("width") or value.get("columns") or 0, value.get("height") or value.get("rows") or 0


def _shape(kind: str, finding: Mapping[str, Any], width: int, height: int) -> dict[str, Any]:
    if kind == "boxes":
        x, y, w, h = finding["x"] * width, finding["y"] * height, finding["w"] * width, finding["h"] * height
        corners = [x, y, x + w, y, x + w, y + h, x, y + h]
        return {"bbox": _short((x, y, w, h)), "area": round(w * h, 2), "segmentation": [_short(corners)]}
    rings = [[(x * width, y * height) for x, y in ring] for ring in finding["contours"]]
    xs, ys = [x for ring in rings for x, _ in ring], [y for ring in rings for _, y in ring]
    box = _short((min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))) if xs else [0, 0, 0, 0]
    if len(rings) == 1:
        outline = _short(value for point in rings[0] for value in point)
        return {"bbox": box, "area": round(_area(rings[0]), 2), "segmentation": [outline]}
    if sum(abs(x1 - x0) for ring in rings for (x0, _), (x1, _) in _edges(ring)) > MOST_CROSSED:
        outlines = [_short(value for point in ring for value in point) for ring in rings]
        return {"bbox": box, "area": round(sum(map(_area, rings)), 2), "segmentation": outlines}
    counts = runs(rings, width, height)
    return {"bbox": box, "area": sum(counts[1::2]), "segmentation": {"counts": counts, "size": [height, width]}}


def _short(values: Iterable[float]) -> list[float]:
    return [round(value, 2) for value in values]


def _area(ring: Ring) -> float:
    return abs(sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in _edges(ring))) / 2


def _edges(ring: Ring) -> Iterator[tuple[Sequence[float], Sequence[float]]]:
    return zip(ring, [*ring[1:], ring[0]], strict=True)


def runs(rings: Sequence[Ring], width: int, height: int) -> list[int]:
    """COCO's run lengths, column by column: pixels outside, then inside, and so on. rings: in pixels.

    A pixel is inside where an odd number of lines lies above its centre.
    """
    crossings: dict[int, array[float]] = {}
    for ring in rings:
        for (x0, y0), (x1, y1) in _edges(ring):
            if x0 > x1:
                x0, y0, x1, y1 = x1, y1, x0, y0
            for column in range(max(0, ceil(x0 - 0.5)), min(width, ceil(x1 - 0.5))):
                crossings.setdefault(column, array("d")).append(y0 + (column + 0.5 - x0) * (y1 - y0) / (x1 - x0))
    ends = [0]  # where a run ends, counted over all pixels; the first is of pixels outside
    for column in sorted(crossings):
        found = sorted(crossings[column])
        for top, bottom in zip(found[::2], found[1::2], strict=True):
            first = column * height + min(max(ceil(top - 0.5), 0), height)
            last = column * height + min(max(ceil(bottom - 0.5), 0), height)
            if first == last:
                continue
            if len(ends) > 1 and ends[-1] == first:
                ends[-1] = last
            else:
                ends += (first, last)
    ends.append(width * height)
    counts = [after - before for before, after in pairwise(ends)]
    return counts if counts[-1] or len(counts) % 2 == 0 else counts[:-1]
