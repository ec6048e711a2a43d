"""HTTP/1.1 as bytes: requests of http.client, and the answers that it reads. RFC 9112."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from functions._gateway import LONGEST_BODY, TOO_LONG

_CONNECTION = frozenset({"host", "connection", "content-length", "transfer-encoding", "expect", "proxy-connection"})
_FRAMING = frozenset({"content-length", "transfer-encoding", "connection", "content-encoding"})


@dataclass(frozen=True)
class SentRequest:
    method: str
    target: str
    headers: list[tuple[str, str]]
    body: Optional[bytes]


def read_request(written: bytearray) -> Optional[SentRequest]:
    """
    A request as soon as all of it is there.

    :raises OSError: for a tunnel, for what is no HTTP, and for a body of which there is too much
    """
    end = written.find(b"\r\n\r\n")
    if len(written) > LONGEST_BODY + max(end, 0):
        raise OSError(TOO_LONG)
    if end < 0:
        return None
    first, *lines = written[:end].decode("latin1").split("\r\n")
    method, _, rest = first.partition(" ")
    target, _, version = rest.partition(" ")
    if not version.startswith("HTTP/") or not target.startswith(("/", "*")):
        raise OSError("Only HTTP can be spoken here, without proxies and tunnels: the gateway is the way out.")
    headers = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines)]
    framing = {name.lower(): value for name, value in headers}
    body = _body(written[end + 4 :], framing.get("content-length"), framing.get("transfer-encoding"))
    if body is None:
        return None
    sent = [(name, value) for name, value in headers if name.lower() not in _CONNECTION]
    return SentRequest(method, target, sent, bytes(body) if body or "content-length" in framing else None)


def _body(written: bytearray, length: Optional[str], encoding: Optional[str]) -> Optional[bytearray]:
    """None while some of it is missing."""
    if encoding is None:
        return written if len(written) >= int(length or 0) else None
    if not written.endswith(b"0\r\n\r\n"):
        return None
    body = bytearray()
    at = 0
    while True:
        end = written.find(b"\r\n", at)
        if end < 0:
            return None
        size = int(written[at:end].split(b";")[0], 16)
        if size == 0:
            return body
        body += written[end + 2 : end + 2 + size]
        at = end + 2 + size + 2


def answer_bytes(method: str, status: int, reason: str, headers: list[tuple[str, str]], body: bytes) -> bytes:
    """An answer as a server sends it, with the body that the gateway has decoded."""
    kept = [(name, value) for name, value in headers if name.lower() not in _FRAMING]
    lengths = [value for name, value in headers if name.lower() == "content-length"]
    length = lengths[0] if method == "HEAD" and lengths else str(len(body))
    lines = [f"HTTP/1.1 {status} {reason}", *(f"{name}: {value}" for name, value in kept)]
    head = "\r\n".join([*lines, f"Content-Length: {length}", "", ""])
    return head.encode("latin1", errors="replace") + (b"" if method == "HEAD" else body)
