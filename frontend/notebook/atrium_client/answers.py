"""What a model answered, output by output."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .cards import bars, card
from .connection import Connection
from .errors import Failed, Invalid
from .explanations import Cost, Explanation
from .fields import JSON
from .findings import listed
from .flags import Flag, Verdict, flag_from
from .named import version_name
from .results import LabelResult, Result, in_a_line, result_from

FINAL = frozenset({"succeeded", "failed", "cancelled"})
"""States of a prediction that has ended."""


class Answer(Mapping[str, Result]):
    """What an endpoint answered to one input: a mapping from output name to result.

    id: the prediction's. version: which one answered. timings: milliseconds by step. inputs, edits: what was asked.
    url: its page.
    original: the id of the prediction that holds the unedited input. stored: True where an earlier answer was reused.
    Give an Answer to `predict` as the input to ask again with other edits.
    """

    def __init__(self, form: Mapping[str, Any], connection: Connection) -> None:
        self.id = str(form["id"])
        self.state = str(form.get("state") or "")
        self.version = version_name(form.get("version") or {})
        self.timings: dict[str, Any] = dict(form.get("timings") or {})
        self.inputs: dict[str, Any] = dict(form.get("inputs") or {})
        self.edits: list[dict[str, Any]] = list(form.get("edits") or ())
        self.original = str(form.get("original") or form["id"])
        self.stored = bool(form.get("stored"))
        self.url = str(form.get("url") or "")
        self._connection = connection
        self._rendered: dict[str, str] = dict(form.get("rendered") or {})
        answer = form.get("answer") or {}
        self._results = {str(name): result_from(item, connection) for name, item in answer.items()}

    def flag(
        self,
        verdict: Verdict,
        message: str = "",
        correction: Any = None,
        marks: Sequence[Mapping[str, Any]] = (),
        findings: Sequence[Mapping[str, Any]] = (),
        added: Sequence[Mapping[str, Any]] = (),
    ) -> Flag:
        """Judge it, as a reviewer does on the bench; it comes into the project's inbox in your name.

        verdict: `right`, `right_wrong_reason` (the true answer, but for a reason that is none), `wrong` or `unsure`.
        correction: the right answer, by output, `{"finding": "effusion"}`, or of the only output by itself: a class, a
        text, or a number in the output's unit; the class need not be one of the model's. marks: where, in fractions of
        the picture as it was sent, (0, 0) the upper left corner: `{"kind": "box", "points": [[0.7, 0.05], [0.9, 0.15]],
        "note": "the marker"}`, also point, line, ellipse and polygon; of a study with its `frame`, from 0. findings:
        what is said of single ones, `{"output": "nodules", "id": "b0", "verdict": "rejected"}`, accepted or corrected.
        added: what the model missed, such as `{"output": "nodules", "label": "cyst", "x": 0.1, "y": 0.2, "w": 0.1,
        "h": 0.1}`.
        Flagged once more, the earlier judgement is replaced. Raises Invalid with the field that is wrong, NotPermitted.
        """
        body = {
            "verdict": verdict,
            "message": message,
            "correction": self._corrected(correction),
            "marks": marks,
            "findings": findings,
            "added": added,
        }
        form = self._connection.post(f"predictions/{self.id}/flag", listed(body), action="flag the answer")
        return flag_from(form)

    def _corrected(self, correction: Any) -> Mapping[str, Any] | None:
        """By output. Raises Invalid for a bare value where there are several outputs."""
        if correction is None or isinstance(correction, Mapping):
            return correction
        if len(self) != 1:
            known = ", ".join(self)
            raise Invalid(f"The answer has the outputs {known}; give the correction as a dict by their names.")
        return {next(iter(self)): correction}

    def explain(
        self,
        method: str = "occlusion",
        target: str | tuple[str, str] | None = None,
        timeout: float = 3600.0,
        progress: bool = True,
        **options: Any,
    ) -> Explanation:
        """Ask why: the same case again and again, changed a little each time; returns what that showed.

        method, with its options and what is taken where they are left out:
        `occlusion` covers one place of a picture after another: window=0.125, stride=0.0625 (shares of each side),
        fill="mean" (black, blur). `slices` does so on a study: frames=() (where blocks begin, from 0; none: one block
        through all), depth=1 (slices of each block). `ablation` covers regions: regions="superpixels" (count=40,
        compactness=10) or "marks" (marks=[…], as `flag` takes them). `what_if` sets numbers, choices and cells:
        fields=() (none: all), points=21. `words` leaves out one word after another: mask="". `windows` silences one
        stretch of a signal after another: window=0.05, stride=0.025 (shares of its length), leads=(), by_lead=False.
        `stress` changes the whole picture at five severities: changes=() (none: all), seed=0. input="frame" names one
        of several inputs.
        target: whose score is followed: a class, or (output, class); the highest class where it is None. timeout:
        seconds. The same question is answered from what was found before.
        Raises Invalid for what cannot be asked, Failed where it could not be made, QuotaExceeded.
        """
        asked = _question(method, target, options)
        form = self._connection.post(f"predictions/{self.id}/explanations", asked, action="ask why")
        return Explanation(form, self._connection, self._rendered).wait(timeout, progress)

    def cost(self, method: str = "occlusion", target: str | tuple[str, str] | None = None, **options: Any) -> Cost:
        """What `explain` would come to; nothing is asked of the model."""
        asked = _question(method, target, options)
        form = self._connection.post(f"predictions/{self.id}/explanations/cost", asked, action="ask what it costs")
        seconds = float(form["expected_seconds"])
        return Cost(int(form["calls"]), seconds, bool(form["measured"]), str(form["message"]))

    @property
    def explanations(self) -> list[Explanation]:
        """What was asked about it so far, the newest first."""
        forms = self._connection.pages(f"predictions/{self.id}/explanations", action="list what was found")
        return [Explanation(form, self._connection, self._rendered) for form in forms]

    def __getitem__(self, name: str) -> Result:
        try:
            return self._results[name]
        except KeyError:
            known = ", ".join(self._results) or "none"
            raise KeyError(f"there is no output “{name}”; the outputs are: {known}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._results)

    def __len__(self) -> int:
        return len(self._results)

    def __repr__(self) -> str:
        told = "; ".join(f"{name}: {in_a_line(result)}" for name, result in self._results.items())
        return f"<Answer {told or self.state} by {self.version}>"

    def _repr_html_(self) -> str:
        lists = [(name, item.scores[:5]) for name, item in self._results.items() if isinstance(item, LabelResult)]
        facts = [(name, in_a_line(item)) for name, item in self._results.items() if not isinstance(item, LabelResult)]
        facts += [("edits", len(self.edits) or ""), ("answered by", self.version)]  # type: ignore[list-item]
        return card(
            "Answer",
            ", ".join(self._results) or self.state,
            url=self.url,
            facts=facts,
            extra="".join(bars(name, scores) for name, scores in lists),
        )


def _question(method: str, target: str | tuple[str, str] | None, options: Mapping[str, Any]) -> JSON:
    output, label = ("", target or "") if not isinstance(target, tuple) else target
    return {"method": method, "options": listed(options), "target": {"output": output, "label": label}}


def finished(form: Mapping[str, Any], connection: Connection) -> Answer:
    """The answer of a prediction that ended; raises Failed where it ended without one."""
    if form.get("state") == "succeeded":
        return Answer(form, connection)
    error = form.get("error") or {}
    code = str(error.get("code") or form.get("state") or "failed")
    why = str(error.get("message") or f"the prediction was {form.get('state')}").rstrip(".")
    raise Failed(f"No answer: {why}. See {form.get('url') or form.get('id')} for the details.", code=code)
