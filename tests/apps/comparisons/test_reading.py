"""Reading blind: an order drawn once, what may be said and until when, and no byte by which a reader could tell which
version said what."""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.test import Client

from apps.artifacts.models import Artifact
from apps.artifacts.services import keep, stage
from apps.comparisons.blind import offers
from apps.comparisons.models import CaseReading, ComparedAnswer, Comparison, Reading
from apps.comparisons.services import add_cases, change_comparison
from apps.endpoints.models import Prediction, PredictionArtifact
from apps.feedback.replays import replay_ended
from apps.registry.models import Version
from atrium.access.guests import guest_cookie, key_cookie
from atrium.access.principals import Guest, LinkRole, Role, System
from atrium.errors import Conflict
from atrium.tenancy.context import team_context
from tests.apps.feedback.cases import signed_in, words
from tests.comparing import compared, label, second_version
from tests.people import PIXEL, Lab
from tests.queries import queries_of

pytestmark = pytest.mark.usefixtures("unanswered")
CASES = 6


def client_of(guest: Guest) -> Client:
    client = Client()
    client.cookies["key"] = key_cookie(guest.grant.link_id, "")
    client.cookies["guest"] = guest_cookie(guest.grant.link_id, guest.guest_id)
    return client


def offered(lab: Lab, cases: int = CASES) -> Comparison:
    """A blind comparison of two versions, all answered with a label and a picture: the first says effusion."""
    second = second_version(lab)
    examples = [lab.example().prediction_id for _ in range(cases)]
    comparison = compared(lab, examples, second, blind=True)
    while True:
        with team_context(lab.alice):
            asked = ComparedAnswer.objects.filter(case__comparison=comparison, answered__state="queued")
            found = list(asked.select_related("answered", "compared__version"))
            for each in found:
                prediction = each.answered
                assert prediction is not None
                [artifact] = keep([stage(lab.team.pk, PIXEL, "image/png")])
                PredictionArtifact.objects.create(prediction=prediction, artifact=artifact)
                said = label("effusion" if each.compared.version.number == 1 else "none")
                drawn = {"kind": "image", "artifact": str(artifact.pk), "width": 1, "height": 1}
                prediction.answer, prediction.state = said | {"drawn": drawn}, "succeeded"
                prediction.timings = {"total": 84.0 * each.compared.version.number}
                prediction.save()
        if not found:
            return comparison
        for each in found:
            assert each.answered_id is not None
            replay_ended(System(lab.team.pk, "a test"), each.answered_id)


def reading_page(guest: Guest, comparison: Comparison) -> str:
    return f"/r/{guest.grant.link_id}/comparisons/{comparison.pk}/"


def secrets_of(lab: Lab, comparison: Comparison) -> list[bytes]:
    """What a reader must not find: names and numbers, and ids of versions, answers and their files."""
    with team_context(lab.alice):
        versions = list(Version.objects.select_related("model"))
        answers = list(ComparedAnswer.objects.filter(case__comparison=comparison))
        made = Prediction.objects.filter(compared_answers__in=answers)
        files = [(each.answer or {})["drawn"]["artifact"] for each in made]
        hidden = [str(each) for each in versions] + [each.model.name for each in versions] + [comparison.name]
        hidden += [str(each.pk) for each in (*made, *answers)] + files
        hidden += [str(each.pk) for each in versions] + [str(each.compared_id) for each in answers]
    return [text.encode() for text in {*hidden, *(text.replace("-", "") for text in hidden[len(versions) :])}]


def bytes_of(answer: Any) -> bytes:
    """All that came: head and body."""
    head = "".join(f"{name}: {value}\n" for name, value in answer.headers.items())
    return head.encode() + bytes(answer.content)


def walk(client: Client, page: str) -> Iterator[tuple[str, Any]]:
    """A guest's whole way: the bench, the cover, each case with all its files, a judgement of each, and back again."""
    yield "bench", client.get(f"/r/{page.split('/')[2]}/")
    yield "cover", client.get(page)
    yield "begun", client.post(page, {"act": "begin"})
    for position in range(1, CASES + 1):
        case = client.get(f"{page}{position}/")
        yield f"case {position}", case
        for file in sorted(set(re.findall(r'src="(/r/[^"]+)"', case.content.decode()))):
            yield file, client.get(file)
        given = {"choice": "A", "verdict-A": "right", "comment": "It is."}
        yield "said", client.post(f"{page}{position}/", given)
    yield "refused", client.post(f"{page}1/", {"choice": "Z", "stays": "1"})
    yield "on the way", client.get(page)


