"""How what a worker found reaches the version, as the dispatcher's role writes it."""

from uuid import uuid4

from django.conf import settings
from msgspec.structs import replace

from apps.artifacts.models import Artifact
from apps.datasets.ingestion import FILE_OF_ONE_PIECE, INGEST, PARQUET, TABLE_BYTES, payload, place_for
from apps.datasets.tables import columns_of
from apps.datasets.uploading import retry_reading
from apps.jobs.kinds import Presigned
from atrium import storage
from atrium.storage import Multipart
from atrium.tenancy.context import team_context
from gpu_workers.protocol.datasets import Column, Count, Facts, Ingest, Kind, Reading, Role
from gpu_workers.protocol.messages import Failure
from tests.conftest import AsDispatcher
from tests.people import Lab
from tests.tables import COLUMNS, PREVIEW

from .reading import SOUND, finish, reread, under_way


def test_the_worker_is_told_where_from_and_where_to(lab: Lab) -> None:
    version = under_way(lab)
    work = INGEST.build(payload(version), None, presigned(attempt=1))
    assert isinstance(work, Ingest)
    assert work.url == f"get {version.file.key}"
    assert work.put.url == f"put team/{lab.team.pk}/{version.place} {PARQUET}"
    assert (work.put.content_type, work.format, work.size) == (PARQUET, "csv", version.file.size)
    assert bytes.fromhex(work.sha256) == bytes(version.file.sha256)


def presigned(attempt: int) -> Presigned:
    """Addresses that say what they are for."""

    def multipart(key: str, upload: str, count: int) -> Multipart:
        parts = tuple(f"part {number} {key} {upload}" for number in range(1, count + 1))
        return Multipart(parts, f"join {key} {upload}", f"drop {key} {upload}")

    return Presigned(lambda key: f"get {key}", lambda key, kind: f"put {key} {kind}", multipart, attempt)


def test_a_large_table_is_put_in_parts_each_attempt_with_its_own(lab: Lab) -> None:
    version = under_way(lab)
    work = INGEST.build(payload(version, ["first", "second", "third"]), None, presigned(attempt=2))
    assert isinstance(work, Ingest)
    parts, key = work.put.parts, f"team/{lab.team.pk}/{version.place}"
    assert parts is not None
    assert (work.put.url, work.limit) == ("", TABLE_BYTES)
    assert parts.size * len(parts.urls) == TABLE_BYTES
    assert (parts.urls[0], parts.join) == (f"part 1 {key} second", f"join {key} second")
    assert (parts.drop, parts.before) == (f"drop {key} second", (f"drop {key} first",))


def test_the_place_of_a_large_table_is_opened_for_each_attempt(lab: Lab) -> None:
    file = under_way(lab).file
    assert place_for(file).uploads == ()
    file.size = FILE_OF_ONE_PIECE + 1
    place = place_for(file)
    key = f"team/{lab.team.pk}/{place.id}"
    opened = {(found, upload) for found, upload, _ in storage.listed_uploads(key)}
    assert opened == {(key, upload) for upload in place.uploads}
    assert len(opened) == settings.ATTEMPTS
    for upload in place.uploads:
        storage.abort_upload(key, upload)


def test_a_sound_table_is_kept_with_its_facts(lab: Lab, as_dispatcher: AsDispatcher) -> None:
    version = under_way(lab)
    as_dispatcher(finish, (version, SOUND))
    kept = reread(lab, version)
    assert (kept.state, kept.rows, kept.preview) == ("ready", 4, PREVIEW)
    assert columns_of(kept) == COLUMNS
    assert kept.remarks == ["Lines end with CR LF."]
    assert kept.roles_set_at is None
    assert kept.table is not None
    assert (kept.table.pk, kept.table.size, bytes(kept.table.sha256).hex()) == (version.place, 1234, "ab" * 32)
    assert kept.table.content_type == PARQUET


def test_roles_that_came_with_the_file_count(lab: Lab, as_dispatcher: AsDispatcher) -> None:
    version = under_way(lab, declared={"site": "label", "p": "probability:forest:effusion", "gone": "id"})
    as_dispatcher(finish, (version, SOUND))
    kept = reread(lab, version)
    roles = {column.name: (column.role, column.model, column.of_class) for column in columns_of(kept)}
    assert roles["site"] == (Role.LABEL, "", "")
    assert roles["finding"] == (Role.FEATURE, "", "")
    assert roles["p"] == (Role.PROBABILITY, "forest", "effusion")
    assert "“gone”" in kept.remarks[-1]
    assert kept.roles_set_at is not None


def test_what_no_row_can_hold_is_written_so_that_it_can(lab: Lab, as_dispatcher: AsDispatcher) -> None:
    odd = Column("a\\u0000", Kind.TEXT, Role.FEATURE, facts=Facts(top=(Count("x\x00y\\", 1),), low=float("nan")))
    said = replace(SOUND, columns=(odd,), preview=(("\x00",), (r"\u0000",), ("\\\x00",)))
    version = under_way(lab)
    as_dispatcher(finish, (version, said))
    kept = reread(lab, version)
    [column] = columns_of(kept)
    assert (column.name, column.facts.top[0].value, column.facts.low) == ("a\\u0000", "x\ufffdy\\", None)
    assert kept.preview == [["\ufffd"], [r"\u0000"], ["\\\ufffd"]]


def test_a_bad_file_leaves_a_sentence_and_nothing_else(lab: Lab, as_dispatcher: AsDispatcher) -> None:
    version = under_way(lab)
    as_dispatcher(finish, (version, Reading("rejected", rule="ragged_row", reason="Row 3 has 4 values.\x00")))
    kept = reread(lab, version)
    assert (kept.state, kept.rule, kept.reason) == ("rejected", "ragged_row", "Row 3 has 4 values.\ufffd")
    assert (kept.table, kept.columns, kept.place) == (None, [], None)
    with team_context(lab.alice):
        assert not Artifact.objects.filter(pk=version.place or uuid4()).exists()


def test_a_failure_of_ours_can_be_tried_again(lab: Lab, as_dispatcher: AsDispatcher) -> None:
    version = under_way(lab)
    as_dispatcher(finish, (version, Failure("worker_lost", "It was begun 3 times.", "detail")))
    kept = reread(lab, version)
    assert (kept.state, kept.error) == ("failed", {"code": "worker_lost", "message": "It was begun 3 times."})
    retry_reading(lab.alice, version.pk)
    again = reread(lab, version)
    assert (again.state, again.place != version.place) == ("reading", True)


def test_a_version_that_was_deleted_or_decided_meanwhile_is_left(lab: Lab, as_dispatcher: AsDispatcher) -> None:
    gone, decided, other = under_way(lab, "gone"), under_way(lab, "decided"), under_way(lab, "other")
    with team_context(lab.alice):
        gone.delete()
    as_dispatcher(finish, (decided, SOUND))
    as_dispatcher(finish, (gone, SOUND), (decided, replace(SOUND, rows=9)), (other, SOUND))
    assert (reread(lab, decided).rows, reread(lab, other).state) == (4, "ready")
    with team_context(lab.alice):
        assert not Artifact.objects.filter(pk=gone.place or uuid4()).exists()
