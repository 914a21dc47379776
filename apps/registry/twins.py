"""Whether a file that is announced is there already: a cell of a notebook is run again and again."""

from typing import Any

import msgspec

from .models import Version


def _of_the_same_file(version: Version) -> list[Version]:
    """The other versions of its model that hold the same bytes, the newest first."""
    found = Version.objects.filter(model_id=version.model_id, artifact__sha256=bytes(version.artifact.sha256))
    return list(found.exclude(pk=version.pk).select_related("artifact").order_by("-number"))


def twin_of(version: Version) -> Version | None:
    """A version that was announced just so: the same file, interface, notes, card and example.

    A ready one, so that its bytes were found to be those of the hash; whoever may upload may also download it.
    """
    for other in _of_the_same_file(version):
        is_there = other.state == Version.State.READY and other.archived_at is None
        if is_there and _announced(other) == _announced(version):
            return other
    return None


def _announced(version: Version) -> Any:
    """As its row holds it, where a tuple has become a list; its pictures by their hash."""
    example = {
        name: {key: part for key, part in value.items() if key != "original"} for name, value in version.example.items()
    }
    return msgspec.json.decode(
        msgspec.json.encode([version.format, version.notes, version.card, version.declared, example])
    )


def notices_of(version: Version, *, is_new: bool, card_given: bool) -> list[str]:
    """What whoever announced it should know; called inside the team's context."""
    if not is_new:
        return [
            f"v{version.number} holds this file with the same interface, notes, card and example: nothing new was made."
        ]
    same = [other.number for other in _of_the_same_file(version) if other.state == Version.State.READY]
    notices = [f"v{same[0]} holds the same file."] if same else []
    if version.card and not card_given:
        notices.append("It takes over the card of the version before, as none was sent.")
    return notices
