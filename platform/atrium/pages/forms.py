"""Forms and problems: what a service refuses is said beside the field that it speaks of."""

from uuid import UUID

from django.forms import Form

from atrium.errors import FieldError, Invalid, Problem

CHOOSE = "Choose one from the list."


def id_in(text: str, field: str, says: str = CHOOSE) -> UUID:
    """The id that a form's field sent; raises Invalid with the sentence for what is none."""
    try:
        return UUID(text)
    except ValueError:
        raise Invalid(FieldError(field, "invalid", says)) from None


def optional_id(text: str, field: str, says: str = CHOOSE) -> UUID | None:
    """The same, and None for a field that was left empty."""
    return id_in(text, field, says) if text else None


def tell(form: Form, problem: Problem) -> None:
    """Put a problem's sentences into a bound form: beside their fields, the rest above the form."""
    for error in problem.errors:
        form.add_error(error.field if error.field in form.fields else None, error.message)
    if not problem.errors:
        form.add_error(None, problem.message)
