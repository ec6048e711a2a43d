"""Does what a test asks for, so that all tests share one isolate."""

import json
import os
import random
import secrets
import sys
import uuid
from datetime import date

import _sortie
import requests
from functions.api import UserFacingError, function
from functions.sources import get_source

kept: dict = {}
counter = 0


def count(_: str) -> str:
    global counter
    counter += 1
    return str(counter)


def answer_of(answer: tuple) -> str:
    status, _reason, _headers, body = answer
    return f"{status} {body.decode()}"


def raw(url: str) -> str:
    return answer_of(_sortie.send(None, "GET", url, [], None, None))


def fetch(url: str) -> str:
    return answer_of(_sortie.send("things", "GET", url, [], None, None))


def fetch_both(text: str) -> str:
    return ",".join(fetch(url) for url in json.loads(text))


def send(text: str) -> str:
    given = json.loads(text)
    headers = [tuple(pair) for pair in given.get("headers", [])]
    body = given["body"].encode() if "body" in given else None
    status, reason, answered, received = _sortie.send(
        given.get("source"), given.get("method", "GET"), given["url"], headers, body, given.get("timeout")
    )
    return json.dumps([status, reason, answered, received.decode("latin-1")])


def send_error(text: str) -> str:
    try:
        return send(text)
    except _sortie.SendError as error:
        return f"{error.kind}: {error}"


def credentials(_: str) -> str:
    try:
        return json.dumps(_sortie.credentials("things"))
    except _sortie.SessionError as error:
        return f"{error.name}: {error}"


def with_requests(url: str) -> str:
    answer = requests.get(url)
    return f"{answer.status_code} {answer.text}"


def through_client(path: str) -> str:
    connection = get_source("things").get_https_connection()
    answer = connection.get_client().get(connection.url + path)
    return f"{answer.status_code} {answer.text}"


def chance(_: str) -> str:
    return json.dumps([random.random(), str(uuid.uuid4()), secrets.token_hex(8), os.urandom(8).hex()])


def prints(text: str) -> str:
    print("out", text)
    print("err", text, file=sys.stderr)
    print("no end", end="")
    return "printed"


def raises(text: str) -> str:
    raise ValueError(text)


def raises_from(text: str) -> str:
    try:
        json.loads(text)
    except ValueError as error:
        raise RuntimeError("no JSON") from error
    return "JSON"


def raises_for_user(text: str) -> str:
    raise UserFacingError(text)


def keep(url: str) -> str:
    kept["client"] = get_source("things").get_https_connection().get_client()
    return f"{kept['client'].get(url).status_code} kept"


def use_kept(url: str) -> str:
    return kept["client"].get(url).text


def runs(code: str) -> str:
    """Any code at all: what it leaves in `result`."""
    names: dict = {}
    exec(code, names)  # noqa: S102 - tests attack with it
    return str(names.get("result"))


def evaluates(expression: str):
    return eval(expression)  # noqa: S307 - as above


@function(sources=["things"])
def python_probe(action: str, text: str = "") -> str:
    return globals()[action](text)


@function
def python_values(day: date, items: list[int], maybe: str | None = None) -> dict[str, int]:
    return {f"{day.isoformat()} {maybe}": sum(items)}