def test_no_byte_tells_which_version_said_what_before_the_end(lab: Lab) -> None:
    comparison, guest = offered(lab), lab.guest()
    client, page = client_of(guest), reading_page(guest, comparison)
    hidden, files = secrets_of(lab, comparison), 0
    for what, answer in walk(client, page):
        assert answer.status_code in (200, 303, 400), (what, answer.status_code)
        told = bytes_of(answer)
        assert [each for each in hidden if each in told] == [], what
        assert "server-timing" not in {name.lower() for name in answer.headers}, what
        files += what.startswith("/r/")
    assert files == CASES * 3  # the film, and what each version drew
    done = client.post(page, {"act": "finish"})
    assert done.status_code == 303
    html = words(client.get(page))
    assert "reader v1" in html
    assert "reader v2" in html
    assert "reader" in words(client.get(f"/r/{guest.grant.link_id}/"))


def test_what_a_guest_takes_away_names_no_version_before_the_end(lab: Lab) -> None:
    comparison, guest = offered(lab, 1), lab.guest()
    lab.prediction(guest)
    client, page = client_of(guest), reading_page(guest, comparison)

    def taken() -> bytes:
        archive = client.get(f"/r/{guest.grant.link_id}/data").getvalue()
        with ZipFile(BytesIO(archive)) as entries:
            return entries.read("data.json")

    client.post(page, {"act": "begin"})
    client.post(f"{page}1/", {"choice": "A"})
    told = taken()
    assert b'"effusion"' in told
    assert [each for each in secrets_of(lab, comparison) if each in told] == []
    client.post(page, {"act": "finish"})
    assert b"reader v1" in taken()


def test_who_sees_it(lab: Lab, other_lab: Lab) -> None:
    comparison, still = offered(lab, 1), compared(lab, [lab.prediction(lab.alice).pk])
    dana = lab.guest()
    assert "1 case to compare" not in words(client_of(lab.guest(LinkRole.TRY)).get(f"/r/{dana.grant.link_id}/"))
    for role in (LinkRole.VIEW, LinkRole.TRY):
        guest = lab.guest(role)
        bench = client_of(guest).get(f"/r/{guest.grant.link_id}/").content.decode()
        assert str(comparison.pk) not in bench
        assert "reader" in bench  # who does not read learns who answers, as before
        assert client_of(guest).get(reading_page(guest, comparison)).status_code == 403
    bench = client_of(dana).get(f"/r/{dana.grant.link_id}/").content.decode()
    assert str(comparison.pk) in bench
    assert str(still.pk) not in bench
    assert client_of(dana).get(reading_page(dana, still)).status_code == 404
    charlies = other_lab.guest()
    assert client_of(charlies).get(reading_page(charlies, comparison)).status_code == 404
    member = f"/t/{lab.team.slug}/{lab.project.slug}/endpoints/{lab.endpoint.slug}/bench/comparisons/{comparison.pk}/"
    assert signed_in(lab.alice).get(member).status_code == 200
    assert signed_in(lab.member("Vera", Role.VIEWER)).get(member).status_code == 403


def test_the_order_is_drawn_once_for_each_reader_and_case(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    comparison, seeds = offered(lab), iter(range(3))
    monkeypatch.setattr("apps.comparisons.readings.randbits", lambda _: next(seeds))

    def orders_of(guest: Guest) -> tuple[tuple[str, ...], ...]:
        with team_context(lab.alice):
            rows = CaseReading.objects.filter(reading__reader_id=guest.guest_id)
            return tuple(tuple(row.shown) for row in rows)

    seen = set()
    for guest in (lab.guest() for _ in range(3)):
        client, page = client_of(guest), reading_page(guest, comparison)
        client.post(page, {"act": "begin"})
        orders = orders_of(guest)
        client.post(page, {"act": "begin"})
        assert orders_of(guest) == orders
        seen.add(orders)
        first = client.get(f"{page}1/").content.decode()
        with team_context(lab.alice):
            leads = str(Version.objects.get(number=1).compared.get().pk) == orders[0][0]
        assert (first.index("<strong>effusion") < first.index("<strong>none")) == leads
    assert len(seen) == 3
    assert len({order for orders in seen for order in orders}) == 2


def test_it_goes_on_where_one_left_and_changes_until_the_end(lab: Lab) -> None:
    comparison, guest = offered(lab, 2), lab.guest()
    client, page = client_of(guest), reading_page(guest, comparison)
    assert client.post(page, {"act": "begin", "name": "Dr. Santos"})["Location"] == f"{page}1/"
    assert client.post(f"{page}1/", {"choice": "B"})["Location"] == f"{page}2/"
    assert client.post(page, {"act": "begin"})["Location"] == f"{page}2/"
    assert "1 of 2 read" in words(client.get(page))
    assert "1 of 2 cases still to compare" not in words(client.get(page))
    client.post(page, {"act": "finish"})
    assert "1 of the cases is not read yet" in words(client.get(page))
    assert client.post(f"{page}1/", {"choice": "neither", "stays": "1"}).status_code == 204
    client.post(f"{page}2/", {"choice": "equal", "verdict-B": "wrong", "comment": " why "})
    client.post(page, {"act": "finish"})
    assert client.post(f"{page}1/", {"choice": "A"})["Location"] == page
    assert client.post(f"{page}1/", {"choice": "A", "stays": "1"}).status_code == 409
    assert client.get(f"{page}1/")["Location"] == page
    with team_context(lab.alice):
        one, two = CaseReading.objects.order_by("case__position")
        assert (one.choice, two.choice, two.comment) == ("neither", "equal", "why")
        assert two.verdicts == {two.shown[1]: "wrong"}
        assert Reading.objects.get().reader_name == "Dr. Santos"


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"choice": "C"},
        {"choice": "a"},
        {"choice": "A", "verdict-B": "maybe"},
        {"choice": "A", "comment": "x" * 2001},
    ],
)
def test_what_cannot_be_said(lab: Lab, given: dict[str, str]) -> None:
    comparison, guest = offered(lab, 1), lab.guest()
    client, page = client_of(guest), reading_page(guest, comparison)
    client.post(page, {"act": "begin"})
    assert client.post(f"{page}1/", given | {"stays": "1"}).status_code == 400
    assert client.post(f"{page}1/", given)["Location"] == f"{page}1/"
    assert client.get(f"{page}2/").status_code == 404
    assert client.get(f"{page}1/files/a-0").status_code == 404
    with team_context(lab.alice):
        assert CaseReading.objects.get().choice == ""


