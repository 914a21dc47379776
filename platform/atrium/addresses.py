"""Whole addresses of this site, for everything that leaves it: a document, a mail, a line of code to copy."""

from uuid import UUID

from django.conf import settings


def absolute(path: str) -> str:
    """The path, which begins with a slash, behind the site's address; as a browser or curl can use it."""
    return f"{settings.ATRIUM_URL}{path}"


def prediction_api(prediction_id: UUID | str) -> str:
    """Where a program asks for a prediction again."""
    return absolute(f"/api/v1/predictions/{prediction_id}")


def picture_api(artifact_id: UUID | str) -> str:
    return absolute(f"/api/v1/pictures/{artifact_id}")
