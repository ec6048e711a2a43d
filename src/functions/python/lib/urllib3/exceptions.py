"""What urllib3 raises, as far as code that uses requests meets it."""

from __future__ import annotations

from typing import Any, Optional


class HTTPError(Exception):
    """Base of errors."""


class HTTPWarning(Warning):
    """Base of warnings."""


class InsecureRequestWarning(HTTPWarning):
    """A call without a check of certificates; here the gateway always checks."""


class TimeoutError(HTTPError):
    """It took too long."""


class ReadTimeoutError(TimeoutError):
    """The answer took too long."""


class ConnectTimeoutError(TimeoutError):
    """Connecting took too long."""


class NewConnectionError(HTTPError):
    """There is no connection."""


class ProtocolError(HTTPError):
    """The connection ended."""


class ProxyError(HTTPError):
    """What stands in between refuses the call."""


class SSLError(HTTPError):
    """The certificates are not what they should be."""


class ResponseError(HTTPError):
    """Answers were errors too often."""


class MaxRetryError(HTTPError):
    """It failed each time it was tried. `pool` says of whom, such as `HTTPSConnectionPool(host='…', port=443)`."""

    def __init__(self, pool: Any, url: str, reason: Optional[Exception] = None) -> None:
        self.pool = pool
        self.url = url
        self.reason = reason
        super().__init__(f"{pool}: Max retries exceeded with url: {url} (Caused by {reason!r})")
