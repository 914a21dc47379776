"""The names of classes out of a file that came with an upload, or out of a model's own metadata."""

import ast
import json
from collections.abc import Iterable, Sequence

from gpu_workers.bundle import BESIDE, Files
from gpu_workers.protocol.fields import MAX_CLASSES
from gpu_workers.refusal import Refused
from gpu_workers.wording import decoded, readable

from .graphs import Proto

METADATA = "metadata:"
MAX_LETTERS = 400_000
"""Of all names of one source together; one has at most 200."""
_LISTS = ("id2label", "labels", "classes", "names", "charset", "character")


def labels_of(files: Files, model: Proto, wanted: Sequence[str] | None) -> dict[str, tuple[str, ...]]:
    """By source. wanted: those that an interface names; None looks for whatever there is. Raises Refused."""
    metadata = {readable(each.key, 100): each.value for each in model.metadata_props}
    if wanted is None:
        texts: dict[str, str | bytes] = {f"{METADATA}{key}": value for key, value in metadata.items()}
        texts |= {name: files.read(name) for name in files.sizes if name.endswith(BESIDE)}
        found = {source: names_in(text) for source, text in texts.items()}
        return {source: names for source, names in found.items() if len(names) > 1}
    return {source: _named(files, metadata, source) for source in wanted}


def _named(files: Files, metadata: dict[str, str | bytes], source: str) -> tuple[str, ...]:
    if source.startswith(METADATA):
        key = source.removeprefix(METADATA)
        if key not in metadata:
            have = ", ".join(f"“{each}”" for each in metadata) or "none"
            raise Refused("labels_missing", f"The model's metadata has no “{readable(key)}” for labels; it has {have}.")
        names = names_in(metadata[key])
    else:
        names = names_in(files.read(source))
    if not names:
        raise Refused(
            "labels_unreadable",
            f"“{readable(source)}” holds no names of classes. It takes one a line, or JSON: a list of names, or an "
            f"object from number to name; at most {MAX_CLASSES:,} of 200 characters.",
        )
    return names


def names_in(text: str | bytes) -> tuple[str, ...]:
    """The names in their order, or nothing where it is no list of them.

    One a line, a blank in front of a letter or alone being part of it; or JSON (or a Python literal, as some exporters
    write into metadata): a list of names, an object from number to name or from name to number, either of these inside
    an object under `id2label`, `labels`, `classes`, `names` or `charset`, or as
    its only list.
    """
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8-sig")
        except UnicodeDecodeError:
            return ()
    text = decoded(text)
    if text.lstrip()[:1] in ("{", "["):
        return _checked(_listed(_parsed(text)))
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    return _checked(lines)


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    if (
        sum(map(text.count, "([{")) > 2 or len(text) > 2 * MAX_LETTERS
    ):  # Python's parser goes down as deep as it is told
        return None
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return None


def _listed(value: object, depth: int = 0) -> Sequence[object]:
    if isinstance(value, list):
        return value
    if not isinstance(value, dict) or not value:
        return ()
    within = next((value[key] for key in _LISTS if isinstance(value.get(key), dict | list)), None)
    if within is None:
        lists = [each for each in value.values() if isinstance(each, list) and len(each) > 1]
        within = lists[0] if len(lists) == 1 and len(value) > 1 else None
    if within is not None and depth == 0:
        return _listed(within, 1)
    numbers = {str(number) for number in range(len(value))}
    if set(map(str, value)) == numbers:
        names = {int(key): name for key, name in value.items()}
        return [names[number] for number in range(len(names))]
    if {str(number) for number in value.values() if isinstance(number, int)} == numbers:
        return sorted(value, key=lambda name: int(value[name]))
    return ()


def _checked(names: Iterable[object]) -> tuple[str, ...]:
    told = [name[-1] if isinstance(name, list) and name else name for name in names]  # ["n01440764", "tench"]
    if not told or len(told) > MAX_CLASSES or not all(isinstance(name, str) and len(name) <= 200 for name in told):
        return ()
    kept = tuple(readable(str(name), 200) for name in told)
    return kept if sum(map(len, kept)) <= MAX_LETTERS else ()
