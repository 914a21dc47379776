"""An endpoint: the stable address under which one version of a model answers."""

import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from .answers import FINAL, Answer, finished
from .cards import card
from .comparisons import Case, Comparison, compared
from .connection import Connection, as_json
from .errors import Invalid, NotFound, Unavailable
from .examples import Example
from .fields import JSON, Card, Field
from .files import File
from .interfaces import field_from
from .links import Link
from .values import by_name, encode, encode_json
from .versions import Version, id_of

if TYPE_CHECKING:
    from .bench import Bench

_WAIT = 30  # seconds that the server is asked to hold a request
_PATIENCE = 600.0  # seconds until a queued prediction is given up
_SILENT = 5.0  # seconds until it is said that nobody answers
_LOG = logging.getLogger("atrium_client")


class Endpoint:
    """A stable name that serves one version and can be shared. url is its page; it stays when versions change.

    serves, model_name: which version, and of which model. pool: the name of the team's own pool that answers; None
    where the installation's workers do. notices: what the server said of the last promotion, such as cases of the suite
    that the version did not pass.
    """

    def __init__(self, form: Mapping[str, Any], connection: Connection) -> None:
        self._connection = connection
        self._read(form)

    def _read(self, form: Mapping[str, Any]) -> None:
        version = form.get("version") or {}
        self.id = str(form["id"])
        self.slug = str(form.get("slug") or "")
        self.name = str(form.get("name") or "")
        self.url = str(form.get("url") or "")
        self.version_id = str(version.get("id") or "")
        self.model_name = str(version.get("model_name") or "")
        self.serves = f"{version.get('model_name')} v{version.get('number')}"
        interface: JSON = form.get("interface") or {}
        self.inputs: list[Field] = [field_from(item) for item in interface.get("inputs", ())]
        self.outputs: list[Field] = [field_from(item) for item in interface.get("outputs", ())]
        self.card = Card.read(form.get("card"))
        self.notices = tuple(map(str, form.get("notices") or ()))
        self.pool: str | None = (form.get("pool") or {}).get("name")

    def predict(self, value: Any, edits: Sequence[Mapping[str, Any]] = (), timeout: float = _PATIENCE) -> Answer:
        """Ask the model; returns when it has answered.

        value: the value of the only input, a dict by input name, a list in the inputs' order, or an earlier Answer
        (its stored input is used again, nothing is sent). Pictures: a path, encoded bytes, a PIL image, an array of
        uint8 (0..255) or floats (0..1), 25 MB at most. A table row: a dict by column, a sequence or a Series.
        edits: changes to what was sent before the model sees it, in order: of a picture in fractions of it, such as
        `{"kind": "occlude", "x": 0.1, "y": 0.1, "w": 0.3, "h": 0.2, "fill": "black"}`, also crop, rotate, flip, adjust,
        blur, noise, draw; of recordings and series mask, gain, filter, in seconds; of text
        `{"kind": "replace", "start": 3, "end": 8, "text": ""}`, in characters; of a table
        `{"kind": "set", "column": "age", "value": 61}`.
        timeout: seconds that the answer is waited for; where a live function is offline, that is said after some.
        Raises Invalid for a value that is refused, Failed where the model ends without an answer, QuotaExceeded, and
        Unavailable, also where no answer came in time: the case stays, and is answered later.
        """
        if isinstance(value, Answer):
            encoded = _asked_before(value)
        else:
            inputs = {field.name: field for field in self.inputs}
            encoded = {name: encode(inputs[name], item) for name, item in by_name(self.inputs, value).items()}
        asked = self._ask(encoded, edits, wait=max(0, min(_WAIT, int(timeout))))
        return finished(self._settled(asked, timeout), self._connection)

    def bench(self) -> "Bench":
        """The bench in this cell, as on the page: cases, edits, answers that follow the hand, flags.

        Its `answer`, `edits` and `case` follow the hand; `show(value)` opens a case from here. Raises Invalid without
        anywidget.
        """
        try:
            from .bench import Bench
        except ImportError as error:
            way = f"pip install anywidget, or open {self.url}"
            raise Invalid(f"The bench in a cell needs anywidget ({error}): {way}.") from None
        return Bench(self, self._connection)

    def _ask(
        self,
        encoded: Mapping[str, Any],
        edits: Sequence[Mapping[str, Any]],
        *,
        wait: int,
        keep: bool = True,
        connection: Connection | None = None,
    ) -> JSON:
        """The prediction, finished or not. encoded: by input, as the API takes it. wait: seconds that it may take."""
        response = (connection or self._connection).request(
            "POST",
            f"endpoints/{self.id}/predictions",
            action=f"predict with “{self.name}”",
            headers={"Prefer": f"wait={wait}"},
            timeout=_WAIT + 30.0,
            **_body(encoded, edits, keep),
        )
        form: JSON = response.json()
        return form

    def promote(self, version: Version) -> "Endpoint":
        """Serve another version at the same address; `notices` says what is to be known of it.

        Raises Conflict where its interface differs, and where the suite refuses what does not pass.
        """
        self._read(
            self._connection.patch(
                f"endpoints/{self.id}", {"version": id_of(version)}, action=f"promote {version} on “{self.name}”"
            )
        )
        return self

    def move(self, pool: str | None) -> "Endpoint":
        """Have a pool of the team's own machines answer from now on, by its name; None: the installation's workers.

        What waits already stays where it is. Raises NotFound where the team has no such pool.
        """
        pools = {} if pool is None else {one["name"]: one["id"] for one in self._pools()}
        if pool is not None and pool not in pools:
            known = ", ".join(f"“{name}”" for name in pools) or "none"
            raise NotFound(
                f"The team has no pool “{pool}”; it has {known}. Admins make them under Team settings, Pools.",
                code="not_found",
            )
        change = {"pool": None if pool is None else pools[pool]}
        self._read(self._connection.patch(f"endpoints/{self.id}", change, action=f"move “{self.name}”"))
        return self

    def _pools(self) -> list[JSON]:
        return list(self._connection.pages("pools", action="list the team's pools"))

    def add_example(self, value: Any, title: str = "") -> Example:
        """Add a case that reviewers find on the page, answered already: give one that may be shown to all of them.

        value: as for `predict`; of an earlier Answer the case as it was sent, without its edits. title: 120 characters
        at most.
        """
        inputs = _asked_before(value) if isinstance(value, Answer) else encode_json(self.inputs, value)
        body: JSON = {"inputs": inputs} | ({"title": title} if title else {})
        form = self._connection.post(f"endpoints/{self.id}/examples", body, action="add the example")
        return Example(form, self._connection)

    def examples(self) -> list[Example]:
        """What reviewers find on the page, in its order."""
        forms = self._connection.pages(f"endpoints/{self.id}/examples", action="list the examples")
        return sorted((Example(form, self._connection) for form in forms), key=lambda example: example.position)

    def share(
        self,
        role: Literal["view", "try", "review"] = "review",
        expires: str | None = "30d",
        passcode: str | None = None,
        label: str = "",
        quota: int | None = None,
        addresses: str | Sequence[str] = (),
        embed: str | Sequence[str] = (),
    ) -> Link:
        """Make a link for people without an account. `str(link)` is its URL, which is shown this once.

        role: `view` sees the examples, `try` asks with own cases, `review` flags too. expires: `30d`, an RFC 3339
        time, or None for no end. passcode: asked on the page. quota: how many cases may be kept through the link.
        addresses: mail addresses for which alone it opens, each by a code that is mailed there at every visit; a link
        has these or a passcode. embed: origins (`https://clinic.example`) on whose pages it may be shown; `link.iframe`
        is the markup for them. Raises Invalid for what is none, and for a passcode beside addresses.
        """
        body: JSON = {"role": role, "expires": expires, "passcode": passcode, "label": label, "quota": quota}
        body["addresses"] = [addresses] if isinstance(addresses, str) else list(addresses)
        if embed:
            body["embed"] = [embed] if isinstance(embed, str) else list(embed)
        return Link(self._connection.post(f"endpoints/{self.id}/links", body, action="make the link"), self._connection)

    def links(self) -> list[Link]:
        """The endpoint's links, without their URLs."""
        forms = self._connection.pages(f"endpoints/{self.id}/links", action="list the links")
        return [Link(form, self._connection) for form in forms]

    def compare(
        self,
        versions: Sequence[Version],
        cases: Sequence[Case] | Case = ("examples",),
        name: str = "",
        question: str = "",
        blind: bool = False,
    ) -> Comparison:
        """Have 2 to 4 versions asked the same cases; returns at once, `wait()` waits for the answers.

        versions: they must take and answer what this endpoint does. cases: answers, threads, ids of predictions, or
        `examples`, `inbox` (its open cases) and `suite` for all there; 100 at most. blind: whether reviewers by link,
        and members, are asked which answer is better without knowing which version said it; they see these cases.
        question: what they are asked. Raises Invalid, and Conflict where an interface differs.
        """
        body = compared(versions, cases, name=name, question=question, blind=blind)
        made = self._connection.post(f"endpoints/{self.id}/comparisons", body, action="compare versions")
        return Comparison(made, self._connection)

    def comparisons(self) -> list[Comparison]:
        """The endpoint's comparisons, the newest first, without their cases; `refresh()` reads those."""
        forms = self._connection.pages(f"endpoints/{self.id}/comparisons", action="list the comparisons")
        return [Comparison(form, self._connection) for form in forms]

    def refresh(self) -> "Endpoint":
        """Read the endpoint again."""
        self._read(self._connection.get(f"endpoints/{self.id}", action=f"read “{self.name}”"))
        return self

    def _settled(self, prediction: Mapping[str, Any], timeout: float) -> Mapping[str, Any]:
        waited, pause, is_told = 0.0, 0.2, False
        while prediction.get("state") not in FINAL:
            is_offline = (prediction.get("waiting") or {}).get("online") is False
            if waited >= timeout:
                why = "the function is offline, serve it again" if is_offline else "see the pool's state, or try later"
                raise Unavailable(
                    f"No answer after {timeout:.0f} s; the prediction {prediction['id']} still waits: {why}.",
                    code="timeout",
                )
            if is_offline and waited >= _SILENT and not is_told:
                _LOG.warning(
                    "“%s” is offline; the case is kept, and its answer is waited for %.0f s more (timeout=).",
                    self.name,
                    timeout - waited,
                )
                is_told = True
            self._connection.pause(min(pause, max(timeout - waited, 0.05)))
            waited, pause = waited + pause, min(pause * 1.5, 2.0)
            prediction = self._connection.get(f"predictions/{prediction['id']}", action="read the prediction")
        return prediction

    def __repr__(self) -> str:
        notices = "".join(f", {notice.rstrip('.')}" for notice in self.notices)
        return f"<Endpoint {self.name} serves {self.serves}{notices}: {self.url}>"

    def _repr_html_(self) -> str:
        facts = [
            ("serves", self.serves),
            ("takes", ", ".join(field.name for field in self.inputs)),
            ("answers", ", ".join(field.name for field in self.outputs)),
            ("purpose", self.card.purpose),
            ("to know", " ".join(self.notices)),
        ]
        return card("Endpoint", self.name, url=self.url, state="serving", tone="good", facts=facts)


