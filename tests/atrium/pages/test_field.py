"""A form's field: its hint and its errors are tied to the input, and nothing a stranger typed becomes markup."""

from django import forms
from django.template import engines

from atrium.pages.templatetags.atrium import field


class Form(forms.Form):
    name = forms.CharField(max_length=5, help_text="At most <b>five</b>.")


def render(form: Form, arguments: str = "") -> str:
    template = engines["django"].from_string("{% load atrium %}{% field form.name " + arguments + " %}")
    return template.render({"form": form, "typed": "<script>"})


def test_a_hint_describes_the_input() -> None:
    context = field(Form()["name"])
    assert 'aria-describedby="id_name-hint"' in context["widget"]
    assert 'aria-invalid="true"' not in context["widget"]


def test_an_error_is_said_and_tied_to_the_input() -> None:
    context = field(Form({"name": "too long"})["name"])
    assert 'aria-invalid="true"' in context["widget"]
    assert 'aria-describedby="id_name-hint id_name-error"' in context["widget"]


def test_the_forms_own_hint_may_hold_markup_and_a_templates_may_not() -> None:
    assert "<b>five</b>" in render(Form())
    html = render(Form(), "hint=typed")
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_a_hint_can_be_left_out() -> None:
    assert 'class="hint"' not in render(Form(), 'hint=""')
