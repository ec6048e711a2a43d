"""How requests leave. requests: "Transport Adapters"."""

from __future__ import annotations

from typing import Any, Optional
from urllib.parse import urlsplit

import _sortie
from functions._gateway import LONGEST_BODY, TOO_LONG, TunnelRefused, send
from requests._response import RawBody, Response
from requests.exceptions import (
    ConnectionError,
    ProxyError,
    ReadTimeout,
    RequestException,
    RetryError,
    SSLError,
)
from requests.structures import CaseInsensitiveDict
from requests.utils import get_encoding_from_headers, read_all, urldefragauth
from urllib3.exceptions import MaxRetryError, NewConnectionError
from urllib3.exceptions import ProxyError as _TunnelError
from urllib3.util import Retry, Timeout

DEFAULT_POOLBLOCK = False
DEFAULT_POOLSIZE = 10
DEFAULT_RETRIES = 0

_SOURCE = "source:"


class BaseAdapter:
    """What sends requests. `Session.mount` sets one for all URLs that begin alike."""

    def send(
        self,
        request: Any,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Any = None,
    ) -> Response:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError


class HTTPAdapter(BaseAdapter):
    """
    Sends through the gateway. The sizes of its pools mean nothing here, since the gateway keeps connections.

    :param max_retries: a number, of connections that fail, or a `Retry`
    """

    def __init__(
        self,
        pool_connections: int = DEFAULT_POOLSIZE,
        pool_maxsize: int = DEFAULT_POOLSIZE,
        max_retries: Any = DEFAULT_RETRIES,
        pool_block: bool = DEFAULT_POOLBLOCK,
    ) -> None:
        self.max_retries = Retry(0, read=False) if max_retries == DEFAULT_RETRIES else Retry.from_int(max_retries)
        self.config: dict[str, Any] = {}

    def send(
        self,
        request: Any,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Any = None,
    ) -> Response:
        _check_certificates(verify, cert, request)
        parts = urlsplit(request.url)
        source = _way_out(proxies or {}, parts.scheme, request)
        self.add_headers(request, stream=stream, timeout=timeout, verify=verify, cert=cert, proxies=proxies)
        pool = _pool_of(request.url)
        seconds = _seconds(timeout)
        headers = _headers_of(request)
        body = _body_of(request)
        url = urldefragauth(request.url)
        retries = self.max_retries
        while True:
            try:
                answer = send(source, request.method, url, headers, body, seconds)
            except TunnelRefused as error:
                cause = _TunnelError("Unable to connect to proxy", error)
                raise ProxyError(MaxRetryError(pool, request.path_url, cause), request=request) from None
            except _sortie.SendError as error:
                if error.kind == "refused":
                    raise ProxyError(str(error), request=request) from None
                if error.kind == "timeout":
                    text = f"{pool}: Read timed out. (read timeout={_read(timeout)})"
                    raise ReadTimeout(text, request=request) from None
                retries = self._after_failure(error, retries, request, pool)
                continue
            response = self.build_response(request, answer)
            has_retry_after = bool(response.headers.get("Retry-After"))
            if not retries.is_retry(request.method, response.status_code, has_retry_after):
                return response
            try:
                retries = retries.increment(request.method, request.path_url, pool, response=response.raw)
            except MaxRetryError as error:
                if retries.raise_on_status:
                    raise RetryError(error, request=request) from None
                return response
            retries.sleep(response.headers)

    @staticmethod
    def _after_failure(error: Any, retries: Retry, request: Any, pool: str) -> Retry:
        """Waits for the next attempt, if there is one: only requests that may be sent twice are sent again."""
        message = str(error)
        is_certificate = "certificate" in message.lower()
        cause = CertificateError(message) if is_certificate else NewConnectionError(message)
        kind = SSLError if is_certificate else ConnectionError
        last: Exception = MaxRetryError(pool, request.path_url, cause)
        try:
            if retries.is_method_retryable(request.method):
                remaining = retries.increment(request.method, request.path_url, pool, cause)
                remaining.sleep()
                return remaining
        except (MaxRetryError, NewConnectionError) as reason:
            last = reason
        raise kind(last, request=request) from None

    def build_response(self, req: Any, resp: Any) -> Response:
        """A response of what the gateway answers: status, reason, headers and body."""
        status, reason, headers, body = resp
        response = Response()
        response.status_code = status
        response.reason = reason
        joined: dict[str, tuple[str, str]] = {}
        for name, value in headers:
            known = joined.get(name.lower())
            joined[name.lower()] = (known[0], f"{known[1]}, {value}") if known else (name, value)
        response.headers = CaseInsensitiveDict(joined.values())
        response.encoding = get_encoding_from_headers(response.headers)
        response.url = req.url
        response.request = req
        response.connection = self
        response._header_list = list(headers)
        response._content = body
        response.raw = RawBody(response)
        return response

    def add_headers(self, request: Any, **more: Any) -> None:
        """For adapters that add headers of their own."""

    def request_url(self, request: Any, proxies: Any) -> str:
        return request.path_url

    def close(self) -> None:
        """Nothing is left open."""


