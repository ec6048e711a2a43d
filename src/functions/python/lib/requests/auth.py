"""What authenticates requests. requests: "Authentication"."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Union

from requests._auth_base import AuthBase
from requests._digest import HTTPDigestAuth

if TYPE_CHECKING:
    from requests.models import PreparedRequest


__all__ = ["AuthBase", "HTTPBasicAuth", "HTTPDigestAuth", "HTTPProxyAuth"]


class HTTPBasicAuth(AuthBase):
    def __init__(self, username: Any, password: Any) -> None:
        self.username = username
        self.password = password

    def __eq__(self, other: object) -> bool:
        mine = (self.username, self.password)
        return mine == (getattr(other, "username", None), getattr(other, "password", None))

    __hash__ = None  # type: ignore[assignment]

    def __call__(self, r: PreparedRequest) -> PreparedRequest:
        r.headers["Authorization"] = _basic_auth_str(self.username, self.password)
        return r


class HTTPProxyAuth(HTTPBasicAuth):
    def __call__(self, r: PreparedRequest) -> PreparedRequest:
        r.headers["Proxy-Authorization"] = _basic_auth_str(self.username, self.password)
        return r


def _basic_auth_str(username: Any, password: Any) -> str:
    pair = b":".join(_bytes(part) for part in (username, password))
    return f"Basic {base64.b64encode(pair).decode()}"


def _bytes(part: Union[str, bytes, Any]) -> bytes:
    return part if isinstance(part, bytes) else str(part).encode("latin1")
