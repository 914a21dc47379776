"""What came of a comparison: counted, tested, told, taken away; and what becomes of it when a reader goes."""

import csv
import io

import pytest

from apps.comparisons.agreement import LEAST_DECIDED
from apps.comparisons.models import CaseReading, Comparison, Reading
from apps.comparisons.results import results_of
from apps.comparisons.selectors import comparison_for
from apps.sharing.withdrawal import withdraw
from atrium.access.principals import Guest
from atrium.tenancy.context import team_context
from tests.apps.feedback.cases import signed_in, words
from tests.comparing import answer, compared, label
from tests.people import Lab
from tests.schema import Api

pytestmark = pytest.mark.usefixtures("unanswered")


def read(lab: Lab, comparison: Comparison, reader: Guest, choices: str, comment: str = "") -> None:
    """choices: by case 1 or 2 (the version that was preferred, which stood first), = or 0."""
    with team_context(lab.alice):
        first, second = comparison.versions.order_by("position")
        reading = Reading.objects.create(
            comparison=comparison, reader_kind="guest", reader_id=reader.guest_id, reader_name=reader.name, seed=1
        )
        for case, said in zip(comparison.cases.order_by("position"), choices, strict=True):
            preferred = {"1": first, "2": second}.get(said)
            order = [second, first] if said == "2" else [first, second]
            CaseReading.objects.create(
                reading=reading,
                case=case,
                shown=[str(each.pk) for each in order],
                choice={"=": "equal", "0": "neither"}.get(said, "preferred"),
                preferred=preferred,
                verdicts={str(first.pk): "right"},
                comment=comment,
            )


def made(lab: Lab, cases: int) -> Comparison:
    found = compared(lab, [lab.prediction(lab.alice).pk for _ in range(cases)], blind=True)
    answer(lab, found, {1: label("none"), 2: label("effusion")})
    return found


def test_preference_agreement_and_order_are_told(lab: Lab) -> None:
    comparison = made(lab, 4)
    read(lab, comparison, lab.guest(name="Dr. Santos"), "222=", "=1+1")
    read(lab, comparison, lab.guest(name="Dr. Lind"), "2220")
    with team_context(lab.alice):
        found = results_of(comparison_for(lab.alice, comparison.pk))
    assert found.decided == LEAST_DECIDED
    assert [each.preferred.hits for each in found.preferred] == [0, 6]
    assert [each.right.hits for each in found.preferred] == [8, 0]
    [pair] = found.pairs
    assert pair.p == pytest.approx(2 / 2**6)
    assert (found.shown_first.hits, found.shown_first.rows) == (6, 6)
    assert found.between_readers.kappa == pytest.approx((3 / 4 - 9 / 16) / (1 - 9 / 16))
    [between] = found.between_versions
    assert (between.equal.hits, between.equal.rows) == (0, 4)
    page = f"/t/{lab.team.slug}/{lab.project.slug}/endpoints/{lab.endpoint.slug}/comparisons/{comparison.pk}/"
    html = words(signed_in(lab.alice).get(f"{page}results/"))
    assert "reader v2 was preferred to reader v1 in 6 of 6 readings, p = 0.031." in html
    assert "2 readings without a preference are left out of that." in html
    assert "Dr. Santos" in html
    table = signed_in(lab.alice).get(f"{page}readings.csv")
    lines = list(csv.DictReader(io.StringIO(table.getvalue().decode("utf-8-sig"))))
    assert len(lines) == 8
    assert lines[0]["comment"] == "'=1+1"
    assert (lines[0]["preferred"], lines[0]["order"]) == ("reader v2", "A reader v2, B reader v1")
    told = Api(lab.token()).get(f"comparisons/{comparison.pk}/results")[1]
    assert told["pairs"][0]["p"] == pair.p
    assert told["readers"]["count"] == 2


def test_too_few_readings_say_so(lab: Lab) -> None:
    comparison = made(lab, 2)
    page = f"/t/{lab.team.slug}/{lab.project.slug}/endpoints/{lab.endpoint.slug}/comparisons/{comparison.pk}/results/"
    assert "Nobody has read a case yet." in words(signed_in(lab.alice).get(page))
    read(lab, comparison, lab.guest(), "1=")
    html = words(signed_in(lab.alice).get(page))
    assert "1 reading prefers one version." in html
    assert "Too few readings to tell" in html


def test_a_guest_who_withdraws_is_no_reader_any_more(lab: Lab) -> None:
    comparison, dana = made(lab, 1), lab.guest()
    read(lab, comparison, dana, "1")
    read(lab, comparison, lab.guest(), "2")
    withdraw(dana)
    with team_context(lab.alice):
        assert results_of(comparison_for(lab.alice, comparison.pk)).readings == 1
        assert not Reading.objects.filter(reader_id=dana.guest_id).exists()
