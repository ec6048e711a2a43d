"""Requests through the gateway. Each is one hop: redirects come back as answers."""

from __future__ import annotations

import json
from typing import Optional, TypeAlias

import _sortie

Headers: TypeAlias = list[tuple[str, str]]
Answer: TypeAlias = tuple[int, str, Headers, bytes]

LONGEST_BODY = 16 * 1024 * 1024
"""Of what is sent. Bytes."""

TOO_LONG = f"The body has more than {LONGEST_BODY} bytes, the most that can be sent."


class TunnelRefused(OSError):
    """No egress policy lets a call over TLS out, as a client sees it that asks a proxy for a tunnel."""


def send(
    source: Optional[str],
    method: str,
    url: str,
    headers: Headers,
    body: Optional[bytes],
    seconds: Optional[float],
) -> Answer:
    """
    :param source: through which source; None without any, where only egress policies decide
    :param seconds: for the whole exchange; None for as long as the function's call may take
    :raises _sortie.SendError: when there is no answer; its `kind` is timeout, connection or refused
    :raises TunnelRefused: where no egress policy lets a call to https out; to http, that is an answer of status 407
    """
    answer = _sortie.send(source, method, url, headers, body, seconds)
    if answer[0] == 407 and url.startswith("https:"):
        reason = _reason(answer[3])
        if reason is not None:
            raise TunnelRefused(f"Tunnel connection failed: 407 Proxy Authentication Required. {reason}")
    return answer


def _reason(body: bytes) -> Optional[str]:
    """Why the gateway refuses; None when somebody else does."""
    try:
        said = json.loads(body)
    except ValueError:
        return None
    is_refusal = isinstance(said, dict) and said.get("error") == "Proxy Authentication Required"
    return str(said.get("message")) if is_refusal else None
