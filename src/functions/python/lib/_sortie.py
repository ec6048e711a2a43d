"""
What the gateway does for the call that runs, whoever asks for it: each call has a session of its own, for its own
user, and nothing here says whose. While no call runs, and once it has ended, everything raises.
"""

from __future__ import annotations

import json
from typing import Any, Optional

from pyodide.ffi import run_sync, to_js

_bridge: Any = None
"""Set once the interpreter has started: nothing of one isolate may be in what all of them start from."""


class SendError(Exception):
    """A request without an answer. `kind`: "timeout", "connection", or "refused" where the gateway did not send it."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class SessionError(Exception):
    """Credentials that cannot be had, with Foundry's text."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


def send(
    source: Optional[str],
    method: str,
    url: str,
    headers: list[tuple[str, str]],
    body: Optional[bytes],
    timeout: Optional[float],
) -> tuple[int, str, list[tuple[str, str]], bytes]:
    """
    One request, through a source or by the plain way out. Redirects come back as answers.

    :param timeout: seconds
    :return: status, reason, headers with each Set-Cookie apart, and body
    :raises SendError: without an answer
    """
    sent = None if body is None else to_js(body)
    answer = run_sync(_bridge.send(source, method, url, json.dumps(headers), sent, timeout))
    if hasattr(answer, "kind"):
        raise SendError(answer.kind, answer.message)
    pairs = [(name, value) for name, value in json.loads(answer.headers)]
    return answer.status, answer.reason, pairs, answer.body.to_bytes()


def sources() -> dict[str, dict[str, Any]]:
    """What code may know of the sources that the function declares, by declared name."""
    return json.loads(_bridge.sources())


def credentials(source: str) -> Optional[dict[str, Any]]:
    """
    The calling user's token for a source: `accessToken`, and `expiresAt` in milliseconds. None where it has none.

    :raises SessionError: where the user has not granted it
    """
    answer = json.loads(run_sync(_bridge.credentials(source)))
    if answer is not None and "message" in answer:
        raise SessionError(answer["name"], answer["message"])
    return answer


def webhook(source: str, name: str, inputs_json: str) -> dict[str, Any]:
    """What came of a webhook: `output`, or `error` with its name and message."""
    return json.loads(run_sync(_bridge.webhook(source, name, inputs_json)))


def ontology(method: str, path: str, body_json: Optional[str]) -> tuple[int, str]:
    """An answer of the ontology's API to the calling user: status, and JSON."""
    answer = json.loads(run_sync(_bridge.ontology(method, path, body_json)))
    return answer["status"], answer["text"]


def log(level: str, text: str) -> None:
    """
    Writes to the function's log, where secrets are masked.

    :param level: "debug", "info", "warn" or "error"
    """
    _bridge.log(level, text)
