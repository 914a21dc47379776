"""Lists cost as many queries with thirty rows as with three."""

from collections.abc import Callable

from django.test import Client

from apps.analyses.services import create_slice, save_analysis
from apps.comparisons.models import ComparedCase, ComparedVersion, Comparison
from apps.endpoints.services import create_endpoint
from apps.feedback.models import Message, Thread
from apps.sharing.bench import bench_state, guest_place, member_place
from apps.sharing.services import introduce
from atrium.access.principals import Guest, Role
from atrium.tenancy.context import team_context
from tests.browsing import signed_in
from tests.people import Lab, ready_version
from tests.queries import queries_of
from tests.rights.stage import judge
from tests.tables import ready_table, run_of

Reads = dict[str, Callable[[], object]]
FEW, MANY = 3, 30


def reads_of(lab: Lab, dana: Guest) -> Reads:
    table = ready_table(lab.alice, lab.project, "rows")
    page = signed_in(lab.alice)
    api = Client(headers={"Authorization": f"Bearer {lab.token()}"})
    team, project = f"/t/{lab.team.slug}/", f"/t/{lab.team.slug}/{lab.project.slug}/"

    def got(client: Client, path: str) -> Callable[[], object]:
        def read() -> None:
            answer = client.get(path)
            assert answer.status_code == 200, (path, answer.status_code)

        return read

    def bench(principal: Guest | None) -> Callable[[], object]:
        def read() -> None:
            with team_context(principal or lab.alice):
                if principal is None:
                    bench_state(lab.alice, lab.endpoint, member_place(lab.team.slug, lab.endpoint))
                else:
                    bench_state(principal, lab.endpoint, guest_place(principal))

        return read

    rest = {
        "threads": f"projects/{lab.project.pk}/threads",
        "models": f"projects/{lab.project.pk}/models",
        "versions": f"models/{lab.version.model_id}",
        "endpoints": f"projects/{lab.project.pk}/endpoints",
        "examples": f"endpoints/{lab.endpoint.pk}/examples",
        "links": f"endpoints/{lab.endpoint.pk}/links",
        "comparisons": f"endpoints/{lab.endpoint.pk}/comparisons",
        "datasets": f"projects/{lab.project.pk}/datasets",
        "a dataset": f"datasets/{table.dataset_id}",
        "slices": f"datasets/{table.dataset_id}/slices",
        "analyses": f"datasets/{table.dataset_id}/analyses",
        "runs": f"dataset-versions/{table.pk}/runs",
        "audit": "audit",
    }
    pages = {
        "the team": team,
        "members": f"{team}settings/",
        "the project": project,
        "the models": f"{project}models/",
        "a model": f"{project}models/reader/",
        "the endpoints": f"{project}endpoints/",
        "an endpoint": f"{project}endpoints/{lab.endpoint.slug}/",
        "the comparisons": f"{project}endpoints/{lab.endpoint.slug}/comparisons/",
        "the inbox": f"{project}inbox/",
        "the datasets": f"{project}datasets/",
        "a dataset's page": f"{project}datasets/rows/",
        "a table": f"{project}datasets/rows/v1/",
        "the debugger": f"{project}datasets/rows/v1/debugger/",
    }
    return (
        {"a guest's bench": bench(dana), "a member's bench": bench(None)}
        | {f"REST: {name}": got(api, f"/api/v1/{path}") for name, path in rest.items()}
        | {name: got(page, path) for name, path in pages.items()}
    )


def add_row(lab: Lab, dana: Guest, number: int) -> None:
    """One more of each thing."""
    original = lab.prediction(dana)
    edited = lab.prediction(dana, original=original, case=bytes(original.original_sha256))
    for judged in (edited, lab.example().prediction):
        judge(lab, dana, judged.pk)
        thread = Thread.objects.get(flags__prediction=judged)
        Message.objects.create(thread=thread, author_kind="member", author_id=lab.alice.user_id, body="Thank you.")
    ready_version(lab.alice, lab.project, "reader")
    version = ready_version(lab.alice, lab.project, f"reader-{number}")
    create_endpoint(lab.alice, lab.project.pk, name=f"Reader {number}", version_id=version.pk)
    comparison = Comparison.objects.create(endpoint=lab.endpoint, name=f"Comparison {number}", is_blind=True)
    ComparedVersion.objects.create(comparison=comparison, version=lab.version, position=1)
    ComparedCase.objects.create(comparison=comparison, asked=original, position=1)
    lab.link()
    table = ready_table(lab.alice, lab.project, "rows")
    ready_table(lab.alice, lab.project, f"rows-{number}")
    create_slice(lab.alice, table.dataset_id, name=f"Slice {number}", where={"column": "age"})
    run_of(lab.alice, table.dataset.versions.get(number=1), version)
    save_analysis(lab.alice, table.pk, name=f"View {number}", question={"type": "view"})
    lab.member(f"Bob{number}", Role.MEMBER)


def add_rows(lab: Lab, dana: Guest, numbers: range) -> None:
    with team_context(lab.alice):
        for number in numbers:
            add_row(lab, dana, number)


def test_a_list_asks_nothing_once_a_row(lab: Lab) -> None:
    dana = lab.guest()
    introduce(dana, name="Dana")
    reads = reads_of(lab, dana)
    add_rows(lab, dana, range(FEW))
    few = {name: queries_of(read) for name, read in reads.items()}
    add_rows(lab, dana, range(FEW, MANY))
    many = {name: queries_of(read) for name, read in reads.items()}
    assert min(map(len, few.values())) > 1
    grown = {name: (len(few[name]), sorted(sent)) for name, sent in many.items() if len(sent) > len(few[name])}
    assert grown == {}
