"""The inbox: a project's threads, chosen by what each says."""

import importlib
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from .cards import card
from .connection import Connection
from .errors import AtriumError
from .threads import COLUMNS, Thread


class Inbox:
    """The threads of a project, the newest case first; iterating reads them page after page, inbox[0] is the newest.

    chosen: by what. url: of its page.
    """

    def __init__(
        self, connection: Connection, project: str, slug: str, chosen: Mapping[str, str | None], url: str = ""
    ) -> None:
        self._connection = connection
        self._project = project
        self._slug = slug
        self.url = url
        self.chosen = {name: value for name, value in chosen.items() if value is not None}

    def __iter__(self) -> Iterator[Thread]:
        forms = self._connection.pages(f"projects/{self._project}/threads", action="read the inbox", **self.chosen)
        for form in forms:
            yield Thread(form, self._connection)

    def __getitem__(self, at: int) -> Thread:
        """The thread at a place, counted from 0. Raises IndexError where there is none."""
        if at < 0 or (thread := next(islice(self, at, None), None)) is None:
            raise IndexError(f"{self!r} has no thread at {at}")
        return thread

    def to_pandas(self) -> Any:
        """A pandas DataFrame with one row for each thread (see `Thread.row`)."""
        try:
            pandas = importlib.import_module("pandas")
        except ImportError:
            raise AtriumError(
                "to_pandas() needs pandas, which is not installed here. Run `pip install pandas`, "
                "or use [thread.row() for thread in inbox].",
                code="missing_package",
            ) from None
        return pandas.DataFrame([thread.row() for thread in self], columns=COLUMNS)

    def download(self, path: str | Path, format: Literal["zip", "csv", "json", "coco"] = "zip") -> Path:
        """Write every flag of the project, resolved ones too; the path of the file.

        format: `zip` with the pictures, `csv`, `json`, or `coco`: boxes and masks as reviewers have them, in COCO's
        form. path: a file, or a folder (one that exists, or ends with /), where the file is named after the project.
        """
        target = Path(path).expanduser()
        if target.is_dir() or str(path).endswith(("/", "\\")):
            target = target / f"{self._slug}-threads.{'coco.json' if format == 'coco' else format}"
        url = f"projects/{self._project}/threads/export?format={format}"
        return self._connection.save(url, target, action="download the inbox")

    def __repr__(self) -> str:
        by = "".join(f", {name} {value}" for name, value in self.chosen.items() if name != "status")
        return f"<Inbox of {self._slug}, {self.chosen.get('status', 'all')} threads{by}: {self.url}>"

    def _repr_html_(self) -> str:
        threads = f"{self.chosen.get('status', 'all')} threads"
        facts = [(name, value) for name, value in self.chosen.items() if name != "status"]
        return card("Inbox", self._slug, url=self.url, state=threads, facts=facts)
