"""Every answer of the API that a test receives is compared with the OpenAPI schema.

`Api` is a client with a token; it refuses to hand out an answer that the schema does not describe.
"""

import re
from functools import cache
from typing import Any

import httpx
import jsonschema
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

Answer = Any


@cache
def schema() -> dict[str, Any]:
    """The schema as the product serves it."""
    generated: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return generated


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    paths = sorted(schema()["paths"], key=lambda path: path.count("{"))
    return [(re.compile("^" + re.sub(r"\{\w+\}", "[^/]+", path) + "$"), path) for path in paths]


def path_of(url: str) -> str:
    """The path of the schema that a URL belongs to; KeyError for one that is not described."""
    bare = re.sub(r"^https?://[^/]+", "", url).partition("?")[0]
    for pattern, path in _patterns():
        if pattern.match(bare):
            return path
    raise KeyError(f"{bare} is not in the schema")


def require_described(method: str, url: str, status: int, content_type: str, body: Any) -> None:
    """Raise AssertionError or ValidationError unless the schema describes this answer."""
    operation = schema()["paths"][path_of(url)].get(method.lower())
    if operation is None:
        assert status == 405, f"{method} {url} answered {status}, and the schema does not know the method"
        return
    described = operation["responses"].get(str(status), operation["responses"]["default"])
    kind = content_type.partition(";")[0]
    if status == 204:
        return
    assert kind in described["content"], f"{method} {url} answered {status} as {kind}"
    if "json" in kind:
        wanted = described["content"][kind]["schema"] | {"components": schema()["components"]}
        jsonschema.Draft202012Validator(wanted).validate(body)


class Api:
    """The API through Django's test client, with a token."""

    def __init__(self, token: str = "") -> None:
        self.client = Client(raise_request_exception=False)
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def request(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Answer]:
        url = f"/api/v1/{path}"
        options: dict[str, Any] = {} if body is None else {"data": body, "content_type": "application/json"}
        answer = getattr(self.client, method.lower())(url, headers=self.headers | headers, **options)
        kind = answer.headers.get("Content-Type", "")
        body = answer.getvalue() if answer.streaming else answer.content
        shown = answer.json() if "json" in kind else body
        require_described(method, url, answer.status_code, kind, shown)
        return answer.status_code, shown

    def get(self, path: str) -> tuple[int, Answer]:
        return self.request("GET", path)

    def post(self, path: str, body: Any = None, **headers: str) -> tuple[int, Answer]:
        return self.request("POST", path, {} if body is None else body, **headers)

    def patch(self, path: str, body: Any) -> tuple[int, Answer]:
        return self.request("PATCH", path, body)

    def delete(self, path: str) -> tuple[int, Answer]:
        return self.request("DELETE", path)


class LiveApi:
    """The API of the running web process, for what waits for a worker."""

    def __init__(self, url: str, token: str) -> None:
        self.http = httpx.Client(base_url=f"{url}/api/v1/", headers={"Authorization": f"Bearer {token}"}, timeout=40)

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        answer = self.http.request(method, path, **options)
        kind = answer.headers.get("Content-Type", "")
        body = answer.json() if "json" in kind else answer.content
        require_described(method, str(answer.request.url), answer.status_code, kind, body)
        return answer

    def close(self) -> None:
        self.http.close()
