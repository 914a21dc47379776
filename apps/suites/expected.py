"""What a case's answer should be: taken from what a reviewer corrected, or given; and whether an answer is that."""

from collections.abc import Mapping
from typing import Any

from apps.feedback.expectations import is_as_before, is_met
from apps.feedback.models import Flag
from atrium.errors import FieldError, Invalid
from gpu_workers.protocol.values import is_number

AS_BEFORE = "as_before"
KINDS = ("label", "number", "text")
"""Of outputs that can be expected to have a value."""
RIGHT = (Flag.Verdict.RIGHT, Flag.Verdict.RIGHT_WRONG_REASON)
NOTHING = (
    "Nobody has said what the right answer is: the judgement holds no correction, and does not call the answer right. "
    "Say what is expected."
)


def from_flag(flag: Flag) -> dict[str, Any]:
    """Of the outputs that the reviewer corrected; of all, as before, where the reviewer called the answer right.

    Empty where neither is said.
    """
    answer: Mapping[str, Any] = flag.prediction.answer or {}
    if flag.correction:
        return {
            name: {"is": answer[name]["kind"], "value": value}
            for name, value in flag.correction.items()
            if answer.get(name, {}).get("kind") in KINDS
        }
    return {name: {"is": AS_BEFORE} for name in answer} if flag.verdict in RIGHT else {}


def read_expected(given: Any, answer: Mapping[str, Any]) -> dict[str, Any]:
    """Checked against what the judged prediction answered. Raises Invalid with the path of what is wrong."""
    if not isinstance(given, Mapping) or not given:
        raise Invalid(FieldError("expected", "required", "Say by output what is expected."))
    return {name: _one(f"expected.{name}", wanted, answer.get(name)) for name, wanted in given.items()}


def _one(field: str, wanted: Any, answer: Mapping[str, Any] | None) -> dict[str, Any]:
    if answer is None:
        raise Invalid(FieldError(field, "unknown", "There is no such output."))
    if not isinstance(wanted, Mapping) or wanted.get("is") not in (AS_BEFORE, answer["kind"]):
        raise Invalid(FieldError(f"{field}.is", "choice", f"Give {answer['kind']} or {AS_BEFORE}."))
    kind, found = wanted["is"], {"is": wanted["is"]}
    if kind != AS_BEFORE and kind not in KINDS:
        raise Invalid(FieldError(f"{field}.is", "choice", f"Of this output only {AS_BEFORE} can be expected."))
    if wanted.get("tolerance") is not None:
        within: Any = wanted["tolerance"]
        if answer["kind"] != "number" or not is_number(within) or within < 0:
            raise Invalid(FieldError(f"{field}.tolerance", "number", "A tolerance is a number from 0 on, of a number."))
        found["tolerance"] = float(within)
    if kind == AS_BEFORE:
        return found
    value: Any = wanted.get("value")
    if kind == "number":
        if not is_number(value):
            raise Invalid(FieldError(f"{field}.value", "number", "Give a finite number."))
        return found | {"value": float(value)}
    if not isinstance(value, str) or not 0 < len(value) <= 5000:
        raise Invalid(FieldError(f"{field}.value", "text", "Give a text of 1 to 5,000 characters."))
    return found | {"value": value.replace("\x00", "")}


def outcome_of(expected: Mapping[str, Any], before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """passed; failed where a value is not what it should be; changed where only something is not as before."""
    missed = [wanted["is"] for name, wanted in expected.items() if not _holds(wanted, before.get(name), now.get(name))]
    if not missed:
        return "passed"
    return "changed" if set(missed) == {AS_BEFORE} else "failed"


def _holds(wanted: Mapping[str, Any], before: Mapping[str, Any] | None, now: Mapping[str, Any] | None) -> bool:
    if wanted["is"] != AS_BEFORE:
        return is_met(wanted["value"], now, wanted.get("tolerance"))
    return is_as_before(before, now, wanted.get("tolerance"))


def words_of(name: str, wanted: Mapping[str, Any]) -> str:
    """“finding: effusion”, “size: 12.4 ± 2”, “finding: as before”."""
    told = "as before" if wanted["is"] == AS_BEFORE else wanted["value"]
    told = f"{told:g}" if isinstance(told, float) else str(told)
    within = f" ± {wanted['tolerance']:g}" if "tolerance" in wanted else ""
    return f"{name}: {told}{within}"
