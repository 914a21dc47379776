"""Every address of the product with the methods that its view takes, from the URL configuration itself."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from channels.routing import URLRouter
from django.urls import URLPattern, URLResolver, get_resolver

from atrium.config.routing import pages, programs

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
OTHERS = "accounts/"
"""Below it lie allauth's own views."""


@dataclass(frozen=True, slots=True, order=True)
class Route:
    """One pattern and one method; a socket's method is `SOCKET`."""

    pattern: str
    method: str

    def __str__(self) -> str:
        return f"{self.method} /{self.pattern}"

    @property
    def names(self) -> set[str]:
        """The parameters in the address."""
        return set(re.findall(r"<(?:\w+:)?(\w+)>", self.pattern))

    def address(self, values: Mapping[str, Any]) -> str:
        """The path, for values of its parameters."""
        bare = re.sub(r"\(\?P(<\w+>)(?:[^()]|\([^()]*\))*\)", r"\1", self.pattern).replace("^", "").replace("$", "")
        return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(values[found[1]]), bare)


def patterns() -> Iterator[tuple[str, URLPattern]]:
    def below(resolver: URLResolver, prefix: str) -> Iterator[tuple[str, URLPattern]]:
        for each in resolver.url_patterns:
            whole = prefix + str(each.pattern)
            if isinstance(each, URLResolver):
                yield from below(each, whole)
            else:
                yield whole, each

    yield from below(get_resolver(), "")


def methods_of(pattern: URLPattern) -> set[str] | None:
    """The methods that a class of views takes; None for a function, which does not say."""
    view: Any = getattr(pattern.callback, "view_class", None) or getattr(pattern.callback, "cls", None)
    return None if view is None else {method for method in METHODS if hasattr(view, method.lower())}


def sockets() -> list[Route]:
    assert isinstance(pages, URLRouter)
    assert isinstance(programs, URLRouter)
    return [Route(str(route.pattern), "SOCKET") for route in (*pages.routes, *programs.routes)]
