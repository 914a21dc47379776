"""`atrium deploy`, `share`, `predict`: endpoints and their links."""

import argparse
import getpass
import sys
from typing import Any

import numpy as np

from atrium_client.answers import Answer
from atrium_client.atrium import Atrium
from atrium_client.findings import form_of
from atrium_client.results import (
    AudioResult,
    ImageResult,
    LabelResult,
    NumberResult,
    SeriesResult,
    TextResult,
    in_a_line,
)
from atrium_client.tables import TableResult

from .arguments import Command, Told, json_of, values_of


def add(command: Command) -> None:
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
    share.add_argument(
        "--embed",
        action="append",
        default=[],
        metavar="ORIGIN",
        help="an origin (https://clinic.example) on whose pages it may be shown; prints the markup too; repeatable",
    )
    share.add_argument("--label", default="")
    share.add_argument("--quota", type=int, help="how many cases may be kept")

    predict = command("predict", _predict, "Ask a model.")
    predict.add_argument("project")
    predict.add_argument("endpoint")
    predict.add_argument("values", nargs="+", metavar="VALUE", help="a value or a picture's path, or name=value")
    predict.add_argument("--edits", default="[]", help="JSON list of edits")


def _deploy(given: argparse.Namespace) -> Told:
    project = Atrium().project(given.project)
    version = project.version(given.model, given.version)
    endpoint = project.endpoint(given.promote).promote(version) if given.promote else version.deploy(given.name)
    value = {"id": endpoint.id, "slug": endpoint.slug, "url": endpoint.url, "version": endpoint.version_id}
    told = "".join(f" {notice}" for notice in endpoint.notices)
    return f"{endpoint.name} serves {endpoint.serves}: {endpoint.url}{told}", value | {"notices": endpoint.notices}


def _share(given: argparse.Namespace) -> Told:
    passcode = None
    if given.passcode:
        passcode = getpass.getpass("Passcode: ") if sys.stdin.isatty() else sys.stdin.readline().strip()
    expires = None if given.expires == "never" else given.expires
    endpoint = Atrium().project(given.project).endpoint(given.endpoint)
    link = endpoint.share(given.role, expires, passcode, given.label, given.quota, given.address, given.embed)
    ends = link.expires_at.isoformat() if link.expires_at else None
    told: dict[str, Any] = {"id": link.id, "url": link.url, "role": link.role, "label": link.label, "expires_at": ends}
    if link.embed:
        told |= {"embed": list(link.embed), "iframe": link.iframe}
    return "\n".join(filter(None, (link.url, link.iframe))), told


def _predict(given: argparse.Namespace) -> Told:
    endpoint = Atrium().project(given.project).endpoint(given.endpoint)
    answer = endpoint.predict(values_of(given.values, endpoint.inputs), edits=json_of(given.edits, "--edits"))
    lines = [f"{name}: {in_a_line(result)}" for name, result in answer.items()]
    return "\n".join(lines), _answer(answer)


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
            case AudioResult():
                results[name] = {fact: getattr(result, fact) for fact in ("url", "rate_hz", "channels", "seconds")}
            case SeriesResult():
                held = ("url", "rate_hz", "leads", "unit", "seconds")
                results[name] = {fact: getattr(result, fact) for fact in held}
            case TextResult():
                results[name] = {"value": result.value}
            case TableResult():
                held = ("columns", "rows", "counts", "spread", "unit")
                results[name] = {fact: getattr(result, fact) for fact in held}
            case np.ndarray():
                results[name] = {"values": result.tolist()}
            case _:
                results[name] = form_of(result)
    version = {"id": answer.version.id, "number": answer.version.number, "model_name": answer.version.model_name}
    return {"id": answer.id, "answer": results, "version": version, "timings": answer.timings, "url": answer.url}
