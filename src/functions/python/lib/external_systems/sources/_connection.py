from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Mapping

if TYPE_CHECKING:
    import requests

_NOTHING: Mapping[str, str] = MappingProxyType({})


class HttpsConnection:
    """Where a source is, and how to call it."""

    def __init__(self, source: str, url: str) -> None:
        self._source = source
        self._url = url

    @property
    def url(self) -> str:
        """Base URL without a trailing slash."""
        return self._url

    @property
    def headers(self) -> Mapping[str, str]:
        """Empty: the gateway adds what authenticates a call, and code never sees it."""
        return _NOTHING

    @property
    def query_params(self) -> Mapping[str, str]:
        """Empty, as `headers`."""
        return _NOTHING

    def get_client(self, timeout: int = 30) -> requests.Session:
        """
        A session that calls with the source's authentication, certificates and egress policies.

        :param timeout: of a call that names none; seconds
        """
        from external_systems.sources._client import client_of

        return client_of(self._source, timeout)
