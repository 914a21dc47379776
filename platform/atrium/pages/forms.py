"""Forms and problems: what a service refuses is said beside the field that it speaks of."""

from django.forms import Form

from atrium.errors import Problem


def tell(form: Form, problem: Problem) -> None:
    """Put a problem's sentences into a bound form: beside their fields, the rest above the form."""
    for error in problem.errors:
        form.add_error(error.field if error.field in form.fields else None, error.message)
    if not problem.errors:
        form.add_error(None, problem.message)
