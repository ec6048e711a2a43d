from __future__ import annotations

import datetime
import io
import json as _json
from collections.abc import Iterator
from typing import Any, Optional

from requests.exceptions import HTTPError, JSONDecodeError, StreamConsumedError
from requests.structures import CaseInsensitiveDict
from requests.utils import detect_encoding, guess_json_utf, parse_header_links

REDIRECT_STATI = (301, 302, 303, 307, 308)


class Response:
    """
    An answer. Its body is here as a whole, `stream=True` or not. requests: "Response Content".

    Attributes: status_code, reason, headers (by name, whatever the case), url, history (the redirects before it),
    encoding, cookies, elapsed, request.
    """

    def __init__(self) -> None:
        self.status_code: int = None  # type: ignore[assignment]
        self.reason: str = None  # type: ignore[assignment]
        self.headers: Any = CaseInsensitiveDict()
        self.url: str = None  # type: ignore[assignment]
        self.history: list[Response] = []
        self.encoding: Optional[str] = None
        self.elapsed = datetime.timedelta(0)
        self.request: Any = None
        self.raw: Any = None
        self.connection: Any = None
        self._content: Any = b""
        self._next: Any = None
        self._cookies: Any = None
        self._header_list: list[tuple[str, str]] = []

    @property
    def cookies(self) -> Any:
        """Those that the answer sets."""
        if self._cookies is None:
            from requests.cookies import RequestsCookieJar, extract_cookies_to_jar

            self._cookies = RequestsCookieJar()
            if self.request is not None:
                extract_cookies_to_jar(self._cookies, self.request, self._header_list)
        return self._cookies

    @cookies.setter
    def cookies(self, jar: Any) -> None:
        self._cookies = jar

    @property
    def ok(self) -> bool:
        """Whether the status is below 400."""
        return not self._error()

    @property
    def is_redirect(self) -> bool:
        return "location" in self.headers and self.status_code in REDIRECT_STATI

    @property
    def is_permanent_redirect(self) -> bool:
        return "location" in self.headers and self.status_code in (301, 308)

    @property
    def next(self) -> Any:
        """The request that a redirect asks for, when it was not followed."""
        return self._next

    @property
    def content(self) -> bytes:
        """The body."""
        if self._content is False:
            raise RuntimeError("The content for this response was already consumed")
        return self._content

    @property
    def text(self) -> str:
        """The body as text, in `encoding`, or in what it seems to be encoded in."""
        if not self.content:
            return ""
        encoding = self.encoding or self.apparent_encoding
        try:
            return str(self.content, encoding, errors="replace")
        except (LookupError, TypeError):
            return str(self.content, errors="replace")

    @property
    def apparent_encoding(self) -> str:
        return detect_encoding(self.content)

    def json(self, **more: Any) -> Any:
        """
        The body as JSON.

        :raises requests.exceptions.JSONDecodeError: when it is none
        """
        try:
            if not self.encoding and len(self.content) > 3:
                encoding = guess_json_utf(self.content)
                try:
                    return _json.loads(self.content.decode(encoding or "utf-8"), **more)
                except UnicodeDecodeError:
                    pass
            return _json.loads(self.text, **more)
        except _json.JSONDecodeError as error:
            raise JSONDecodeError(error.msg, error.doc, error.pos) from None

    @property
    def links(self) -> dict[str, dict[str, str]]:
        """The links of the Link header by their relation."""
        found = parse_header_links(self.headers.get("link", ""))
        return {link.get("rel") or link["url"]: link for link in found}

    def raise_for_status(self) -> None:
        """:raises requests.exceptions.HTTPError: from a status of 400 on"""
        error = self._error()
        if error:
            raise HTTPError(error, response=self)

    def _error(self) -> str:
        reason = self.reason
        if isinstance(reason, bytes):
            reason = reason.decode("utf-8", errors="replace")
        side = {4: "Client", 5: "Server"}.get((self.status_code or 0) // 100)
        return f"{self.status_code} {side} Error: {reason} for url: {self.url}" if side else ""

    def iter_content(self, chunk_size: Optional[int] = 1, decode_unicode: bool = False) -> Iterator[Any]:
        if chunk_size is not None and not isinstance(chunk_size, int):
            raise TypeError(f"chunk_size must be an int, it is instead a {type(chunk_size)}.")
        if self._content is False:
            raise StreamConsumedError()
        body: Any = self.text if decode_unicode and self.encoding else self.content
        size = chunk_size if chunk_size and chunk_size > 0 else len(body) or 1
        return (body[at : at + size] for at in range(0, len(body), size))

    def iter_lines(self, chunk_size: int = 512, decode_unicode: bool = False, delimiter: Any = None) -> Iterator[Any]:
        body: Any = self.text if decode_unicode and self.encoding else self.content
        lines = body.split(delimiter) if delimiter else body.splitlines()
        if delimiter and lines and not lines[-1]:
            lines.pop()
        return iter(lines)

    def close(self) -> None:
        """Nothing is left open."""

    def __enter__(self) -> Response:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def __iter__(self) -> Iterator[bytes]:
        return self.iter_content(128)

    def __bool__(self) -> bool:
        return self.ok

    def __repr__(self) -> str:
        return f"<Response [{self.status_code}]>"


class RawBody(io.BytesIO):
    """What `Response.raw` gives: the body, which the gateway has decoded."""

    decode_content = True

    def __init__(self, response: Response) -> None:
        super().__init__(response.content)
        self.status = response.status_code
        self.reason = response.reason
        self.headers = response.headers

    def read(self, amt: Optional[int] = None, decode_content: Any = None, **_: Any) -> bytes:
        return super().read(amt)

    def stream(self, amt: int = 2**16, decode_content: Any = None) -> Iterator[bytes]:
        return iter(lambda: self.read(amt), b"")
