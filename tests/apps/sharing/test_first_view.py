"""The page of a bench shows the first case and its answer before a script has come."""

from django.test import Client

from apps.endpoints.models import Prediction
from tests.browsing import signed_in
from tests.people import Lab

from .test_member_bench import bench


def before_the_script(client: Client, url: str) -> str:
    """What the browser is given to show: the page up to what the script reads."""
    return client.get(url).content.decode().split('<script id="bench-state"')[0]


def picture_of(lab: Lab, prediction: Prediction) -> str:
    return f"/t/{lab.team.slug}/pictures/{prediction.inputs['film']['original']}"


def test_a_page_shows_its_first_example_and_what_the_model_said_of_it(lab: Lab) -> None:
    example = lab.example().prediction
    lab.prediction(lab.alice)
    page = before_the_script(signed_in(lab.alice), bench(lab))
    name, score = example.answer["finding"]["scores"][0]
    assert f"<b>{name}</b>" in page
    assert f"<b>{score:.2f}</b>" in page
    picture = picture_of(lab, example)
    assert page.count(picture) == 2, "asked for before anything else, and shown"
    assert page.index(picture) < page.index("stylesheet")


def test_the_case_that_the_address_names_comes_first(lab: Lab) -> None:
    lab.example()
    mine = lab.prediction(lab.alice)
    page = before_the_script(signed_in(lab.alice), bench(lab, f"?cases={mine.pk}"))
    assert picture_of(lab, mine) in page


def test_without_a_case_there_is_nothing_to_show(lab: Lab) -> None:
    page = before_the_script(signed_in(lab.alice), bench(lab))
    assert lab.endpoint.name in page
    assert "/pictures/" not in page
