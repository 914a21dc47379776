"""What the tags write obeys the policy: no style attribute, no inline script."""

from datetime import timedelta

import pytest
from django.template import engines
from django.utils import timezone


def render(source: str, **context: object) -> str:
    return engines["django"].from_string("{% load atrium %}" + source).render(context)


def test_a_score_beside_the_originals_shows_the_difference() -> None:
    html = render('{% score "Effusion" 0.39 0.81 top=True %}')
    assert 'width="39.0%"' in html
    assert 'x="81.0%"' in html
    assert "−0.42" in html
    assert "style=" not in html


def test_a_score_alone_has_neither_tick_nor_difference() -> None:
    html = render('{% score "Effusion" 0.81 %}')
    assert 'class="was"' not in html
    assert 'class="delta"' not in html


def test_a_name_is_escaped() -> None:
    assert "<i>" not in render("{% score name 0.5 %}", name="<i>")


def test_a_time_is_exact_on_hover() -> None:
    html = render("{{ at|ago }}", at=timezone.now() - timedelta(minutes=4, seconds=5))
    assert ">4 min ago</time>" in html
    assert "UTC" in html


def test_no_time_has_a_word() -> None:
    assert "never" in render("{{ at|ago }}", at=None)


@pytest.mark.parametrize(("used", "tone"), [(10, "meter "), (79, "meter "), (80, "meter warn"), (120, "meter bad")])
def test_a_meter_warns_before_the_limit(used: int, tone: str) -> None:
    assert f'class="{tone}"' in render('{% meter used 100 "Storage" %}', used=used)
