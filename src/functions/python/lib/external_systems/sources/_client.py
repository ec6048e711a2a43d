from __future__ import annotations

from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry


class _TimeoutAdapter(HTTPAdapter):
    """Calls that name no timeout have this one."""

    def __init__(self, timeout: float, **more: Any) -> None:
        super().__init__(**more)
        self._timeout = timeout

    def send(
        self,
        request: Any,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Any = None,
    ) -> requests.Response:
        seconds = self._timeout if timeout is None else timeout
        return super().send(request, stream, seconds, verify, cert, proxies)


def client_of(source: str, timeout: float) -> requests.Session:
    """A session whose way out is a source, as Foundry documents it: its name, its timeout, ten retries after a 503."""
    client = requests.Session()
    client.headers["User-Agent"] = "external-systems"
    client.proxies = {"all": f"source:{source}"}
    for scheme in ("https://", "http://"):
        retries = Retry(total=10, backoff_factor=0.1, status_forcelist=[503])
        client.mount(scheme, _TimeoutAdapter(timeout, max_retries=retries))
    return client
