"""One sentence for each operation of the REST API, and a body that it takes: for the schema and its page."""

from typing import Any

SUMMARIES: dict[str, str] = {
    "me": "Who the token is: its person, team, role and scopes.",
    "projects_list": "The team's projects; with slug=…, the one of that name.",
    "projects_create": "Make a project. 409 where its name is taken.",
    "projects_read": "One project.",
    "projects_partial_update": "Change a project's name or description.",
    "projects_destroy": "Delete a project and all that belongs to it. For admins.",
    "models_list": "The models of a project, the newest first.",
    "projects_models_create": "Make a model; the name of one that exists answers it with 200.",
    "models_read": "A model with its versions.",
    "models_versions_create": "Announce a version by its size and hash; the answer says where to put its parts. "
    "200, and no part, where it is there already.",
    "versions_read": "A version: its state, interface, card and inspection report.",
    "versions_partial_update": "Confirm the interface, change notes or card, archive.",
    "versions_destroy": "Delete a version that nothing needs. 409 while it is served.",
    "versions_upload": "Fresh addresses for the parts of an upload that was cut, with those that arrived.",
    "versions_complete_create": "Close an upload: its parts are joined, hashed and inspected.",
    "versions_inspect_create": "Inspect again after a failure that was ours.",
    "datasets_list": "The datasets of a project, each with its versions.",
    "projects_datasets_create": "Make a dataset; the name of one that exists answers it with 200.",
    "datasets_read": "A dataset with its versions.",
    "datasets_destroy": "Delete a dataset with all of its versions.",
    "datasets_versions_create": "Announce a table by its size and hash; the answer says where to put its parts. "
    "200 where it is there already, or on its way: then with the parts that are still to come.",
    "dataset_versions_read": "A version: its state, rows, columns with their roles and facts, and its first rows.",
    "dataset_versions_partial_update": "Say what columns are for, change notes, archive.",
    "dataset_versions_destroy": "Delete a version with its file and all that was asked of it.",
    "dataset_versions_upload": "Fresh addresses for the parts of an upload that was cut, with those that arrived.",
    "dataset_versions_complete_create": "Close an upload: its parts are joined, and a worker reads the table.",
    "dataset_versions_read_create": "Read the file again after a failure that was ours.",
    "dataset_versions_ask_create": "Ask a version: a view, a search for slices, or an export. Waits for the answer, by "
    "default 30 s; “Prefer: wait=0” does not wait.",
    "runs_list": "The models that were run over a dataset's version, the newest first.",
    "dataset_versions_runs_create": "Run a model over a version: its answers become columns of a new one.",
    "runs_read": "A run: how far it is, which rows have no answer, and the version that it made.",
    "runs_cancel_create": "Stop a run. What was answered is kept for 30 days.",
    "runs_resume_create": "Go on with a run that failed or was cancelled; what is done is not asked again.",
    "answers_read": "An answer: 200 when it is there, 202 until then. Kept for a week after it was last asked for.",
    "answers_cancel_create": "Stop a question that still waits or runs.",
    "answers_file": "Where the file of an export is fetched.",
    "answers_dataset_create": "Make rows that were exported as Parquet a version of a dataset.",
    "slices_list": "The slices of a dataset, the newest first.",
    "datasets_slices_create": "Give rows a name, by a condition. 409 where the name is taken.",
    "slices_destroy": "Delete a slice. For its author and admins.",
    "analyses_list": "What was saved of a dataset, the newest first.",
    "dataset_versions_analyses_create": "Save a view of a version under a name.",
    "analyses_read": "A saved analysis with its question.",
    "analyses_partial_update": "Change a saved analysis. For its author and admins.",
    "analyses_destroy": "Delete a saved analysis. For its author and admins.",
    "endpoints_list": "The endpoints of a project.",
    "projects_endpoints_create": "Serve a version under a name that stays.",
    "projects_functions_create": "Announce a function that a notebook then answers for, over a socket.",
    "endpoints_read": "An endpoint: its version, interface, card and examples.",
    "endpoints_partial_update": "Promote another version (409 where the interface differs), or rename.",
    "examples_list": "The examples that a reviewer sees first.",
    "endpoints_examples_create": "Add an example: it is asked once and its answer stored.",
    "predictions_create": "Ask the endpoint. Waits for the answer, by default 30 s; “Prefer: wait=0” does not wait.",
    "predictions_read": "A prediction: its state, inputs, edits, answer or error, timings.",
    "predictions_destroy": "Delete a prediction with its pictures, the attempts on them and what was said of it. "
    "For admins; a second time it is 204 as well.",
    "predictions_cancel_create": "Stop a prediction that still waits or runs.",
    "pictures_read": "The bytes of a picture that a prediction holds, as PNG.",
    "links_list": "The links of an endpoint, without their secrets.",
    "endpoints_links_create": "Make a link for reviewers; its address is in this answer and nowhere else.",
    "links_destroy": "Revoke a link: requests are refused at once, open pages close within a second.",
    "predictions_flag_create": "Judge a prediction: verdict, correction, marks, a sentence.",
    "threads_list": "The inbox: a project's threads, the newest case first.",
    "threads_export": "Every flag of a project as CSV, JSON or zip; its boxes and masks in COCO’s form.",
    "threads_read": "A thread with its flags and messages.",
    "threads_partial_update": "Assign, resolve by a version, or reopen.",
    "threads_messages_create": "Write to the reviewers, or with “internal” to the team only.",
    "usage": "The ledger of the last 90 days by day, kind and outcome. For admins.",
    "audit": "Who did what, the newest first. For admins.",
}

