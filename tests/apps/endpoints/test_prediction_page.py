"""A prediction has a page for its team, with the way to the conversation about its case."""

from apps.endpoints.models import Prediction
from apps.feedback.services import flag_prediction
from apps.registry.models import Version
from atrium.access.principals import Role
from atrium.tenancy.context import team_context
from tests.browsing import signed_in, text_of
from tests.people import Lab


def test_a_member_sees_what_was_sent_and_answered(lab: Lab) -> None:
    prediction = lab.prediction(lab.guest(), timings={"total": 84.0})
    url = f"/t/{lab.team.slug}/predictions/{prediction.pk}"
    vera = signed_in(lab.member("Vera", Role.VIEWER))
    page = text_of(vera.get(url))
    assert f"/t/{lab.team.slug}/pictures/{prediction.inputs['film']['original']}" in page
    assert "effusion" in page
    assert "0.90" in page
    assert '84 <span class="unit">ms</span>' in page
    assert "a guest on a link" in page
    assert "inbox/" + str(prediction.pk) not in page


def test_the_edits_stand_below_what_the_model_was_given_in_the_words_of_the_inbox(lab: Lab) -> None:
    prediction = lab.prediction(lab.alice)
    with team_context(lab.alice):
        film = prediction.inputs["film"] | {"rendered": prediction.inputs["film"]["original"][:-4] + "ffff"}
        edits = [{"kind": "occlude", "x": 0, "y": 0, "w": 1, "h": 1, "fill": "mean"}, {"kind": "flip", "axis": "x"}]
        Prediction.objects.filter(pk=prediction.pk).update(edits=edits, inputs={"film": film})
    page = text_of(signed_in(lab.alice).get(f"/t/{lab.team.slug}/predictions/{prediction.pk}"))
    assert "What the model was given: Cover, average, 100 × 100 %; Flip left and right" in page


def test_a_flagged_case_leads_to_its_thread(lab: Lab) -> None:
    prediction = lab.prediction(lab.alice)
    url = f"/t/{lab.team.slug}/predictions/{prediction.pk}"
    client = signed_in(lab.alice)
    assert "The conversation about this case" not in text_of(client.get(url))
    flag = flag_prediction(lab.alice, prediction.pk, verdict="wrong", message="The marker.")
    assert f"/films/inbox/{flag.thread_id}/" in text_of(client.get(url))


def test_a_failure_is_told_with_its_code(lab: Lab) -> None:
    prediction = lab.prediction(lab.alice)
    with team_context(lab.alice):
        error = {"code": "model_too_slow", "message": "It was stopped after 10 s."}
        Prediction.objects.filter(pk=prediction.pk).update(state="failed", answer=None, error=error)
    page = text_of(signed_in(lab.alice).get(f"/t/{lab.team.slug}/predictions/{prediction.pk}"))
    assert "It was stopped after 10 s." in page
    assert "model_too_slow" in page


def test_a_vector_is_told_by_its_length_its_norm_and_a_strip(lab: Lab) -> None:
    prediction = lab.prediction(lab.alice)
    with team_context(lab.alice):
        answer = {"embedding": {"kind": "vector", "values": [0.6, -0.8], "norm": 5.0}}
        Prediction.objects.filter(pk=prediction.pk).update(answer=answer)
        output = {"kind": "vector", "name": "embedding", "title": "Likeness"}
        interface = {**(lab.version.interface or {}), "outputs": [output]}
        Version.objects.filter(pk=lab.version.pk).update(interface=interface)
    page = text_of(signed_in(lab.alice).get(f"/t/{lab.team.slug}/predictions/{prediction.pk}"))
    assert "<h3>Likeness</h3>" in page
    assert "2 numbers, norm 5.00" in page
    assert '<path d="M80.0 20v-15.0M240.0 20v20.0" />' in page
    assert "2 numbers, norm 5.00" in text_of(signed_in(lab.alice).get(f"/t/{lab.team.slug}/films/endpoints/reader/"))


def test_a_stranger_finds_nothing(lab: Lab, other_lab: Lab) -> None:
    prediction = lab.prediction(lab.alice)
    charlie = signed_in(other_lab.alice)
    assert charlie.get(f"/t/{lab.team.slug}/predictions/{prediction.pk}").status_code == 404
    assert charlie.get(f"/t/{other_lab.team.slug}/predictions/{prediction.pk}").status_code == 404
    assert signed_in(lab.alice).get(f"/t/{lab.team.slug}/predictions/{prediction.pk}").status_code == 200
