"""The way in: an address, a token, and the projects of its team."""

from typing import Any

from .answers import FINAL, Answer, finished
from .cards import card
from .comparisons import Comparison
from .connection import Connection
from .credentials import find
from .errors import Conflict, NotFound
from .projects import Project
from .slugs import slug_of
from .threads import Thread


class Atrium:
    """A connection to one Atrium server with one token.

    url, token: by default ATRIUM_URL and ATRIUM_TOKEN, else what `atrium login` stored. A token belongs to one team.
    Raises NotPermitted where neither is found. Nothing is sent before the first call.
    """

    def __init__(self, url: str | None = None, token: str | None = None) -> None:
        self._connection = Connection(find(url, token))
        self.url = self._connection.url

    def project(self, name: str, create: bool = False) -> Project:
        """The project of this name (or slug). create: make it where it does not exist. Raises NotFound otherwise."""
        found = self._named(name)
        if found is not None:
            return found
        if not create:
            raise NotFound(
                f"The team has no project “{name}”. Check the name, or use project({name!r}, create=True).",
                code="not_found",
            )
        try:
            form = self._connection.post("projects", {"name": name}, action=f"create the project “{name}”")
        except Conflict:  # somebody made it in between
            found = self._named(name)
            if found is None:
                raise
            return found
        return Project(form, self._connection)

    def projects(self) -> list[Project]:
        """The team's projects."""
        return [Project(form, self._connection) for form in self._connection.pages("projects", action="list projects")]

    def thread(self, id: str) -> Thread:
        """One thread by its id, or by the address of its page; raises NotFound."""
        return Thread(self._connection.get(f"threads/{_id_in(id)}", action="read the thread"), self._connection)

    def answer(self, id: str) -> Answer:
        """One answer by its prediction's id, or the address of its page: of an earlier session, or not waited for.

        Raises NotFound, Failed where it ended without an answer, Conflict while it still waits.
        """
        found = _id_in(id)
        form = self._connection.get(f"predictions/{found}", action="read the prediction")
        if form.get("state") not in FINAL:
            raise Conflict(f"The prediction {found} is {form['state']}, without an answer yet. Read it again later.")
        return finished(form, self._connection)

    def comparison(self, id: str) -> Comparison:
        """One comparison with its cases by its id, or by the address of its page; raises NotFound."""
        form = self._connection.get(f"comparisons/{_id_in(id)}", action="read the comparison")
        return Comparison(form, self._connection)

    def project_of(self, thread: Thread) -> Project:
        """The project that a thread belongs to."""
        form = self._connection.get(f"projects/{thread.project_id}", action="read the thread's project")
        return Project(form, self._connection)

    def me(self) -> dict[str, Any]:
        """Whose token this is: user, team, role, scopes."""
        return dict(self._connection.get("me", action="read who the token belongs to"))

    def _named(self, name: str) -> Project | None:
        forms = self._connection.pages("projects", action=f"find the project “{name}”", slug=slug_of(name))
        for form in forms:
            if name in (form.get("name"), form.get("slug")) or form.get("slug") == slug_of(name):
                return Project(form, self._connection)
        return None

    def __repr__(self) -> str:
        return f"<Atrium at {self.url}>"

    def _repr_html_(self) -> str:
        return card("Atrium", self.url, url=self.url)


def _id_in(address: str) -> str:
    """An id by itself, or the last part of an address."""
    return address.partition("?")[0].rstrip("/").rpartition("/")[2]
