"""What calls raise. requests: "Errors and Exceptions"."""

from __future__ import annotations

import json as _json
from typing import Any

from urllib3.exceptions import HTTPError as _BaseHTTPError


class RequestException(IOError):
    """Whatever goes wrong with a call. It knows the request, and the response where there is one."""

    def __init__(self, *args: Any, request: Any = None, response: Any = None) -> None:
        self.response = response
        self.request = request if request is not None else getattr(response, "request", None)
        super().__init__(*args)


class InvalidJSONError(RequestException):
    """What should be sent, or was received, is no JSON."""


class JSONDecodeError(InvalidJSONError, _json.JSONDecodeError):
    """An answer is no JSON."""

    def __init__(self, msg: str, doc: str, pos: int, **more: Any) -> None:
        _json.JSONDecodeError.__init__(self, msg, doc, pos)
        InvalidJSONError.__init__(self, *self.args, **more)

    def __reduce__(self) -> Any:
        return _json.JSONDecodeError.__reduce__(self)


class HTTPError(RequestException):
    """An answer is an error by its status, as `raise_for_status` finds it."""


class ConnectionError(RequestException):
    """There is no answer, since there is no connection."""


class ProxyError(ConnectionError):
    """What stands in between refuses the call."""


class SSLError(ConnectionError):
    """The certificates are not what they should be."""


class Timeout(RequestException):
    """It took too long."""


class ConnectTimeout(ConnectionError, Timeout):
    """Connecting took too long; the request can be sent again."""


class ReadTimeout(Timeout):
    """The answer took too long."""


class URLRequired(RequestException):
    """There is no URL."""


class TooManyRedirects(RequestException):
    """One redirect led to another too often."""


class MissingSchema(RequestException, ValueError):
    """A URL has no scheme, such as https."""


class InvalidSchema(RequestException, ValueError):
    """A URL has a scheme that nothing here can call."""


class InvalidURL(RequestException, ValueError):
    """A URL is none."""


class InvalidHeader(RequestException, ValueError):
    """A header is none."""


class InvalidProxyURL(InvalidURL):
    """The URL of a proxy is none."""


class ChunkedEncodingError(RequestException):
    """The answer ended in its middle."""


class ContentDecodingError(RequestException, _BaseHTTPError):
    """The answer is not encoded as it says."""


class StreamConsumedError(RequestException, TypeError):
    """The content was read before."""


class RetryError(RequestException):
    """It failed each time it was tried."""


class UnrewindableBodyError(RequestException):
    """A body cannot be sent a second time."""


class RequestsWarning(Warning):
    """Base of warnings."""


class FileModeWarning(RequestsWarning, DeprecationWarning):
    """A file was opened as text."""


class RequestsDependencyWarning(RequestsWarning):
    """A dependency does not fit."""
