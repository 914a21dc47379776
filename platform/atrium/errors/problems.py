"""The exceptions that carry a code of the register."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .register import REGISTER, Entry


@dataclass(frozen=True, slots=True)
class FieldError:
    """field: a path such as `inputs.frame`; code: a short stable word; message: what is wrong and what it takes."""

    field: str
    code: str
    message: str


class Problem(Exception):
    """Something the asker is to be told. An unknown code is a bug and raises at once."""

    def __init__(
        self,
        code: str,
        message: str = "",
        *,
        errors: Sequence[FieldError] = (),
        retry_after: int | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        """more: members of its own that the problem's document has beside the usual ones."""
        self.code = code
        self.entry: Entry = REGISTER[code]
        self.message = message or self.entry.sentence
        self.errors = tuple(errors)
        self.more = dict(more or {})
        self.retry_after = retry_after if retry_after is not None else (1 if self.entry.status in (429, 503) else None)
        super().__init__(f"{code}: {self.message}")

    @property
    def status(self) -> int:
        return self.entry.status


class NotFound(Problem):
    """It does not exist, or belongs to others: the two are told apart by nobody."""

    def __init__(self, message: str = "") -> None:
        super().__init__("not_found", message)


class NotPermitted(Problem):
    """A member of the team asked for something beyond the role or the token's scopes."""

    def __init__(self, message: str = "") -> None:
        super().__init__("not_permitted", message)


class Invalid(Problem):
    """One or more fields need another value."""

    def __init__(self, *errors: FieldError, message: str = "") -> None:
        super().__init__("invalid", message or " ".join(error.message for error in errors[:3]), errors=errors)


class Conflict(Problem):
    def __init__(self, message: str = "", code: str = "conflict") -> None:
        super().__init__(code, message)


class QuotaExceeded(Problem):
    def __init__(self, message: str = "") -> None:
        super().__init__("quota_exceeded", message, retry_after=3600)


class Unavailable(Problem):
    def __init__(self, message: str = "", code: str = "unavailable", retry_after: int = 2) -> None:
        super().__init__(code, message, retry_after=retry_after)


def require(allowed: bool, message: str = "") -> None:
    """Raise NotPermitted unless the predicate held."""
    if not allowed:
        raise NotPermitted(message)
