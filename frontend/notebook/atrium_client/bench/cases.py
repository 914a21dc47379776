"""The cases of one endpoint that this kernel knows: what was asked here, what is kept, what was said of it."""

import re
from collections.abc import Mapping
from threading import RLock
from typing import Any

from atrium_client.fields import JSON

DRAFTS = 500
"""Attempts that were not kept, of which the forms are held at most."""
_FILE = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:\?side=\d{1,4})?")


class Cases:
    """Predictions as the server gives them, by their ids; files by the keys under which a cell knows them.

    A cell is never told an address that it could send the kernel to: it names what it was told of. Several threads ask
    and answer at once, of one cell and of others of the same endpoint.
    """

    def __init__(self) -> None:
        self._lock = RLock()
        self._forms: dict[str, JSON] = {}
        self._kept: dict[str, None] = {}
        self._files: dict[str, str] = {}
        self._threads: dict[str, str] = {}
        self._messages: dict[str, list[JSON]] = {}

    def __contains__(self, prediction: object) -> bool:
        with self._lock:
            return prediction in self._forms

    def form(self, prediction: str) -> JSON | None:
        """As the server gave it last."""
        with self._lock:
            return self._forms.get(prediction)

    def file(self, key: str) -> str | None:
        """The address of a file that was told of."""
        return self._files.get(key)

    def thread(self, original: str) -> str | None:
        return self._threads.get(original)

    def take(self, form: JSON, *, kept: bool = False) -> JSON:
        """Remember a prediction; as a cell is told it."""
        with self._lock:
            prediction = str(form["id"])
            known = self._forms.pop(prediction, {})
            self._forms[prediction] = {"flag": known.get("flag"), **form, "kept": bool(form.get("kept")) or kept}
            if kept:
                self._kept[prediction] = None
            drafts = [one for one, form in self._forms.items() if not form["kept"]]
            for one in drafts[: max(0, len(drafts) - DRAFTS)]:
                del self._forms[one]
            return self._told(self._forms[prediction])

    def keep(self, prediction: str) -> None:
        """It belongs to the history of this kernel."""
        with self._lock:
            self._forms[prediction]["kept"] = True
            self._kept[prediction] = None

    def judged(self, prediction: str, flag: JSON, thread: str, messages: list[JSON]) -> None:
        with self._lock:
            self.keep(prediction)
            form = self._forms[prediction]
            form["flag"] = flag
            self._threads[str(form["original"])] = thread
            self.said(str(form["original"]), messages)

    def said(self, original: str, messages: list[JSON]) -> None:
        self._messages[original] = messages

    def history(self) -> list[JSON]:
        """What is kept, by case, as a cell is told it."""
        cases: dict[str, list[JSON]] = {}
        with self._lock:
            for prediction in self._kept:
                form = self._forms[prediction]
                cases.setdefault(str(form["original"]), []).append(self._told(form))
            return [
                {"original": original, "attempts": attempts, "thread": self._thread(original)}
                for original, attempts in cases.items()
            ]

    def _thread(self, original: str) -> JSON | None:
        messages = self._messages.get(original)
        return None if messages is None else {"messages": messages}

    def _told(self, form: Mapping[str, Any]) -> JSON:
        """Each file by a key. Nothing is looked for in a value: a model could have written an address there."""
        answer = form.get("answer")
        return {
            **form,
            "inputs": {name: self._keyed(value) for name, value in (form.get("inputs") or {}).items()},
            "rendered": {name: self._key(url) for name, url in (form.get("rendered") or {}).items()},
            "answer": None if answer is None else {name: self._keyed(value) for name, value in answer.items()},
        }

    def _keyed(self, value: Mapping[str, Any]) -> JSON:
        places = [name for name in ("url", "thumbnail") if value.get(name)]
        return {**value, **{name: self._key(str(value[name])) for name in places}}

    def _key(self, url: str) -> str:
        key = url.rpartition("/")[2]
        if not _FILE.fullmatch(key):
            return ""
        self._files[key] = url
        return key
