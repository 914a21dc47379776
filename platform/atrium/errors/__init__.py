"""The one register of error codes: page, API, socket and client tell the same fact and what to do next."""

from .problems import (
    Conflict,
    FieldError,
    Invalid,
    NotFound,
    NotPermitted,
    Problem,
    QuotaExceeded,
    Unavailable,
    require,
)
from .register import REGISTER, Entry, Kind

__all__ = [
    "REGISTER",
    "Conflict",
    "Entry",
    "FieldError",
    "Invalid",
    "Kind",
    "NotFound",
    "NotPermitted",
    "Problem",
    "QuotaExceeded",
    "Unavailable",
    "require",
]