class ContentTooLong(RequestException):
    """A body of which there is too much."""


class CertificateError(NewConnectionError):
    """The gateway does not trust whom it should call."""


def _pool_of(url: str) -> str:
    parts = urlsplit(url)
    port = parts.port or {"https": 443}.get(parts.scheme, 80)
    return f"{parts.scheme.upper()}ConnectionPool(host={parts.hostname!r}, port={port})"


def _check_certificates(verify: Any, cert: Any, request: Any) -> None:
    """
    The gateway always checks certificates, so `verify=False` weakens nothing. A certificate of code's own would be
    taken for what it is not.
    """
    if isinstance(verify, (str, bytes)) or hasattr(verify, "__fspath__"):
        raise SSLError(
            "verify=… cannot name certificates here, since the gateway checks them: put the certificate of the "
            "authority on the source.",
            request=request,
        )
    if cert is not None:
        raise SSLError(
            "cert=… cannot present a certificate here, since the gateway connects: put the certificate and its key "
            "on the source.",
            request=request,
        )


def _way_out(proxies: dict[str, Any], scheme: str, request: Any) -> Optional[str]:
    """The source that a session belongs to. None for requests of code's own, which only egress policies let out."""
    proxy = proxies.get(scheme) or proxies.get("all")
    if not proxy:
        return None
    if proxy.startswith(_SOURCE):
        return proxy.removeprefix(_SOURCE)
    raise ProxyError(
        "proxies=… cannot be chosen here, since calls leave through the gateway. Leave it out.",
        request=request,
    )


def _seconds(timeout: Any) -> Optional[float]:
    """For the whole call, since the gateway connects and reads in one."""
    return _timeout_of(timeout).seconds()


def _timeout_of(timeout: Any) -> Timeout:
    if isinstance(timeout, Timeout):
        return timeout
    if not isinstance(timeout, tuple):
        checked = Timeout(connect=timeout, read=timeout)
        return Timeout(total=timeout, read=checked.read)
    try:
        connect, read = timeout
    except ValueError:
        raise ValueError(
            f"Invalid timeout {timeout}. Pass a (connect, read) timeout tuple, or a single float to set both "
            "timeouts to the same value."
        ) from None
    return Timeout(connect=connect, read=read)


def _read(timeout: Any) -> Any:
    given = _timeout_of(timeout)
    return given.total if given.read is None else given.read


def _headers_of(request: Any) -> list[tuple[str, str]]:
    """As the gateway sends them; what concerns the connection is the gateway's."""
    return [
        (name, value.decode("latin1") if isinstance(value, bytes) else value)
        for name, value in request.headers.items()
        if name.lower() not in ("connection", "content-length", "transfer-encoding")
    ]


def _body_of(request: Any) -> Optional[bytes]:
    body = request.body
    if body is None:
        return None
    if hasattr(body, "read"):
        body = body.read(LONGEST_BODY + 1)
    if isinstance(body, str):
        body = body.encode()
    if not isinstance(body, (bytes, bytearray)):
        body = read_all(body, LONGEST_BODY + 1)
    if len(body) > LONGEST_BODY:
        raise ContentTooLong(TOO_LONG, request=request)
    return bytes(body)
