"""Lists of the API: `{results, next, previous}` with opaque cursors."""

from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from rest_framework import serializers
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request

from atrium.errors import FieldError, Invalid


class Pages(CursorPagination):
    """Newest first: ids are UUIDv7, so their order is that of creation."""

    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 200
    ordering = "-id"


def page(
    request: Request,
    rows: "QuerySet[Any]",
    present: Callable[[Any], dict[str, Any]],
    ordering: str = "-id",
    *,
    gathered: Callable[[list[Any]], Iterable[Any]] = iter,
) -> dict[str, Any]:
    """One page of `rows`, each as `present` shows it. Called inside the team's context.

    gathered: makes of a page's rows what `present` takes, where that is read for all of them at once.
    """
    pages = Pages()
    pages.ordering = ordering
    try:
        found: list[Model] = pages.paginate_queryset(rows, request) or []
        pages.base_url = settings.ATRIUM_URL + request.get_full_path()  # whatever Host the request names
    except (ValidationError, ValueError) as error:  # a cursor that was not ours
        raise Invalid(FieldError("cursor", "invalid", "Take the cursor from `next` or `previous`.")) from error
    return {
        "results": [present(row) for row in gathered(found)],
        "next": pages.get_next_link(),
        "previous": pages.get_previous_link(),
    }


def listed(item: type[serializers.Serializer[Any]]) -> type[serializers.Serializer[Any]]:
    """The serializer of a page of `item`, for the schema."""
    fields = {
        "results": item(many=True),
        "next": serializers.URLField(allow_null=True),
        "previous": serializers.URLField(allow_null=True),
    }
    return type(f"{item.__name__.removesuffix('Output')}List", (serializers.Serializer,), fields)