def test_closed_it_ends_for_all(lab: Lab) -> None:
    comparison, begun, late = offered(lab, 2), lab.guest(), lab.guest()
    client, page = client_of(begun), reading_page(begun, comparison)
    client.post(page, {"act": "begin"})
    client.post(f"{page}1/", {"choice": "A"})
    change_comparison(lab.alice, comparison.pk, closed=True)
    assert "reader v1" in words(client.get(page))
    assert client.post(f"{page}2/", {"choice": "A"})["Location"] == page
    other, other_page = client_of(late), reading_page(late, comparison)
    other.post(other_page, {"act": "begin"})
    assert "has closed this comparison" in words(other.get(other_page))
    change_comparison(lab.alice, comparison.pk, closed=False)
    assert client.post(f"{page}2/", {"choice": "A", "stays": "1"}).status_code == 409
    assert other.post(other_page, {"act": "begin"})["Location"] == f"{other_page}1/"
    with pytest.raises(Conflict, match="reads it already"):
        add_cases(lab.alice, comparison.pk, predictions=[lab.prediction(lab.alice).pk])


def test_a_case_without_all_its_answers_is_not_shown(lab: Lab) -> None:
    comparison, guest = offered(lab, 2), lab.guest()
    with team_context(lab.alice):
        gone = ComparedAnswer.objects.filter(case__comparison=comparison, case__position=1)[:1]
        Prediction.objects.filter(compared_answers__in=list(gone)).update(state="failed", answer=None)
    client, page = client_of(guest), reading_page(guest, comparison)
    assert client.post(page, {"act": "begin"})["Location"] == f"{page}2/"
    assert client.get(f"{page}1/").status_code == 404
    assert "1 of 1" in words(client.get(f"{page}2/"))


def test_the_files_of_a_reading_are_its_readers_alone(lab: Lab) -> None:
    comparison, dana, erin = offered(lab, 1), lab.guest(), lab.guest()
    for guest in (dana, erin):
        client_of(guest).post(reading_page(guest, comparison), {"act": "begin"})
    page = reading_page(dana, comparison)
    mine = re.findall(r'src="(/r/[^"]+)"', client_of(dana).get(f"{page}1/").content.decode())
    names = [address.rpartition("/")[2] for address in mine]
    assert all(client_of(dana).get(address).status_code == 200 for address in mine)
    theirs = reading_page(erin, comparison)
    assert all(client_of(erin).get(f"{theirs}1/files/{name.partition('?')[0]}").status_code == 404 for name in names)
    with team_context(lab.alice):
        drawn = Artifact.objects.filter(pk__in=PredictionArtifact.objects.values("artifact"))
        ids = [str(pk) for pk in drawn.values_list("pk", flat=True)]
    assert all(client_of(dana).get(f"{page}1/files/{each}").status_code == 404 for each in ids)


def test_what_is_offered_asks_nothing_once_a_comparison(lab: Lab) -> None:
    dana = lab.guest()

    def asked() -> tuple[list[tuple[int, int]], int]:
        with team_context(dana):
            found = [(each.cases, each.left) for each in offers(dana, lab.endpoint)]
            return found, len(queries_of(lambda: offers(dana, lab.endpoint)))

    offered(lab, 1)
    one, few = asked()
    offered(lab, 2)
    offered(lab, 3)
    all_of_them, many = asked()
    assert (one, all_of_them, many) == ([(1, 1)], [(1, 1), (2, 2), (3, 3)], few)
