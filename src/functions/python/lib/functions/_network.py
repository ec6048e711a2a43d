"""
The way out for what Python itself calls with: http.client, and urllib.request and others above it. They write HTTP into
a socket; here that is one which hands each request to the gateway. Other sockets say what to use instead.
"""

from __future__ import annotations

import io
import socket
import sys
from typing import Any, NoReturn, Optional

import _sortie
from functions import _gateway
from functions._http_message import SentRequest, answer_bytes, read_request

_REFUSED = "Sockets cannot be opened in functions: call with requests, urllib.request or http.client."


def install() -> None:
    """Once, before code runs."""
    socket.create_connection = _create_connection  # type: ignore[assignment]
    for name in ("connect", "connect_ex", "bind", "listen"):
        setattr(socket.socket, name, _refuse)
    for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr", "create_server"):
        setattr(socket, name, _refuse)


def _refuse(*_: Any, **__: Any) -> NoReturn:
    raise OSError(_REFUSED)


def _create_connection(address: tuple[str, int], timeout: Any = None, *_: Any, **__: Any) -> GatewaySocket:
    if "ssl" in sys.modules:
        _accept_in_ssl(sys.modules["ssl"])
    return GatewaySocket(address, timeout if isinstance(timeout, (int, float)) else None)


class GatewaySocket:
    """Takes the bytes of HTTP requests, and gives those of their answers."""

    def __init__(self, address: tuple[str, int], timeout: Optional[float]) -> None:
        self._address = address
        self._timeout = timeout
        self._is_secure = False
        self._written = bytearray()
        self._answer: Optional[bytes] = None
        self._late: Optional[Exception] = None

    def secure(self) -> GatewaySocket:
        """The same over TLS, which the gateway begins and whose certificates it checks."""
        self._is_secure = True
        return self

    def sendall(self, data: Any) -> None:
        self._written += data
        request = read_request(self._written)
        if request is not None:
            self._written.clear()
            self._exchange(request)

    def send(self, data: Any) -> int:
        self.sendall(data)
        return len(data)

    def makefile(self, *_: Any, **__: Any) -> io.BufferedReader:
        if self._late is not None:
            raise self._late
        if self._answer is None:
            raise OSError(_REFUSED)
        return io.BufferedReader(io.BytesIO(self._answer))  # type: ignore[arg-type]

    def _exchange(self, request: SentRequest) -> None:
        host, port = self._address
        scheme, usual = ("https", 443) if self._is_secure else ("http", 80)
        name = f"[{host}]" if ":" in host else host
        url = f"{scheme}://{name}{'' if port == usual else f':{port}'}{request.target}"
        self._answer, self._late = None, None
        try:
            answer = _gateway.send(None, request.method, url, request.headers, request.body, self._timeout)
        except _sortie.SendError as error:
            # Whoever waits for an answer is told there.
            if error.kind == "timeout":
                self._late = TimeoutError("timed out")
                return
            raise _error_of(error) from None
        self._answer = answer_bytes(request.method, *answer)

    def __getattr__(self, name: str) -> NoReturn:
        """Protocols other than HTTP want to know more of a socket."""
        raise OSError(_REFUSED)

    def settimeout(self, seconds: Optional[float]) -> None:
        self._timeout = seconds

    def gettimeout(self) -> Optional[float]:
        return self._timeout

    def setsockopt(self, *_: Any) -> None:
        """The gateway has its own connections."""

    def shutdown(self, how: int) -> None:
        """Nothing is left open."""

    def close(self) -> None:
        """Nothing is left open."""


def _error_of(error: Any) -> OSError:
    message = str(error)
    if error.kind == "refused":
        return OSError(message)
    if "certificate" in message.lower():
        import ssl

        text = f"[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: {message}"
        return ssl.SSLCertVerificationError(1, text)
    return ConnectionError(message)


def _accept_in_ssl(ssl: Any) -> None:
    original = ssl.SSLContext.wrap_socket
    if getattr(original, "takes_gateway_sockets", False):
        return

    def wrap_socket(self: Any, sock: Any, *more: Any, **named: Any) -> Any:
        return sock.secure() if isinstance(sock, GatewaySocket) else original(self, sock, *more, **named)

    wrap_socket.takes_gateway_sockets = True  # type: ignore[attr-defined]
    ssl.SSLContext.wrap_socket = wrap_socket
