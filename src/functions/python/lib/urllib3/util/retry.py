"""How often, when and why a call is made again. urllib3: "Retry"."""

from __future__ import annotations

import copy
import email.utils
import random
import time
from typing import Any, Collection, Mapping, Optional, Union

from urllib3.exceptions import MaxRetryError, ProxyError, ResponseError


class Retry:
    DEFAULT_ALLOWED_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PUT", "TRACE"})
    RETRY_AFTER_STATUS_CODES = frozenset({413, 429, 503})
    DEFAULT_REMOVE_HEADERS_ON_REDIRECT = frozenset({"Authorization", "Cookie", "Proxy-Authorization"})
    DEFAULT_BACKOFF_MAX = 120
    DEFAULT: Retry

    def __init__(
        self,
        total: Union[bool, int, None] = 10,
        connect: Optional[int] = None,
        read: Union[bool, int, None] = None,
        redirect: Union[bool, int, None] = None,
        status: Optional[int] = None,
        other: Optional[int] = None,
        allowed_methods: Optional[Collection[str]] = DEFAULT_ALLOWED_METHODS,
        status_forcelist: Optional[Collection[int]] = None,
        backoff_factor: float = 0,
        backoff_max: float = DEFAULT_BACKOFF_MAX,
        raise_on_redirect: bool = True,
        raise_on_status: bool = True,
        history: Optional[tuple[Any, ...]] = None,
        respect_retry_after_header: bool = True,
        remove_headers_on_redirect: Collection[str] = DEFAULT_REMOVE_HEADERS_ON_REDIRECT,
        backoff_jitter: float = 0.0,
    ) -> None:
        self.total = total
        self.connect = connect
        self.read = read
        self.redirect = redirect
        self.status = status
        self.other = other
        self.allowed_methods = allowed_methods
        self.status_forcelist = status_forcelist or set()
        self.backoff_factor = backoff_factor
        self.backoff_max = backoff_max
        self.raise_on_redirect = raise_on_redirect
        self.raise_on_status = raise_on_status
        self.history = history or ()
        self.respect_retry_after_header = respect_retry_after_header
        self.remove_headers_on_redirect = frozenset(name.lower() for name in remove_headers_on_redirect)
        self.backoff_jitter = backoff_jitter

    @classmethod
    def from_int(cls, retries: Union[Retry, bool, int, None], default: Any = None) -> Retry:
        """Retries by their number; False is none of them."""
        given = default if retries is None else retries
        return given if isinstance(given, Retry) else cls(given, read=None if given else False)

    def new(self, **changes: Any) -> Retry:
        changed = copy.copy(self)
        for name, value in changes.items():
            setattr(changed, name, value)
        return changed

    def is_retry(self, method: str, status_code: int, has_retry_after: bool = False) -> bool:
        """Whether an answer is one to try again after."""
        if not self.is_method_retryable(method):
            return False
        if status_code in self.status_forcelist:
            return True
        after = self.respect_retry_after_header and has_retry_after
        return bool(self.total and after and status_code in self.RETRY_AFTER_STATUS_CODES)

    def is_method_retryable(self, method: str) -> bool:
        """Whether a request of this method may be sent twice. None or False as `allowed_methods` allows all."""
        return not self.allowed_methods or method.upper() in self.allowed_methods

    def is_exhausted(self) -> bool:
        counts = (self.total, self.connect, self.read, self.redirect, self.status, self.other)
        return any(count < 0 for count in counts if count)

    def increment(
        self,
        method: str,
        url: str,
        pool: Any = None,
        error: Optional[Exception] = None,
        response: Any = None,
    ) -> Retry:
        """
        What is left after a failure or an answer.

        :param response: with its `status`
        :raises MaxRetryError: when nothing is left; the failure itself when it is not to be tried again
        """
        if self.total is False and error:
            raise error
        counted = "status" if error is None else "other" if isinstance(error, ProxyError) else "connect"
        left = {"total": self.total, counted: getattr(self, counted)}
        changes = {name: count if count is None else count - 1 for name, count in left.items()}
        reason = error or ResponseError(f"too many {response.status} error responses")
        tried = (method, url, error, getattr(response, "status", None), None)
        remaining = self.new(**changes, history=(*self.history, tried))
        if remaining.is_exhausted():
            raise MaxRetryError(pool, url, reason) from reason
        return remaining

    def get_backoff_time(self) -> float:
        """Seconds to wait before the next attempt: nothing before the second one, then twice as long each time."""
        failures = len(self.history)
        if failures <= 1:
            return 0
        waits = self.backoff_factor * 2 ** (failures - 1) + random.random() * self.backoff_jitter
        return float(max(0, min(self.backoff_max, waits)))

    def get_retry_after(self, headers: Mapping[str, str]) -> Optional[float]:
        """Seconds that an answer asks to wait."""
        value = headers.get("Retry-After")
        if value is None:
            return None
        if value.strip().isdigit():
            return float(value)
        date = email.utils.parsedate_tz(value)
        return None if date is None else max(0.0, email.utils.mktime_tz(date) - time.time())

    def sleep(self, headers: Optional[Mapping[str, str]] = None) -> None:
        after = self.get_retry_after(headers) if headers and self.respect_retry_after_header else None
        seconds = self.get_backoff_time() if after is None else after
        if seconds > 0:
            time.sleep(seconds)


Retry.DEFAULT = Retry(3)
