"""A project: a team's work on one question, where models, endpoints and the inbox live."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal

from .cards import card
from .connection import Connection
from .datasets import DatasetVersion, table_version
from .endpoints import Endpoint
from .errors import NotFound
from .export import export
from .export.bundle import Files
from .fields import JSON, Card, Field, card_of
from .flags import Verdict
from .frames import as_file
from .functions import Function
from .inbox import Inbox
from .interfaces import interface_json
from .labels import label_id, label_named, labels_of
from .named import Named, thing
from .progress import Progress
from .quarantine import Held
from .serving import Served
from .slugs import slug_of
from .steps import Step
from .threads import Thread
from .uploading import upload_model, upload_table
from .versions import Version, id_of
from .webhooks import Webhook


class Project:
    """A project of the token's team. url is its page."""

    def __init__(self, form: Mapping[str, Any], connection: Connection) -> None:
        self.id = str(form["id"])
        self.slug = str(form.get("slug") or "")
        self.name = str(form.get("name") or "")
        self.description = str(form.get("description") or "")
        self.url = str(form.get("url") or "")
        self._connection = connection

    def upload(
        self,
        name: str,
        model: Any,
        inputs: Sequence[Field] | None = None,
        outputs: Sequence[Field] | None = None,
        example: Any = None,
        files: Files = (),
        steps: Sequence[Step] = (),
        notes: str = "",
        card: Card | None = None,
        wait: bool = True,
        progress: bool = True,
    ) -> Version:
        """Upload a model as a new version of `name`; returns when it is ready.

        model: a torch module, a scikit-learn estimator or pipeline, the path of an ONNX file (weights beside it are
        folded in), its bytes, or a ModelProto. It becomes ONNX on this machine, is compared with the original on the
        example, and cleaned of stack traces and home paths before a byte leaves.
        inputs, outputs: the interface. Left out, scikit-learn's is told from the estimator; for a file the server
        proposes one, and `version.confirm()` accepts it. A torch module needs both.
        example: a list in the inputs' order, a dict by input name, or the value of the only input. It becomes the
        first example that reviewers see, so give one that may be shown.
        files: what comes with the model, such as labels.txt or tokenizer.json: paths, or a dict of names and paths; the
        interface calls each by its name. `metadata:KEY` reads labels that the model itself carries.
        steps: how the models run for one case, where that is more than one call: constants, windows with a state,
        models one after another. The model itself is called model.onnx where files come with it.
        wait: False returns once the file is sent, while the inspection goes on. progress: whether a bar is shown.
        The same file under the same name goes on with an upload that was cut. Uploaded again with the same notes, card,
        interface and example it is the version that is there; with others it becomes a new one. `version.notices` and
        the bar say so.

        Raises Rejected(reason) with what to change, ExportDiffers, Invalid, QuotaExceeded, Unavailable.
        """
        facts = card_of(card)
        with Progress(name, shown=progress) as bar:
            bar.note("is made ready on this machine")
            with export(model, inputs=inputs, outputs=outputs, example=example, files=files, steps=steps) as exported:
                return upload_model(
                    self._connection, self.id, name, exported,
                    example=example, notes=notes, card=facts, wait=wait, bar=bar,
                )  # fmt: skip

    def serve(
        self,
        name: str,
        function: Callable[..., Any],
        inputs: Sequence[Field],
        outputs: Sequence[Field],
        batch: bool = False,
        notes: str = "",
        card: Card | None = None,
    ) -> Served:
        """Let a Python function of this process answer, under a name: nothing is uploaded, any framework will do.

        The function is called with the inputs in their order: a uint8 array (height, width), or with mode RGB
        (height, width, 3), for an Image, a str for Text and Choice, a float for a Number, a dict by column for a Table.
        It returns the output, or a tuple or dict of several: for a Label the class, scores by class or in the classes'
        order; for a Number a float; for Text a str; for an Image an array, PIL image or path. As a generator it yields
        answers, each in the place of the one before. With a parameter named `call` it can tell `call.progress(0.5,
        "second pass")` and ask `call.cancelled`. One call runs at a time.
        batch: it takes a list for each input and returns a list of answers, one a case.
        notes, card: as for `upload`; other notes make another version.
        Returns when cases reach it; it goes on in the background until `served.stop()` or the process ends. An
        exception is shown here and to the team; who sent the case reads that it failed.

        Raises Invalid, Conflict where the name is that of an uploaded model or of another interface, NotPermitted.
        """
        facts = card_of(card)
        answers = Function(function, inputs, outputs, batch=batch)
        body = {
            "name": name,
            "interface": interface_json(inputs, outputs),
            "notes": notes,
            "card": facts.json(),
        }
        form = self._connection.post(f"projects/{self.id}/functions", body, action=f"serve “{name}”")
        endpoint = Endpoint(form["endpoint"], self._connection)
        return Served(endpoint, answers, self._connection).until_online()

    def models(self) -> list[str]:
        """The names of the models."""
        forms = self._connection.pages(f"projects/{self.id}/models", action="list the models")
        return [str(form["name"]) for form in forms]

    def versions(self, model: str) -> list[Version]:
        """The versions of a model, the newest first; raises NotFound."""
        for form in self._connection.pages(f"projects/{self.id}/models", action="list the models"):
            if slug_of(str(form["name"])) == slug_of(model):
                found = [Version(item, self._connection) for item in form.get("versions") or ()]
                return sorted(found, key=lambda version: -version.number)
        raise NotFound(f"“{self.name}” has no model “{model}”. See project.models().", code="not_found")

    def version(self, model: str, number: int | None = None) -> Version:
        """One version of a model, the newest by default; raises NotFound."""
        found = self.versions(model)
        for version in found:
            if number is None or version.number == number:
                return version.refresh()
        raise NotFound(f"“{model}” has no version {number if number is not None else 'yet'}.", code="not_found")

    def dataset(
        self,
        name: str,
        data: Any = None,
        roles: Mapping[str, str] | None = None,
        notes: str = "",
        number: int | None = None,
        wait: bool = True,
        progress: bool = True,
    ) -> DatasetVersion:
        """Upload a table as a new version of the dataset `name`; returns when it was read. Without data: a version that
        is there, the newest or the one of this number.

        data: a pandas or polars frame, an Arrow table, or the path of a CSV, Parquet, Arrow or JSON lines file.
        roles: what columns are for, {"y": "label", "p": "probability:forest:malignant"}; the server guesses the others,
        or takes them over from the version before where none are given.
        wait: False returns once the file is sent. The same table goes on with an upload that was cut; where it is there
        already, it is that version.

        Raises Rejected(reason) with row and column, Invalid, QuotaExceeded, Unavailable.
        """
        if data is None:
            return table_version(self._connection, self.id, name, number)
        with Progress(name, shown=progress) as bar:
            bar.note("is made ready on this machine")
            with as_file(data) as file:
                return upload_table(
                    self._connection, self.id, name, file, roles=roles or {}, notes=notes, wait=wait, bar=bar
                )

    def datasets(self) -> list[str]:
        """The names of the datasets."""
        forms = self._connection.pages(f"projects/{self.id}/datasets", action="list the datasets")
        return [str(form["name"]) for form in forms]

    def endpoints(self) -> list[Endpoint]:
        """The endpoints of the project."""
        forms = self._connection.pages(f"projects/{self.id}/endpoints", action="list the endpoints")
        return [Endpoint(form, self._connection) for form in forms]

    def endpoint(self, name: str) -> Endpoint:
        """One endpoint by its name or slug; raises NotFound."""
        for endpoint in self.endpoints():
            if name in (endpoint.slug, endpoint.name):
                return endpoint
        raise NotFound(
            f"“{self.name}” has no endpoint “{name}”. See project.endpoints(), or make one with version.deploy().",
            code="not_found",
        )

    def inbox(
        self,
        status: Literal["open", "resolved"] | None = "open",
        assignee: str | None = None,
        *,
        search: str | None = None,
        verdict: Verdict | None = None,
        endpoint: Endpoint | None = None,
        version: Version | None = None,
        label: Named | str | None = None,
        due: Literal["overdue", "week", "later", "none"] | None = None,
        mentions: str | None = None,
        view: str | None = None,
    ) -> Inbox:
        """The threads about this project's models, by what each says. status: None for all.

        assignee: a membership's id, "me", or "none" for what nobody has. label: its name, or one of `labels`. due: by
        the day in UTC. mentions: whose name stands in a message for the team, "me" or a membership's id. view: the id
        of a saved view, which says all of this itself. search: words in sentences, corrections, messages and names,
        each from its beginning; "in quotes" beside each other, -word for what is not there.
        """
        chosen = {
            "status": status,
            "assignee": assignee,
            "search": search,
            "verdict": verdict,
            "endpoint": None if endpoint is None else endpoint.id,
            "version": None if version is None else id_of(version),
            "label": None if label is None else label_id(self._connection, self.id, label),
            "due": due,
            "mentions": mentions,
            "view": view,
        }
        return Inbox(self._connection, self.id, self.slug, chosen, f"{self.url}inbox/")

    def labels(self) -> list[Named]:
        """The project's labels, each with its name and id."""
        return labels_of(self._connection, self.id)

    def label(self, name: str, *, create: bool = False, colour: str = "blue") -> Named:
        """The label of this name. Raises NotFound unless `create` makes it."""
        try:
            return label_named(self._connection, self.id, name)
        except NotFound:
            if not create:
                raise
        body = {"name": name, "colour": colour}
        form = self._connection.post(f"projects/{self.id}/labels", body, action=f"make the label {name}")
        return thing(form)

    def views(self) -> list[Named]:
        """Saved views of the inbox: the project's and one's own. Give the id of one to `inbox(view=…)`."""
        forms = self._connection.pages(f"projects/{self.id}/views", action="list the views")
        return [thing(form) for form in forms]

    def change_cases(
        self,
        act: Literal["assign", "due", "label", "unlabel", "resolve", "reopen"],
        value: Named | str = "",
        *,
        threads: Iterable[Thread] | None = None,
        **chosen: Any,
    ) -> JSON:
        """Do one thing to many cases, in one transaction: to these threads, or to all that `inbox` would find.

        value: whom to assign to (a membership's id, or "me"), the day (2026-12-24), or the label or its name; "" for
        nobody and no day. Returns how many: changed, unchanged, and the id of the change, for `undo_change`.
        """
        given = value if isinstance(value, str) else value.id
        if act in ("label", "unlabel"):
            given = label_id(self._connection, self.id, value)
        body: JSON = {"act": act, "value": given}
        if threads is not None:
            body["threads"] = [thread.id for thread in threads]
        else:
            body["filters"] = self.threads(**chosen).chosen
        return dict(self._connection.post(f"projects/{self.id}/threads/many", body, action="change the cases"))

    def undo_change(self, change: str) -> JSON:
        """Take back what `change_cases` did, within a week; what somebody changed since stays."""
        return dict(self._connection.post(f"thread-changes/{change}/undo", action="undo the change"))

    def threads(self, search: str | None = None, **chosen: Any) -> Inbox:
        """The same as `inbox`, over open and resolved threads unless `status` is given."""
        return self.inbox(**{"status": None, "search": search} | chosen)

    def quarantine(self) -> list[Held]:
        """Studies that are kept aside because somebody may be named in their pixels: to be covered or released."""
        forms = self._connection.pages(f"projects/{self.id}/quarantine", action="list what is kept aside")
        return [Held(form, self._connection) for form in forms]

    def webhooks(self) -> list[Webhook]:
        """Addresses that are told what happens in the project; for admins and owners."""
        forms = self._connection.pages(f"projects/{self.id}/webhooks", action="list the webhooks")
        return [Webhook(form, self._connection) for form in forms]

    def webhook(self, address: str, events: Iterable[str], note: str = "") -> Webhook:
        """Tell an address of these events, such as "flag.created"; its `secret` is known here and nowhere else."""
        body = {"url": address, "events": list(events), "note": note}
        form = self._connection.post(f"projects/{self.id}/webhooks", body, action="make the webhook")
        return Webhook(form, self._connection)

    def __repr__(self) -> str:
        return f"<Project {self.name}: {self.url}>"

    def _repr_html_(self) -> str:
        return card("Project", self.name, url=self.url, facts=[("about", self.description)])