def _asked_before(answer: Answer) -> dict[str, Any]:
    """The inputs of an answer, as the API takes them: its files are named by the prediction that holds them."""
    return {
        name: {"prediction": answer.original} if "url" in item else item.get("value")
        for name, item in answer.inputs.items()
    }


def _body(encoded: Mapping[str, Any], edits: Sequence[Mapping[str, Any]], keep: bool) -> dict[str, Any]:
    """JSON, or multipart where there are files: they then travel as they are rather than a third larger."""
    files = {name: item for name, item in encoded.items() if isinstance(item, File)}
    plain = {name: item for name, item in encoded.items() if name not in files}
    if isinstance(edits, Mapping) or not all(isinstance(edit, Mapping) for edit in edits):
        raise Invalid("edits takes a list of dicts, such as [{'kind': 'flip', 'axis': 'x'}].")
    given = [dict(edit) for edit in edits]
    if not files or {"inputs", "edits"} & set(files):
        inline = {name: item.data_url() for name, item in files.items()}
        as_json(plain)  # says what is wrong with a value that JSON does not have
        body = {"inputs": {**plain, **inline}, "edits": given}
        return {"json": body if keep else body | {"keep": False}}
    return {
        "files": {name: (item.name, item.data, item.media_type) for name, item in files.items()},
        "data": {"inputs": as_json(plain), "edits": as_json(given), **({} if keep else {"keep": "false"})},
    }
