"""What a check answers: an id that stays, ok, warn or fail, one sentence, and what to do."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """id: stable, dotted. remedy: what to do; empty where all is well."""

    id: str
    state: State
    sentence: str
    remedy: str = ""


Check = Callable[[], Finding]
REMEDIES = {
    "database": "Start PostgreSQL and look at DATABASE_URL.",
    "messages": "Start Valkey and look at REDIS_URL.",
    "store": "Start the store and look at S3_URL, S3_BUCKET and its keys.",
    "inputs": "Start `python -m gpu_workers.inputs --socket …` and look at INPUTS_SOCKET.",
    "dispatcher": "Start PostgreSQL, then `manage.py dispatch`.",
    "workers": "Start `python -m gpu_workers --pool default`.",
    "sandbox": "Start PostgreSQL.",
    "chores": "Start PostgreSQL, then `manage.py procrastinate worker`.",
    "mail": "Set EMAIL_BACKEND and Django's EMAIL_… to a server that takes our mail.",
    "settings": "Look at POOL_KEY_FILE: the file must be there and readable.",
    "disk": "Look at POOL_KEY_FILE.",
}
"""By the first part of a check's id."""