BODIES: dict[str, Any] = {
    "projects_create": {"name": "Chest films", "description": "Which need a radiologist first"},
    "projects_partial_update": {"description": "Which films need a radiologist first"},
    "projects_models_create": {"name": "film-reader"},
    "models_versions_create": {
        "size": 48211,
        "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "notes": "first fine-tune",
        "card": {"purpose": "Sorts films by how soon they need a reader."},
    },
    "versions_complete_create": {"parts": [{"number": 1, "etag": "9b2cf535f27731c974343645a3985328"}]},
    "versions_partial_update": {"notes": "trained on two more sites"},
    "projects_datasets_create": {"name": "films-of-site-b"},
    "datasets_versions_create": {
        "format": "csv",
        "size": 48211,
        "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "filename": "site-b.csv",
        "roles": {"finding": "label", "p": "probability:film-reader"},
    },
    "dataset_versions_complete_create": {"parts": [{"number": 1, "etag": "9b2cf535f27731c974343645a3985328"}]},
    "dataset_versions_partial_update": {"roles": {"age": "feature", "site": "group"}},
    "dataset_versions_ask_create": {
        "type": "view",
        "segments": {"type": "quantiles", "column": "score:film-reader"},
        "clauses": [{"source": "manual", "where": {"column": "age", "low": 40, "high": 60}}],
    },
    "dataset_versions_runs_create": {
        "version": "{version_id}",
        "inputs": {"row": {"mean radius": "radius_mean"}},
        "name": "forest",
    },
    "answers_dataset_create": {"name": "night-films"},
    "datasets_slices_create": {"name": "At night", "where": {"column": "hour", "low": 22}},
    "dataset_versions_analyses_create": {"name": "Night against day", "question": {"type": "view", "a": [3]}},
    "analyses_partial_update": {"note": "The marker again."},
    "projects_endpoints_create": {"name": "Triage", "version": "{version_id}"},
    "projects_functions_create": {
        "name": "Brightness",
        "interface": {
            "inputs": [{"kind": "image", "name": "film", "mode": "L"}],
            "outputs": [{"kind": "number", "name": "brightness"}],
        },
    },
    "endpoints_partial_update": {"version": "{version_id}"},
    "endpoints_examples_create": {"inputs": {"film": "data:image/png;base64,…"}, "title": "Effusion, left"},
    "predictions_create": {
        "inputs": {"film": "data:image/png;base64,…"},
        "edits": [{"kind": "occlude", "shape": "box", "x": 0.7, "y": 0.05, "w": 0.2, "h": 0.1, "fill": "mean"}],
    },
    "endpoints_links_create": {"role": "review", "expires": "30d", "label": "Ward review", "quota": 200},
    "predictions_flag_create": {
        "verdict": "wrong",
        "message": "It reads the marker, not the lung.",
        "marks": [{"kind": "box", "points": [[0.7, 0.05], [0.9, 0.15]], "note": "the marker"}],
    },
    "threads_partial_update": {"status": "resolved"},
    "threads_messages_create": {"body": "Thank you. Fixed in v3."},
}


def add_summaries(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """A hook of drf-spectacular: each operation gets its sentence, and loses the description of the views' base."""
    for path in result.get("paths", {}).values():
        for operation in path.values():
            operation["summary"] = SUMMARIES.get(operation["operationId"], "")
            if operation.get("description", "").startswith("`self.principal`"):
                operation.pop("description")
    return result
