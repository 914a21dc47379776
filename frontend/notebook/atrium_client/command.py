"""The command `atrium`: what the notebook does, from a shell.

Exit codes: 0 done · 1 another error · 2 wrong usage · 3 not permitted · 4 not found · 5 refused (rejected, invalid,
conflict) · 6 unavailable or a quota reached · 130 interrupted. Errors go to stderr as one sentence.
"""

import argparse
import getpass
import importlib
import json
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from . import credentials
from ._version import __version__
from .answers import Answer, ImageResult, LabelResult, NumberResult
from .atrium import Atrium
from .errors import AtriumError, Conflict, Invalid, NotFound, NotPermitted, QuotaExceeded, Rejected, Unavailable
from .export import export
from .fields import JSON, Card, Field, Number, Table, field_from, interface_json
from .sizes import size
from .versions import Version

_CODES: tuple[tuple[type[AtriumError], int], ...] = (
    (NotPermitted, 3),
    (NotFound, 4),
    (Rejected, 5),
    (Invalid, 5),
    (Conflict, 5),
    (Unavailable, 6),
    (QuotaExceeded, 6),
)
_Told = tuple[str, Any]  # a text for people, and the same as a JSON value


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code."""
    given = _parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], _Told] = given.run
    try:
        text, value = run(given)
    except AtriumError as error:
        print(f"atrium: {' '.join(str(error).split())}", file=sys.stderr)
        return next((code for kind, code in _CODES if isinstance(error, kind)), 1)
    except KeyboardInterrupt:
        print("atrium: interrupted", file=sys.stderr)
        return 130
    print(json.dumps(value, default=str) if given.json else text)
    return 0


def _login(given: argparse.Namespace) -> _Told:
    url = credentials.tidy(given.url)
    token = getpass.getpass(f"Token for {url}: ") if sys.stdin.isatty() else sys.stdin.readline()
    if not token.strip():
        raise Invalid("No token was given. Make one on the team's settings page and paste it here.")
    me = Atrium(url, token.strip()).me()
    path = credentials.store(credentials.Credentials(url, token.strip()))
    return f"Logged in to {url} as {_whose(me)}; the token is in {path}.", {"url": url, "path": str(path), **me}


def _token(given: argparse.Namespace) -> _Told:
    if given.forget:
        had = credentials.forget()
        return ("The stored token is gone." if had else "No token was stored."), {"forgotten": had}
    atrium = Atrium()
    me = atrium.me()
    scopes = ", ".join(map(str, me.get("scopes") or ())) or "none"
    return f"{_whose(me)} at {atrium.url}; scopes: {scopes}", {"url": atrium.url, **me}


def _upload(given: argparse.Namespace) -> _Told:
    inputs, outputs = _interface(given.interface)
    card = _card(given.card) if given.card else None
    project = Atrium().project(given.project, create=given.create)
    version = project.upload(
        given.name, _model(given.model), inputs=inputs, outputs=outputs, example=_example(given.example, inputs),
        notes=given.notes, card=card, wait=not given.no_wait, progress=not given.json,
    )  # fmt: skip
    hint = f" The interface is proposed: atrium confirm {given.project} {given.name}" if version.proposed else ""
    told = "".join(f" {notice}" for notice in version.notices)
    return f"{version} is {version.state}: {version.url}{told}{hint}", _version(version)


def _confirm(given: argparse.Namespace) -> _Told:
    version = Atrium().project(given.project).version(given.model, given.version)
    if not given.show:
        version.confirm(*_interface(given.interface))
    interface = _shown_interface(version)
    if given.show:
        return json.dumps(interface, indent=2), interface
    told = "; ".join(f"{side}: {', '.join(field['name'] for field in interface[side])}" for side in interface)
    return f"{version} takes and answers {told}.", {**_version(version), "interface": interface}


def _deploy(given: argparse.Namespace) -> _Told:
    project = Atrium().project(given.project)
    version = project.version(given.model, given.version)
    endpoint = project.endpoint(given.promote).promote(version) if given.promote else version.deploy(given.name)
    value = {"id": endpoint.id, "slug": endpoint.slug, "url": endpoint.url, "version": endpoint.version_id}
    return f"{endpoint.name} serves {endpoint.serves}: {endpoint.url}", value


def _share(given: argparse.Namespace) -> _Told:
    passcode = None
    if given.passcode:
        passcode = getpass.getpass("Passcode: ") if sys.stdin.isatty() else sys.stdin.readline().strip()
    expires = None if given.expires == "never" else given.expires
    endpoint = Atrium().project(given.project).endpoint(given.endpoint)
    link = endpoint.share(given.role, expires, passcode, given.label, given.quota, given.address)
    ends = link.expires_at.isoformat() if link.expires_at else None
    return str(link), {"id": link.id, "url": link.url, "role": link.role, "label": link.label, "expires_at": ends}


def _predict(given: argparse.Namespace) -> _Told:
    endpoint = Atrium().project(given.project).endpoint(given.endpoint)
    answer = endpoint.predict(_values(given.values, endpoint.inputs), edits=_json(given.edits, "--edits"))
    lines = [f"{name}: {result}" for name, result in answer.items()]
    return "\n".join(lines), _answer(answer)


def _inbox(given: argparse.Namespace) -> _Told:
    status = None if given.status == "all" else given.status
    inbox = Atrium().project(given.project).inbox(status)
    if given.download:
        path = inbox.download(given.download, given.format)
        return f"Written to {path}.", {"path": str(path)}
    threads = list(inbox)
    lines = [f"{thread.status:9} {thread.flag if thread.flags else 'withdrawn'}  {thread.url}" for thread in threads]
    return "\n".join(lines) or f"No {given.status} threads.", [thread.row() for thread in threads]


def _reply(given: argparse.Namespace) -> _Told:
    thread = Atrium().thread(given.thread)
    thread.reply(sys.stdin.read().strip() if given.message == "-" else given.message, internal=given.internal)
    reader = "the team" if given.internal else "the reviewer"
    return f"Written to {reader}: {thread.url}", thread.row()


def _resolve(given: argparse.Namespace) -> _Told:
    atrium = Atrium()
    thread = atrium.thread(given.thread)
    version = None
    if given.version is not None:
        if thread.prediction is None:
            raise Conflict("This thread has no flag any more, so no model is told; resolve it without --version.")
        version = atrium.project_of(thread).version(thread.prediction.version.model_name, given.version)
    thread.resolve(version)
    by = f" by {thread.resolved_by}" if thread.resolved_by else ""
    return f"Resolved{by}: {thread.url}", thread.row()


def _export(given: argparse.Namespace) -> _Told:
    inputs, outputs = _interface(given.interface)
    with export(
        _model(given.model), inputs=inputs, outputs=outputs, example=_example(given.example, inputs)
    ) as exported:
        shutil.copyfile(exported.path, given.out)
        report = exported.report()
    parts = [f"{given.out}: {size(exported.size)} by {exported.exporter}, batch {exported.batch}"]
    if exported.difference is not None:
        parts.append(f"differs from the original by {exported.difference:.2g} ({exported.tolerance:.2g} is allowed)")
    parts.append(f"{exported.removed} notes and paths removed, {exported.folded} tensors folded in")
    return "; ".join(parts) + ".", {"path": str(given.out), **report}


def _model(name: str) -> Any:
    """A path as it is, or the object that `package.module:name` leads to."""
    module, colon, attribute = name.partition(":")
    if not colon or Path(name).exists() or not module.replace(".", "").isidentifier():
        return name
    sys.path.insert(0, str(Path.cwd()))
    try:
        return getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise Invalid(f"“{name}” cannot be imported: {error}.") from None
    finally:
        sys.path.pop(0)


def _version(version: Version) -> dict[str, Any]:
    value = {"id": version.id, "number": version.number, "state": version.state, "url": version.url}
    return {**value, "proposed": version.proposed, "not_shown": version.not_shown, "notices": version.notices}


def _shown_interface(version: Version) -> JSON:
    """What `--interface` takes: the confirmed interface, or the proposed one."""
    inputs, outputs = version.inputs or version.proposed_inputs, version.outputs or version.proposed_outputs
    if not inputs:
        raise Conflict(
            f"Nothing is proposed for {version}. {version.why_not_proposed} Write one, and give --interface."
        )
    return interface_json(inputs, outputs)


def _interface(path: str | None) -> tuple[list[Field] | None, list[Field] | None]:
    if path is None:
        return None, None
    form = _file(path)
    try:
        return [field_from(item) for item in form["inputs"]], [field_from(item) for item in form["outputs"]]
    except (KeyError, TypeError, AttributeError) as error:
        raise Invalid(f"“{path}” is no interface ({error}); it holds inputs and outputs, each a list.") from None


def _card(path: str) -> Card:
    form = _file(path)
    unknown = ", ".join(set(form) - {field.name for field in fields(Card)})
    if unknown:
        told = ", ".join(field.name for field in fields(Card))
        raise Invalid(f"A card has no {unknown}; it holds {told}. Mend “{path}”.")
    return Card.read(form)


def _example(given: Sequence[str], inputs: Sequence[Field] | None) -> Any:
    if not given:
        return None
    if inputs is not None:
        return _values(given, inputs)
    values = [_json(item, "--example", text_too=True) for item in given]
    return values[0] if len(values) == 1 else values


def _values(given: Sequence[str], inputs: Sequence[Field]) -> Any:
    """`name=value` by input, or the bare value of the only input."""
    fields = {field.name: field for field in inputs}
    named = {}
    for item in given:
        name, equals, value = item.partition("=")
        if equals and name in fields:
            named[name] = _value(fields[name], value)
        elif len(given) == 1 and len(fields) == 1:
            only = next(iter(fields.values()))
            named[only.name] = _value(only, item)
        else:
            raise Invalid(f"“{item}” is not understood; write name=value with {', '.join(fields)}.")
    return named


def _value(field: Field, text: str) -> Any:
    return _json(text, f"“{field.name}”", text_too=True) if isinstance(field, Number | Table) else text


def _json(text: str, what: str, *, text_too: bool = False) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        if text_too:
            return text
        raise Invalid(f"{what} is no JSON: {text[:80]}") from None


def _file(path: str) -> dict[str, Any]:
    try:
        form = json.loads(Path(path).read_text())
    except (OSError, ValueError) as error:
        raise Invalid(f"“{path}” cannot be read as JSON: {error}.") from None
    if not isinstance(form, dict):
        raise Invalid(f"“{path}” holds no JSON object.")
    return form


def _answer(answer: Answer) -> dict[str, Any]:
    results: dict[str, Any] = {}
    for name, result in answer.items():
        match result:
            case LabelResult():
                results[name] = {"scores": result.scores, "top": result.top}
            case NumberResult():
                results[name] = {"value": result.value, "unit": result.unit}
            case ImageResult():
                results[name] = {"url": result.url, "width": result.width, "height": result.height}
            case _:
                results[name] = {"value": result.value}
    version = {"id": answer.version.id, "number": answer.version.number, "model_name": answer.version.model_name}
    return {"id": answer.id, "answer": results, "version": version, "timings": answer.timings, "url": answer.url}


def _whose(me: Mapping[str, Any]) -> str:
    def name(value: Any) -> str:
        if isinstance(value, Mapping):
            return str(value.get("name") or value.get("email") or value.get("slug") or value.get("id"))
        return str(value)

    return f"{name(me.get('user'))} ({me.get('role')}) of {name(me.get('team'))}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("atrium", description="Share a model, and read what experts say about it.")
    parser.add_argument("--version", action="version", version=f"atrium {__version__}")
    commands = parser.add_subparsers(required=True, metavar="command")

    def command(name: str, run: Callable[[argparse.Namespace], _Told], help: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=help, description=help)
        added.add_argument("--json", action="store_true", help="write the result as JSON")
        added.set_defaults(run=run)
        return added

    login = command("login", _login, "Store an address and a token (asked for, or read from stdin), mode 600.")
    login.add_argument("url")

    token = command("token", _token, "Say whose token is in use, or forget the stored one.")
    token.add_argument("--forget", action="store_true")

    upload = command("upload", _upload, "Upload a model as a new version.")
    upload.add_argument("project")
    upload.add_argument("name", help="the model's name")
    _model_arguments(upload)
    upload.add_argument("--create", action="store_true", help="create the project where it does not exist")
    upload.add_argument("--notes", default="", help="what is new in this version")
    upload.add_argument("--card", help="JSON file: purpose, not_for, validation, known_errors, contact")
    upload.add_argument("--no-wait", action="store_true", help="do not wait for the inspection")

    confirm = command("confirm", _confirm, "Accept the interface that is proposed for a version, or give another.")
    confirm.add_argument("project")
    confirm.add_argument("model")
    confirm.add_argument("--version", type=int, help="the newest by default")
    confirm.add_argument("--interface", help="JSON file with inputs and outputs, instead of the proposed one")
    confirm.add_argument("--show", action="store_true", help="only write it, as --interface takes it")

    deploy = command("deploy", _deploy, "Serve a version at a stable address.")
    deploy.add_argument("project")
    deploy.add_argument("model")
    deploy.add_argument("--version", type=int, help="the newest by default")
    deploy.add_argument("--name", help="the endpoint's name; the model's by default")
    deploy.add_argument("--promote", metavar="ENDPOINT", help="serve it at this endpoint, which exists")

    share = command("share", _share, "Make a link for people without an account; prints its URL, once.")
    share.add_argument("project")
    share.add_argument("endpoint")
    share.add_argument("--role", choices=("view", "try", "review"), default="review")
    share.add_argument("--expires", default="30d", help="30d, an RFC 3339 time, or never")
    share.add_argument("--passcode", action="store_true", help="ask for a passcode (or read it from stdin)")
    share.add_argument(
        "--address", action="append", default=[], help="a mail address that it opens for, by a mailed code; repeatable"
    )
    share.add_argument("--label", default="")
    share.add_argument("--quota", type=int, help="how many cases may be kept")

    predict = command("predict", _predict, "Ask a model.")
    predict.add_argument("project")
    predict.add_argument("endpoint")
    predict.add_argument("values", nargs="+", metavar="VALUE", help="a value or a picture's path, or name=value")
    predict.add_argument("--edits", default="[]", help="JSON list of edits")

    inbox = command("inbox", _inbox, "List or download what reviewers said.")
    inbox.add_argument("project")
    inbox.add_argument("--status", choices=("open", "resolved", "all"), default="open")
    inbox.add_argument("--download", metavar="PATH", help="write to a file or a folder")
    inbox.add_argument("--format", choices=("zip", "csv"), default="zip")

    reply = command("reply", _reply, "Answer the reviewer of a thread.")
    reply.add_argument("thread", help="its id, or the address that `atrium inbox` writes")
    reply.add_argument("message", help="the sentence, or - to read it from stdin")
    reply.add_argument("--internal", action="store_true", help="for the team only")

    resolve = command("resolve", _resolve, "Close a thread.")
    resolve.add_argument("thread", help="its id, or the address that `atrium inbox` writes")
    resolve.add_argument("--version", type=int, help="the number of the model's version that resolves it")

    exporting = command("export", _export, "Turn a model into one clean ONNX file here, without a server.")
    _model_arguments(exporting)
    exporting.add_argument("-o", "--out", type=Path, required=True)
    return parser


def _model_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", help="an ONNX file, or package.module:object for a torch module or an estimator")
    parser.add_argument("--interface", help="JSON file with inputs and outputs")
    parser.add_argument("--example", action="append", default=[], metavar="VALUE", help="a value, or name=value")


if __name__ == "__main__":
    sys.exit(main())
