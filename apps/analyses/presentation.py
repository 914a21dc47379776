"""Slices and analyses as JSON, for the page and for programs. Only the addresses differ."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from .models import SavedAnalysis, Slice


def slice_shown(found: Slice, names: Mapping[UUID, str], url: str) -> dict[str, Any]:
    """names: of the authors. url: where it is looked at, or done with."""
    return {
        "id": str(found.pk),
        "name": found.name,
        "where": found.where,
        "sentence": found.sentence,
        "note": found.note,
        "rows": found.rows,
        "author": _author(found, names),
        "made_at": found.created_at.isoformat(),
        "url": url,
    }


def analysis_shown(found: SavedAnalysis, names: Mapping[UUID, str], url: str) -> dict[str, Any]:
    """url: of the page that opens it."""
    return {
        "id": str(found.pk),
        "name": found.name,
        "note": found.note,
        "question": found.question,
        "version": {"id": str(found.version_id), "number": found.version.number},
        "author": _author(found, names),
        "made_at": found.created_at.isoformat(),
        "url": url,
    }


def _author(found: Slice | SavedAnalysis, names: Mapping[UUID, str]) -> str:
    return names.get(found.author_id, "") if found.author_id else ""
