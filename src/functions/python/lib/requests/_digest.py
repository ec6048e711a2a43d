from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Any, Optional
from urllib.parse import urlsplit
from urllib.request import parse_http_list, parse_keqv_list

from requests._auth_base import AuthBase

if TYPE_CHECKING:
    from requests.models import PreparedRequest, Response

_HASHES = {"MD5": hashlib.md5, "SHA": hashlib.sha1, "SHA-256": hashlib.sha256, "SHA-512": hashlib.sha512}


class HTTPDigestAuth(AuthBase):
    """Answers the challenge of a 401, and authenticates the requests after it at once. RFC 7616."""

    def __init__(self, username: str, password: str) -> None:
        self.username = username
        self.password = password
        self._challenge: dict[str, str] = {}
        self._count = 0

    def __eq__(self, other: object) -> bool:
        mine = (self.username, self.password)
        return mine == (getattr(other, "username", None), getattr(other, "password", None))

    __hash__ = None  # type: ignore[assignment]

    def __call__(self, r: PreparedRequest) -> PreparedRequest:
        if self._challenge:
            header = self.build_digest_header(r.method, r.url)
            if header is not None:
                r.headers["Authorization"] = header
        at = r.body.tell() if hasattr(r.body, "tell") else None

        def answer_challenge(response: Response, **settings: Any) -> Response:
            return self._answer(response, at, settings)

        r.register_hook("response", answer_challenge)
        return r

    def _answer(self, response: Response, at: Optional[int], settings: dict[str, Any]) -> Response:
        scheme, _, challenge = response.headers.get("www-authenticate", "").partition(" ")
        if response.status_code != 401 or scheme.lower() != "digest":
            return response
        request = response.request.copy()
        if "nonce" in self._challenge and f'nonce="{self._challenge["nonce"]}"' in request.headers.get(
            "Authorization", ""
        ):
            self._challenge = {}
            return response
        self._challenge, self._count = parse_keqv_list(parse_http_list(challenge)), 0
        header = self.build_digest_header(request.method, request.url)
        if header is None:
            return response
        if at is not None:
            request.body.seek(at)
        request.hooks = {"response": []}
        request.headers["Authorization"] = header
        again = response.connection.send(request, **settings)
        again.history.append(response)
        again.request = request
        return again

    def build_digest_header(self, method: str, url: str) -> Optional[str]:
        """None where the server wants what is not known here."""
        given = self._challenge
        algorithm = given.get("algorithm", "MD5").upper()
        made = _HASHES.get(algorithm.removesuffix("-SESS"))
        qop = given.get("qop")
        if made is None or (qop is not None and "auth" not in [each.strip() for each in qop.split(",")]):
            return None

        def digest(*parts: str) -> str:
            return made(":".join(parts).encode()).hexdigest()

        parts = urlsplit(url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        realm, nonce = given.get("realm", ""), given.get("nonce", "")
        self._count += 1
        count, own = f"{self._count:08x}", os.urandom(8).hex()
        secret = digest(self.username, realm, self.password)
        if algorithm.endswith("-SESS"):
            secret = digest(secret, nonce, own)
        what = digest(method, target)
        answer = digest(secret, nonce, what) if qop is None else digest(secret, nonce, count, own, "auth", what)
        fields = {"username": self.username, "realm": realm, "nonce": nonce, "uri": target, "response": answer}
        fields |= {name: given[name] for name in ("opaque", "algorithm") if name in given}
        text = ", ".join(f'{name}="{value}"' for name, value in fields.items())
        return f"Digest {text}" + ("" if qop is None else f', qop="auth", nc={count}, cnonce="{own}"')
