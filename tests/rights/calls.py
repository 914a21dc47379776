"""How each address is called, and which right it needs: the one place where a new route is classified."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.operations import OPERATIONS

from .routes import Route
from .table import Right

API = "api/v1/"
PROJECT = "t/<slug:team>/<slug:project>/"
MODELS = f"{PROJECT}models/"
VERSION = f"{MODELS}<slug:model>/v<int:number>/"
DATASETS = f"{PROJECT}datasets/"
DATASET = f"{DATASETS}<slug:dataset>/"
TABLE = f"{DATASET}v<int:number>/"
DEBUGGER = f"{TABLE}debugger/"
ENDPOINTS = f"{PROJECT}endpoints/"
ENDPOINT = f"{ENDPOINTS}<slug:endpoint>/"
LINKS = f"{ENDPOINT}links/"
COMPARISONS = f"{ENDPOINT}comparisons/"
COMPARISON = f"{COMPARISONS}<uuid:comparison_id>/"
BENCH = f"{ENDPOINT}bench/"
CASE = f"{PROJECT}inbox/<uuid:thread_id>/"
SETTINGS = "t/<slug:team>/settings/"
LINK = "r/<uuid:link_id>/"
ONE = "predictions/<uuid:prediction_id>"

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """A right, and a request that is sound in its form.

    form: fields of a page's form. json: the body of a script's request. swaps: values of the address or the form that
    this call takes from elsewhere, {name: name of another value}.
    query: what follows the address. only_own: it is about what is one's own, so a guest may not do it to an example.
    foreign: whether the form names what another team can have. waits: an asynchronous view, which has connections of
    its own; what it is sent here changes nothing. when_over: for guests whose link is over, and no others. nobodys: it
    names what belongs to none of the actors, though each has such things.
    """

    right: Right
    form: Callable[[Values], dict[str, Any]] | None = None
    json: Callable[[Values], Any] | None = None
    swaps: Mapping[str, str] | None = None
    query: str = ""
    only_own: bool = False
    foreign: bool | None = None
    waits: bool = False
    when_over: bool = False
    nobodys: bool = False


def _nothing(values: Values) -> dict[str, Any]:
    return {}


def _act(act: str, **names: str) -> Callable[[Values], dict[str, Any]]:
    return lambda values: {"act": act} | {field: values[name] for field, name in names.items()}


def _form(**fields: Any) -> Callable[[Values], dict[str, Any]]:
    return lambda values: fields


def _bench(base: str) -> dict[tuple[str, str], list[Call]]:
    """A guest's and a member's bench are the same page with the same acts."""
    one, held = f"{base}{ONE}", f"{base}quarantine/<uuid:held_id>"
    reading = f"{base}comparisons/<uuid:comparison_id>/"
    return {
        (base, "GET"): [Call(Right.SEE)],
        (f"{base}me", "POST"): [Call(Right.SEE, json=_nothing)],
        (f"{base}cases", "GET"): [Call(Right.SEE, query="?before=018f0000-0000-7000-8000-000000000000")],
        (f"{base}predictions", "POST"): [Call(Right.PREDICT, json=lambda _: {"inputs": {}}, waits=True)],
        (one, "GET"): [Call(Right.SEE)],
        (f"{one}/keep", "POST"): [Call(Right.PREDICT, json=_nothing)],
        (f"{one}/cancel", "POST"): [Call(Right.PREDICT, json=_nothing, only_own=True)],
        (f"{one}/flag", "POST"): [Call(Right.JUDGE, json=lambda _: {"verdict": "right"})],
        (f"{one}/thread", "GET"): [Call(Right.SEE)],
        (f"{one}/thread", "POST"): [Call(Right.JUDGE, json=lambda _: {"body": "Seen."})],
        (f"{one}/explanations", "GET"): [Call(Right.SEE_WHY)],
        (f"{one}/explanations", "POST"): [Call(Right.EXPLAIN, json=lambda _: {"method": "occlusion"})],
        (f"{one}/explanations/cost", "POST"): [Call(Right.EXPLAIN, json=lambda _: {"method": "occlusion"})],
        (f"{base}explanations/<uuid:explanation_id>", "GET"): [Call(Right.SEE_WHY)],
        (f"{base}explanations/<uuid:explanation_id>/cancel", "POST"): [
            Call(Right.EXPLAIN, json=_nothing, only_own=True)
        ],
        (reading, "GET"): [Call(Right.JUDGE)],
        (reading, "POST"): [Call(Right.JUDGE, form=_act("begin"))],
        (f"{reading}<int:position>/", "GET"): [Call(Right.JUDGE)],
        (f"{reading}<int:position>/", "POST"): [Call(Right.JUDGE, form=_form(choice="equal"))],
        (f"{reading}<int:position>/files/<slug:file_name>", "GET"): [Call(Right.JUDGE)],
        (held, "GET"): [Call(Right.PREDICT)],
        (held, "DELETE"): [Call(Right.PREDICT, json=_nothing)],
        (f"{held}/picture", "GET"): [Call(Right.PREDICT, query="?frame=first")],
        (f"{held}/cover", "POST"): [Call(Right.PREDICT, json=_nothing)],
        (f"{base}socket", "SOCKET"): [Call(Right.SEE), Call(Right.PREDICT)],
    }


CALLS: dict[tuple[str, str], list[Call]] = {
    ("", "GET"): [Call(Right.OPEN)],
    ("health/", "GET"): [Call(Right.OPEN)],
    ("health/live", "GET"): [Call(Right.OPEN)],
    ("health/ready", "GET"): [Call(Right.OPEN)],
    ("metrics", "GET"): [Call(Right.OPEN, nobodys=True)],  # for who holds METRICS_TOKEN
    ("catalogue/", "GET"): [Call(Right.OPEN)],
    ("docs/", "GET"): [Call(Right.OPEN)],
    ("docs/<path:page>/", "GET"): [Call(Right.OPEN)],
    ("docs/api/", "GET"): [Call(Right.OPEN)],
    ("docs/scopes/", "GET"): [Call(Right.OPEN)],
    ("docs/errors", "GET"): [Call(Right.OPEN)],
    (f"{API}schema/", "GET"): [Call(Right.OPEN)],
    ("l/<str:secret>", "GET"): [Call(Right.OPEN)],
    ("return/<str:secret>/", "GET"): [Call(Right.OPEN, swaps={"secret": "way_back"})],
    ("return/<str:secret>/", "POST"): [Call(Right.OPEN, swaps={"secret": "way_back"}, form=_nothing)],
    ("invitations/<str:secret>/", "GET"): [Call(Right.OPEN, swaps={"secret": "invitation"})],
    ("account/", "GET"): [Call(Right.ACCOUNT)],
    ("account/", "POST"): [Call(Right.ACCOUNT, form=_form(name="Somebody"))],
    ("account/mails", "GET"): [Call(Right.ACCOUNT)],
    ("account/mails", "POST"): [Call(Right.ACCOUNT, form=_form(mentions="on"))],
    ("account/sessions/<int:session_id>/end", "POST"): [Call(Right.ACCOUNT, form=_nothing, nobodys=True)],
    ("account/data", "GET"): [Call(Right.ACCOUNT)],
    ("account/delete/", "GET"): [Call(Right.ACCOUNT)],
    ("account/delete/", "POST"): [Call(Right.ACCOUNT, form=_form(name="another@example.org"))],
    ("t/", "GET"): [Call(Right.ACCOUNT)],
    ("t/", "POST"): [Call(Right.ACCOUNT, form=_form(name="Another team"))],
    ("operator/pool/", "GET"): [Call(Right.OPERATE)],
    ("operator/pool/act", "POST"): [
        Call(Right.OPERATE, form=_form(worker="gone", act="drain")),
        Call(Right.OPERATE, form=_form(worker="gone", act="quarantine")),
        Call(Right.OPERATE, form=_form(worker="gone", act="requeue")),
        Call(Right.OPERATE, form=_form(worker="gone", act="take_back")),
    ],
    ("operator/mail/", "GET"): [Call(Right.OPERATE)],
    ("operator/mail/<slug:key>/", "GET"): [Call(Right.OPERATE)],
    # ---- a team's pages ----
    ("t/<slug:team>/", "GET"): [Call(Right.SEE)],
    ("t/<slug:team>/", "POST"): [Call(Right.BUILD, form=_form(name="Sounds"))],
    ("t/<slug:team>/pictures/<uuid:artifact_id>", "GET"): [Call(Right.SEE)],
    ("t/<slug:team>/predictions/<uuid:prediction_id>", "GET"): [Call(Right.SEE)],
    (PROJECT, "GET"): [Call(Right.SEE)],
    (f"{PROJECT}settings/", "GET"): [Call(Right.SEE)],
    (f"{PROJECT}settings/retention", "GET"): [Call(Right.SEE)],
    (f"{PROJECT}settings/retention", "POST"): [Call(Right.MANAGE, form=_form(days="30"))],
    (f"{PROJECT}settings/guests", "GET"): [Call(Right.SEE)],
    (f"{PROJECT}settings/guests", "POST"): [Call(Right.BUILD, form=_form(guests_explain="on"))],
    (f"{PROJECT}settings/delete", "GET"): [Call(Right.SEE)],
    (f"{PROJECT}settings/delete", "POST"): [Call(Right.MANAGE, form=_form(name="Another name"))],
    (f"{PROJECT}settings/webhooks/", "GET"): [Call(Right.MANAGE)],
    (f"{PROJECT}settings/webhooks/", "POST"): [
        Call(Right.MANAGE, form=_form(url="https://example.org/", events=["flag.created"]))
    ],
    (f"{PROJECT}settings/webhooks/<uuid:hook_id>/", "GET"): [Call(Right.MANAGE)],
    (f"{PROJECT}settings/webhooks/<uuid:hook_id>/", "POST"): [
        Call(Right.MANAGE, form=_act("rotate")),
        Call(Right.MANAGE, form=_act("test")),
        Call(Right.MANAGE, form=_act("off")),
        Call(Right.MANAGE, form=_act("delete")),
        Call(Right.MANAGE, form=_form(url="https://example.org/", events=["flag.created"])),
    ],
    (f"{PROJECT}settings/webhooks/deliveries/<uuid:delivery_id>", "POST"): [Call(Right.MANAGE, form=_nothing)],
    (MODELS, "GET"): [Call(Right.SEE)],
    (f"{MODELS}<slug:model>/", "GET"): [Call(Right.SEE)],
    (VERSION, "GET"): [Call(Right.SEE)],
    (f"{VERSION}state/", "GET"): [Call(Right.SEE)],
    (f"{VERSION}act/", "POST"): [
        Call(Right.BUILD, form=_act("retry")),
        Call(Right.BUILD, form=_act("archive")),
        Call(Right.BUILD, form=_act("restore")),
        Call(Right.BUILD, form=_act("delete")),
    ],
    (f"{VERSION}file/", "GET"): [Call(Right.BUILD)],
    (f"{VERSION}interface/", "GET"): [Call(Right.BUILD)],
    (f"{VERSION}interface/", "POST"): [Call(Right.BUILD, form=_act("confirm"))],
    (f"{VERSION}card/", "GET"): [Call(Right.BUILD)],
    (f"{VERSION}card/", "POST"): [Call(Right.BUILD, form=_form(purpose="New"))],
    (f"{MODELS}<slug:model>/suite/", "GET"): [Call(Right.SEE)],
    (f"{MODELS}<slug:model>/suite/", "POST"): [
        Call(Right.BUILD, form=_act("add_corrected")),
        Call(Right.MANAGE, form=_act("refuses")),
    ],
    (f"{MODELS}<slug:model>/suite/cases/<uuid:case_id>", "POST"): [
        Call(Right.BUILD, form=lambda _: {"kind:finding": "label", "value:finding": "none"}),
        Call(Right.BUILD, form=_act("remove")),
    ],
    (f"{MODELS}<slug:model>/suite/runs/v<int:number>/", "GET"): [Call(Right.SEE)],
    (f"{MODELS}<slug:model>/suite/runs/v<int:number>/", "POST"): [
        Call(Right.BUILD, form=_nothing),
        Call(Right.BUILD, form=_act("cancel")),
    ],
    (f"{CASE}suite", "POST"): [Call(Right.JUDGE, form=_nothing)],
    (f"{VERSION}promote/", "GET"): [Call(Right.BUILD, query="?endpoint=reader")],
    (f"{VERSION}promote/", "POST"): [Call(Right.BUILD, form=lambda values: {"endpoint": values["endpoint"]})],
    (DATASETS, "GET"): [Call(Right.SEE)],
    (f"{DATASETS}uploads", "POST"): [
        Call(Right.BUILD, json=lambda _: {"name": "rows", "format": "csv", "size": 2**40, "sha256": "0" * 64})
    ],
    (DATASET, "GET"): [Call(Right.SEE)],
    (f"{DATASET}act/", "POST"): [Call(Right.BUILD, form=_act("delete"))],
    (TABLE, "GET"): [Call(Right.SEE)],
    (TABLE, "POST"): [Call(Right.BUILD, form=_nothing)],
    (f"{TABLE}state/", "GET"): [Call(Right.SEE)],
    (f"{TABLE}act/", "POST"): [
        Call(Right.BUILD, form=_act("retry")),
        Call(Right.BUILD, form=_act("archive")),
        Call(Right.BUILD, form=_act("restore")),
        Call(Right.BUILD, form=_act("delete")),
    ],
    (f"{TABLE}file/", "GET"): [Call(Right.BUILD)],
    (f"{TABLE}notes/", "POST"): [Call(Right.BUILD, form=_form(notes="New"))],
    (f"{TABLE}upload", "GET"): [Call(Right.BUILD)],
    (f"{TABLE}withdraw", "POST"): [Call(Right.BUILD, json=_nothing)],
    (f"{TABLE}complete", "POST"): [Call(Right.BUILD, json=lambda _: {"parts": []})],
    (f"{TABLE}run/", "GET"): [Call(Right.BUILD)],
    (f"{TABLE}run/", "POST"): [Call(Right.BUILD, form=_form(name="other"))],
    (f"{TABLE}runs/<uuid:run_id>/", "GET"): [Call(Right.SEE)],
    (f"{TABLE}runs/<uuid:run_id>/state/", "GET"): [Call(Right.SEE)],
    (f"{TABLE}runs/<uuid:run_id>/act/", "POST"): [
        Call(Right.BUILD, form=_act("cancel")),
        Call(Right.BUILD, form=_act("resume")),
    ],
    (DEBUGGER, "GET"): [Call(Right.SEE)],
    (f"{DATASETS}versions/<uuid:dataset_version_id>/debugger/", "GET"): [Call(Right.SEE)],
    (f"{DEBUGGER}ask", "POST"): [Call(Right.SEE, json=_nothing, waits=True)],
    (f"{DEBUGGER}export", "POST"): [Call(Right.BUILD, json=_nothing, waits=True)],
    (f"{DEBUGGER}dataset", "POST"): [Call(Right.BUILD, json=_nothing, waits=True)],
    (f"{DEBUGGER}answers/<uuid:answer_id>", "GET"): [Call(Right.SEE)],
    (f"{DEBUGGER}answers/<uuid:answer_id>/cancel", "POST"): [Call(Right.SEE, json=_nothing)],
    (f"{DEBUGGER}answers/<uuid:answer_id>/file", "GET"): [Call(Right.BUILD)],
    (f"{DEBUGGER}answers/<uuid:answer_id>/pictures/<int:place>", "GET"): [
        Call(Right.SEE, query="?side=160", swaps={"answer_id": "taken_id"})
    ],
    (f"{DEBUGGER}pictures", "POST"): [Call(Right.SEE, json=_nothing, waits=True)],
    (f"{DEBUGGER}cases", "GET"): [Call(Right.BUILD)],
    (f"{DEBUGGER}cases/open", "POST"): [Call(Right.BUILD, json=_nothing, waits=True)],
    (f"{DEBUGGER}slices", "POST"): [Call(Right.BUILD, json=lambda _: {"name": "New", "where": {"column": "age"}})],
    (f"{DEBUGGER}slices/<uuid:slice_id>", "DELETE"): [Call(Right.MANAGE, json=_nothing)],
    (f"{DEBUGGER}saved", "POST"): [Call(Right.BUILD, json=lambda _: {"name": "New", "question": {"type": "view"}})],
    (f"{DEBUGGER}saved/<uuid:analysis_id>", "PATCH"): [Call(Right.MANAGE, json=lambda _: {"note": "New"})],
    (f"{DEBUGGER}saved/<uuid:analysis_id>", "DELETE"): [Call(Right.MANAGE, json=_nothing)],
    (ENDPOINTS, "GET"): [Call(Right.SEE)],
    (ENDPOINTS, "POST"): [
        Call(Right.BUILD, form=lambda values: {"name": "New", "version": values["version_id"]}, foreign=True)
    ],
    (ENDPOINT, "GET"): [Call(Right.SEE)],
    (f"{ENDPOINT}act/", "POST"): [
        Call(Right.BUILD, form=lambda _: {"act": "rename", "name": "New"}),
        Call(Right.BUILD, form=_act("add", prediction="prediction_id"), foreign=True),
        Call(Right.BUILD, form=_act("title", example="example_id"), foreign=True),
        Call(Right.BUILD, form=_act("up", example="example_id"), foreign=True),
        Call(Right.BUILD, form=_act("remove", example="example_id"), foreign=True),
    ],
    (COMPARISONS, "GET"): [Call(Right.SEE)],
    (f"{COMPARISONS}new/", "GET"): [Call(Right.JUDGE)],
    (f"{COMPARISONS}new/", "POST"): [Call(Right.JUDGE, form=lambda values: {"version": values["version_id"]})],
    (COMPARISON, "GET"): [Call(Right.SEE)],
    (COMPARISON, "POST"): [
        Call(Right.JUDGE, form=_act("again")),
        Call(Right.JUDGE, form=_act("close")),
        Call(Right.JUDGE, form=lambda _: {"act": "change", "name": "New"}),
        Call(Right.MANAGE, form=_act("delete")),
    ],
    (f"{COMPARISON}<int:position>/", "GET"): [Call(Right.SEE)],
    (f"{COMPARISON}results/", "GET"): [Call(Right.SEE)],
    (f"{COMPARISON}readings.csv", "GET"): [Call(Right.SEE)],
    (LINKS, "GET"): [Call(Right.SEE)],
    (LINKS, "POST"): [Call(Right.BUILD, form=_form(label="Ward", role="3", expires="1", key="matrix"))],
    (f"{LINKS}<uuid:link_id>/", "GET"): [Call(Right.SEE)],
    (f"{LINKS}<uuid:link_id>/", "POST"): [Call(Right.BUILD, form=_form(embed="https://clinic.example"))],
    (f"{LINKS}requests/<uuid:request_id>/grant", "POST"): [Call(Right.BUILD, form=_form(role="3", expires="30"))],
    (f"{LINKS}requests/<uuid:request_id>/dismiss", "POST"): [Call(Right.BUILD, form=_nothing)],
    (f"{LINKS}<uuid:link_id>/revoke", "POST"): [Call(Right.BUILD, form=_nothing)],
    **_bench(BENCH),
    (f"{PROJECT}quarantine/", "GET"): [Call(Right.BUILD)],
    (f"{PROJECT}quarantine/<uuid:held_id>", "POST"): [
        Call(Right.BUILD, form=_form(act="release")),
        Call(Right.BUILD, form=_form(act="delete")),
    ],
    (f"{PROJECT}inbox/", "GET"): [Call(Right.SEE)],
    (f"{PROJECT}inbox/export.<slug:format>", "GET"): [Call(Right.SEE), Call(Right.SEE, swaps={"format": "zip"})],
    (f"{PROJECT}inbox/socket", "SOCKET"): [Call(Right.SEE)],
    (f"{API}versions/<uuid:version_id>/serve", "SOCKET"): [Call(Right.BUILD)],
    (f"{API}pools/<uuid:pool_id>/work", "SOCKET"): [Call(Right.MANAGE)],
    (CASE, "GET"): [Call(Right.SEE)],
    (f"{CASE}reply", "POST"): [Call(Right.JUDGE, form=_form(body="Seen."))],
    (f"{CASE}assign", "POST"): [
        Call(Right.JUDGE, form=_form(assignee="")),
        Call(Right.JUDGE, form=lambda values: {"assignee": values["membership_id"]}),
    ],
    (f"{PROJECT}inbox/views", "POST"): [Call(Right.JUDGE, form=_form(name="New"), query="?q=marker")],
    (f"{PROJECT}inbox/views/<uuid:view_id>/delete", "POST"): [Call(Right.JUDGE, form=_nothing)],
    (f"{PROJECT}inbox/many", "POST"): [
        Call(Right.JUDGE, form=lambda values: {"change": "due", "thread": values["thread_id"]}, foreign=True)
    ],
    (f"{PROJECT}inbox/many/<uuid:change_id>/undo", "POST"): [Call(Right.JUDGE, form=_nothing)],
    (f"{PROJECT}inbox/labels", "POST"): [Call(Right.JUDGE, form=_form(name="New", colour="teal"))],
    (f"{PROJECT}inbox/labels/<uuid:label_id>", "POST"): [
        Call(Right.JUDGE, form=_form(name="Renamed", colour="teal")),
        Call(Right.JUDGE, form=_act("delete")),
    ],
    (f"{CASE}labels", "POST"): [Call(Right.JUDGE, form=lambda values: {"label": values["label_id"]}, foreign=True)],
    (f"{CASE}try", "POST"): [Call(Right.JUDGE, form=lambda values: {"version": values["version_id"]}, foreign=True)],
    (f"{CASE}due", "POST"): [Call(Right.JUDGE, form=_form(day="2026-12-24"))],
    (f"{CASE}delete", "POST"): [Call(Right.MANAGE, form=_nothing)],
    (f"{CASE}status", "POST"): [Call(Right.JUDGE, form=_form(status="resolved"))],
    # ---- a team's settings ----
    (SETTINGS, "GET"): [Call(Right.SEE)],
    (f"{SETTINGS}name", "GET"): [Call(Right.SEE)],
    (f"{SETTINGS}name", "POST"): [Call(Right.MANAGE, form=_form(name="Renamed"))],
    (f"{SETTINGS}invitations", "GET"): [Call(Right.SEE)],
    (f"{SETTINGS}invitations", "POST"): [Call(Right.MANAGE, form=_form(email="new@example.org", role="1"))],
    (f"{SETTINGS}invitations/<uuid:invitation_id>/withdraw", "POST"): [Call(Right.MANAGE, form=_nothing)],
    (f"{SETTINGS}invitations/<uuid:invitation_id>/resend", "POST"): [Call(Right.MANAGE, form=_nothing)],
    (f"{SETTINGS}hand-over", "POST"): [
        Call(Right.OWN, form=lambda values: {"to": values["membership_id"]}, foreign=True)
    ],
    (f"{SETTINGS}second-factor", "POST"): [Call(Right.MANAGE, form=_form(required="no"))],
    (f"{SETTINGS}members/<uuid:membership_id>/role", "POST"): [
        Call(Right.MANAGE, form=_form(role="1")),
        Call(Right.OWN, form=_form(role="4")),
        Call(Right.OWN, form=_form(role="1"), swaps={"membership_id": "owner_id"}),
    ],
    (f"{SETTINGS}members/<uuid:membership_id>/remove", "POST"): [
        Call(Right.MANAGE, form=_nothing),
        Call(Right.OWN, form=_nothing, swaps={"membership_id": "owner_id"}),
    ],
    (f"{SETTINGS}tokens/", "GET"): [Call(Right.BUILD)],
    (f"{SETTINGS}tokens/", "POST"): [Call(Right.BUILD, form=_form(name="New", days="30", scopes=["predict"]))],
    (f"{SETTINGS}tokens/<uuid:token_id>/revoke", "POST"): [Call(Right.MANAGE, form=_nothing)],
    (f"{SETTINGS}pools/", "GET"): [Call(Right.SEE)],
    (f"{SETTINGS}pools/", "POST"): [Call(Right.MANAGE, form=_form(name="New"))],
    (f"{SETTINGS}pools/<uuid:pool_id>/key", "POST"): [Call(Right.MANAGE, form=_nothing)],
    (f"{SETTINGS}pools/<uuid:pool_id>/remove", "POST"): [Call(Right.MANAGE, form=_nothing)],
    (f"{SETTINGS}usage/", "GET"): [Call(Right.MANAGE)],
    (f"{SETTINGS}deletion/", "GET"): [Call(Right.OWN)],
    (f"{SETTINGS}deletion/", "POST"): [Call(Right.OWN, form=_form(name="Another name"))],
    (f"{SETTINGS}audit/", "GET"): [Call(Right.MANAGE)],
    (f"{SETTINGS}audit/export", "GET"): [Call(Right.MANAGE)],
    # ---- what guests reach ----
    **_bench(LINK),
    (f"{LINK}passcode", "POST"): [Call(Right.SEE, form=_form(passcode=""))],
    (f"{LINK}code", "POST"): [Call(Right.SEE, form=_form(email="dana@example.org"))],
    (f"{LINK}ask", "POST"): [Call(Right.SEE, form=_form(name="Dana", email="dana@example.org"), when_over=True)],
    (f"{LINK}data", "GET"): [Call(Right.SEE)],
    (f"{LINK}me", "DELETE"): [Call(Right.SEE, json=_nothing)],
    (f"{LINK}cases/<uuid:prediction_id>", "DELETE"): [Call(Right.SEE, json=_nothing)],
    (f"{LINK}leave", "POST"): [Call(Right.SEE, form=_nothing)],
    (f"{LINK}pictures/<uuid:artifact_id>", "GET"): [Call(Right.SEE)],
}

INVITED = ("invitations/<str:secret>/", "POST")
"""Only the person whose address it names accepts an invitation; somebody who is not signed in is asked to."""

ACCOUNTS = {
    Right.OPEN: {
        "account_login",
        "account_inactive",
        "account_signup",
        "account_email_verification_sent",
        "account_reset_password",
        "account_confirm_login_code",
        "account_confirm_email",
        "account_reset_password_from_key_done",
        "account_reset_password_from_key",
        "account_reset_password_done",
        "account_logout",
        "mfa_authenticate",
        "mfa_login_webauthn",
    },
    Right.ACCOUNT: {
        "account_reauthenticate",
        "account_email",
        "account_change_password",
        "account_set_password",
        "mfa_index",
        "usersessions_list",
        "mfa_list_webauthn",
        "mfa_add_webauthn",
        "mfa_reauthenticate_webauthn",
        "mfa_remove_webauthn",
        "mfa_edit_webauthn",
        "mfa_reauthenticate",
        "mfa_activate_totp",
        "mfa_deactivate_totp",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "mfa_download_recovery_codes",
    },
}
"""allauth's views by their names: those for everybody, and those for somebody signed in."""


def operation_of(route: Route) -> tuple[str, str]:
    """The key of an API route in `tests.operations`, which says its scopes beside its role."""
    bare = route.pattern.removeprefix(API)
    for name in route.names:
        bare = bare.replace(f"<uuid:{name}>", f"{{{name}}}")
    return route.method.lower(), bare


def is_classified(route: Route) -> bool:
    if (route.pattern, route.method) in CALLS or (route.pattern, route.method) == INVITED:
        return True
    return route.pattern.startswith(API) and operation_of(route) in OPERATIONS
