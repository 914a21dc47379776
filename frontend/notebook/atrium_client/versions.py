"""A version of a model: one uploaded file that never changes, with its interface and its card."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .cards import card
from .connection import Connection
from .errors import Conflict, Failed, Invalid, Rejected
from .fields import JSON, Card, Field
from .interfaces import field_from, interface_json
from .sizes import size
from .steps import Step
from .suites import Suite, SuiteReport
from .waiting import until_settled

if TYPE_CHECKING:
    from .datasets import DatasetVersion
    from .endpoints import Endpoint
    from .runs import Run

_TONES = {"ready": "good", "rejected": "bad", "failed": "bad"}
_MOVING = frozenset({"uploading", "inspecting"})


class Version:
    """One immutable version. state: uploading, inspecting, ready, rejected or failed.

    inputs, outputs: the confirmed interface, empty before. proposed: True where the server proposes one from its trial
    run and `confirm` is awaited. batch_axis: the axis on which cases may be joined, or None. report: what the
    inspection found. notices: what the server said when it was uploaded, such as that another version is the same file.
    """

    def __init__(self, form: Mapping[str, Any], connection: Connection) -> None:
        self._connection = connection
        self.notices = tuple(map(str, form.get("notices") or ()))
        self._read(form)

    def _read(self, form: Mapping[str, Any]) -> None:
        self.id = str(form["id"])
        self.number = int(form.get("number") or 0)
        self.model_name = str(form.get("model_name") or "")
        self.project_id = str(form.get("project") or "")
        self.model_id = str(form.get("model") or "")
        self.state = str(form.get("state") or "")
        self.size = int(form.get("size") or 0)
        self.sha256 = str(form.get("sha256") or "")
        self.notes = str(form.get("notes") or "")
        self.url = str(form.get("url") or "")
        self.batch_axis: int | None = form.get("batch_axis")
        self.report: JSON = dict(form.get("report") or {})
        self._rejected: JSON = dict(form.get("rejected") or {})
        self._error: JSON = dict(form.get("error") or {})
        self._proposal: JSON = dict(form.get("proposed_interface") or {})
        interface: JSON = form.get("interface") or {}
        self.inputs: list[Field] = [field_from(item) for item in interface.get("inputs", ())]
        self.outputs: list[Field] = [field_from(item) for item in interface.get("outputs", ())]
        self.steps: list[Step] = [Step.read(item) for item in interface.get("steps", ())]
        self.card = Card.read(form.get("card"))

    @property
    def proposed(self) -> bool:
        return bool(self._proposal) and not self.inputs

    @property
    def not_shown(self) -> dict[str, str]:
        """The model's outputs that nobody is shown, and why; known once the version is ready."""
        return {str(output["name"]): str(output["why"]) for output in self._facts().get("not_shown") or ()}

    @property
    def why_not_proposed(self) -> str:
        """Why no interface could be proposed, or an empty string."""
        return str(self._facts().get("no_proposal") or "")

    def _facts(self) -> JSON:
        return self.report.get("facts") or {}

    @property
    def proposed_inputs(self) -> list[Field]:
        """The inputs that the server proposes, to be given to `confirm` as they are or changed."""
        return [field_from(item) for item in self._proposal.get("inputs", ())]

    @property
    def proposed_outputs(self) -> list[Field]:
        """The outputs that the server proposes."""
        return [field_from(item) for item in self._proposal.get("outputs", ())]

    def wait(self, timeout: float = 900.0) -> "Version":
        """Wait until the inspection has ended: ready, else Rejected(reason) or Failed is raised. timeout in seconds."""
        until_settled(self, _MOVING, timeout, self._connection)
        if self.state == "rejected":
            reason = str(self._rejected.get("reason") or "The inspection refused the model; see its page.")
            raise Rejected(reason, rule=str(self._rejected.get("rule") or ""))
        if self.state == "failed":
            why = str(self._error.get("message") or "the inspection could not be finished").rstrip(".")
            raise Failed(
                f"{self} was not inspected: {why}. Nothing is wrong with the upload; try inspect().",
                code=str(self._error.get("code") or "failed"),
            )
        return self

    def confirm(self, inputs: Sequence[Field] | None = None, outputs: Sequence[Field] | None = None) -> "Version":
        """Accept the proposed interface, or say what it is instead. Raises Conflict where nothing is proposed."""
        if not (self._proposal or (inputs and outputs)):
            why = f" {self.why_not_proposed}" if self.why_not_proposed else ""
            raise Conflict(f"Nothing is proposed for {self}.{why} Give inputs=[…] and outputs=[…] to confirm().")
        steps = [Step.read(item) for item in self._proposal.get("steps", ())] or self.steps
        interface = interface_json(inputs or self.proposed_inputs, outputs or self.proposed_outputs, steps)
        self._read(self._connection.patch(f"versions/{self.id}", {"interface": interface}, action=f"confirm {self}"))
        return self

    def deploy(self, name: str | None = None) -> "Endpoint":
        """Serve this version under a stable address. name: the model's by default.

        An endpoint of that name that serves this very version is returned as it is. Raises Conflict where it serves
        another: `project.endpoint(name).promote(version)` keeps its address.
        """
        from .endpoints import Endpoint

        chosen = name or self.model_name
        if self.why_not_proposed and not self.inputs:
            raise Conflict(
                f"{self} has no interface yet. {self.why_not_proposed} Give it with confirm(inputs=[…], outputs=[…])."
            )
        if self.proposed:
            raise Conflict(
                f"The interface of {self} is proposed, not confirmed. Look at proposed_inputs and proposed_outputs, "
                f"then call confirm(), or confirm it at {self.url}."
            )
        try:
            form = self._connection.post(
                f"projects/{self.project_id}/endpoints",
                {"name": chosen, "version": self.id},
                action=f"deploy {self} as “{chosen}”",
            )
        except Conflict as error:
            there = self._endpoint(chosen)
            if there is not None:
                return Endpoint(there, self._connection)
            raise Conflict(
                f"{error} To serve this version at an address that exists, use "
                f"project.endpoint({chosen!r}).promote(version).",
                code=error.code,
                request_id=error.request_id,
            ) from None
        return Endpoint(form, self._connection)

    def run(
        self,
        dataset: "DatasetVersion",
        inputs: Mapping[str, str | Mapping[str, str]] | None = None,
        name: str | None = None,
        into: str | None = None,
        notes: str = "",
        progress: bool = True,
    ) -> "DatasetVersion":
        """Ask this version of every row of a dataset, and wait for the new version with its answers as columns.

        inputs: by input the column that fills it, of a table input by its columns: {"age": "age_years", "row": {"mean
        radius": "radius_mean"}}. What is left out is filled by the columns of the same names. name: the model's in the
        new columns, its own by default. into: the name of the dataset that gets the version; the same one by default.
        `start_run` does not wait. Raises Invalid with what is wrong with each input, Failed where it stopped,
        QuotaExceeded.
        """
        return self.start_run(dataset, inputs, name, into, notes).wait(progress=progress)

    def start_run(
        self,
        dataset: "DatasetVersion",
        inputs: Mapping[str, str | Mapping[str, str]] | None = None,
        name: str | None = None,
        into: str | None = None,
        notes: str = "",
    ) -> "Run":
        """As `run`, without waiting: the server goes on by itself."""
        from .datasets import DatasetVersion
        from .runs import Run

        if not isinstance(dataset, DatasetVersion):
            raise Invalid(f"{dataset!r} is no dataset's version; read it with project.dataset('name').")
        body = {
            "version": self.id,
            "inputs": dict(inputs or {}),
            "name": name or "",
            "dataset": into or "",
            "notes": notes,
        }
        form = self._connection.post(f"dataset-versions/{dataset.id}/runs", body, action=f"run {self} over {dataset}")
        return Run(form, self._connection)

    def _endpoint(self, name: str) -> dict[str, Any] | None:
        """The endpoint of this name, if it serves this version."""
        forms = self._connection.pages(f"projects/{self.project_id}/endpoints", action="list the endpoints")
        return next((form for form in forms if form["name"] == name and form["version"]["id"] == self.id), None)

    def inspect(self) -> "Version":
        """Have a failed inspection tried again, and wait for it."""
        self._read(self._connection.post(f"versions/{self.id}/inspect", action=f"inspect {self} again"))
        return self.wait()

    def archive(self) -> "Version":
        """Take it out of the lists; it stays where it is served."""
        self._read(self._connection.patch(f"versions/{self.id}", {"archived": True}, action=f"archive {self}"))
        return self

    def delete(self) -> None:
        """Delete the version and its file. Raises Conflict while an endpoint serves it."""
        self._connection.delete(f"versions/{self.id}", action=f"delete {self}")

    def suite(self) -> Suite:
        """The suite of its model: flagged cases that every version is asked."""
        return Suite(self._connection.get(f"models/{self.model_id}/suite", action="read the suite"), self._connection)

    def suite_report(self) -> SuiteReport:
        """How it did in the suite. Raises NotFound where the suite is empty."""
        form = self._connection.get(f"versions/{self.id}/suite-report", action="read the suite's report")
        return SuiteReport(form, self._connection)

    def run_suite(self) -> SuiteReport:
        """Ask it all cases of the suite, in place of its earlier run; `wait` on the report."""
        form = self._connection.post(f"versions/{self.id}/suite-report", action=f"run the suite over {self}")
        return SuiteReport(form, self._connection)

    def refresh(self) -> "Version":
        """Read the version again."""
        self._read(self._connection.get(f"versions/{self.id}", action=f"read {self}"))
        return self

    def __str__(self) -> str:
        return f"{self.model_name} v{self.number}"

    def __repr__(self) -> str:
        notes = [", interface proposed"] if self.proposed else []
        if self.why_not_proposed and not self.inputs:
            notes.append(f", without an interface ({self.why_not_proposed})")
        notes += [f", {notice.rstrip('.')}" for notice in self.notices]
        if self.not_shown:
            notes.append(f", not shown: {', '.join(self.not_shown)}")
        return f"<Version {self} is {self.state}{''.join(notes)}: {self.url}>"

    def _repr_html_(self) -> str:
        shown_in, shown_out = self.inputs or self.proposed_inputs, self.outputs or self.proposed_outputs
        facts = [
            ("takes", ", ".join(f"{field.name} ({field.kind})" for field in shown_in)),
            ("answers", ", ".join(f"{field.name} ({field.kind})" for field in shown_out)),
            ("interface", "proposed: look at it, then confirm()" if self.proposed else ""),
            ("interface", "" if self.inputs else self.why_not_proposed),
            ("to know", " ".join(self.notices)),
            ("not shown", "; ".join(f"{name}: {why}" for name, why in self.not_shown.items())),
            ("refused", self._rejected.get("reason")),
            ("failed", self._error.get("message")),
            ("notes", self.notes),
            ("file", f"{size(self.size)}, sha256 {self.sha256[:12]}…" if self.sha256 else ""),
        ]
        return card(
            "Version", str(self), url=self.url, state=self.state, tone=_TONES.get(self.state, "busy"), facts=facts
        )


def id_of(version: Version) -> str:
    """The id of a version; raises Invalid for what is none, such as its number."""
    if not isinstance(version, Version):
        raise Invalid(f"{version!r} is no Version; read it with project.version('model', number).")
    return version.id
