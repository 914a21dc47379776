"""The base of REST views: a token at the door, JSON in and out, one service call inside."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, ClassVar

from django.http import HttpRequest
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ChoiceField, DictField, ListField, ListSerializer, Serializer
from rest_framework.views import APIView

from atrium.errors import FieldError, Invalid, NotPermitted, Problem
from atrium.errors.api import from_framework

from .door import token_for
from .parsing import MOST_ERRORS, unstorable
from .principals import Token

MOST_ENTRIES = 1000
"""Of a list that names no bound of its own."""


def bearer(request: HttpRequest | Request) -> str:
    """The secret of the Authorization header; raises unauthenticated where there is none."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret:
        raise Problem("unauthenticated")
    return secret.strip()


def with_token(refusal: NotPermitted, token: Token) -> NotPermitted:
    """The refusal with what the token may: it is its role, or a scope, that is lacking."""
    return NotPermitted(f"{refusal.message} {token.words}")


class TokenAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[Any, Token]:
        return None, token_for(bearer(request))

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Tells the OpenAPI schema what TokenAuthentication reads."""

    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class TeamAPIView(APIView):
    """`self.principal` is the Token. A subclass that overrides a guarding method is refused at import."""

    authentication_classes = (TokenAuthentication,)
    guards: ClassVar[tuple[str, ...]] = ("initial", "perform_authentication", "check_permissions", "dispatch")

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        overridden = [name for name in cls.guards if name in vars(cls)]
        if overridden:
            raise TypeError(f"{cls.__name__} overrides {', '.join(overridden)}, which guards the API")

    def handle_exception(self, exc: Exception) -> Response:
        told = with_token(exc, self.principal) if isinstance(exc, NotPermitted) else exc
        return super().handle_exception(told)

    @property
    def principal(self) -> Token:
        token = self.request.auth
        if not isinstance(token, Token):
            raise Problem("unauthenticated")
        return token


def parse(serializer: type[Serializer[Any]], request: Request) -> dict[str, Any]:
    """The validated body; raises a problem that names each field."""
    return _valid(serializer, request.data)


def validated(serializer: type[Serializer[Any]], body: Any) -> dict[str, Any]:
    """The same of a body that a page's script sent, outside the API's views."""
    errors = list(islice(unstorable(body), MOST_ERRORS))
    if errors:
        raise Invalid(*errors)
    try:
        return _valid(serializer, body)
    except ValidationError as error:
        raise from_framework(error) from error


def _valid(serializer: type[Serializer[Any]], body: Any) -> dict[str, Any]:
    parsed = serializer(data=body)
    for field in parsed.fields.values():
        field = getattr(field, "child", field)
        if isinstance(field, ChoiceField):
            words = ", ".join(str(choice) for choice in field.choices)
            field.error_messages["invalid_choice"] = f"“{{input}}” is none of {words}."
    if errors := list(islice(_unreadable(parsed, body), MOST_ERRORS)):
        raise Invalid(*errors)
    parsed.is_valid(raise_exception=True)
    return dict(parsed.validated_data)


def _unreadable(serializer: Serializer[Any], body: Any) -> Iterator[FieldError]:
    """Lists that are too long, or of other things than objects: they are read whole, and each entry's error kept."""
    for name, field in serializer.fields.items() if isinstance(body, Mapping) else ():
        given = body.get(name)
        if not isinstance(field, ListField | ListSerializer) or not isinstance(given, list):
            continue
        most = getattr(field, "max_length", None) or MOST_ENTRIES
        if len(given) > most:
            yield FieldError(name, "max_length", f"Give at most {most:,} entries; these are {len(given):,}.")
        elif isinstance(field.child, DictField | Serializer):
            for place, entry in enumerate(given):
                if not isinstance(entry, Mapping):
                    yield FieldError(f"{name}.{place}", "not_a_dict", "Give an object, by names.")
