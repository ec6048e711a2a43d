"""Requests that share headers, cookies and what else they have in common. requests: "Session Objects"."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Optional

from requests._redirects import next_request
from requests.adapters import BaseAdapter, HTTPAdapter
from requests.exceptions import InvalidSchema, TooManyRedirects
from requests.hooks import default_hooks, dispatch_hook
from requests.models import DEFAULT_REDIRECT_LIMIT, PreparedRequest, Request, Response
from requests.structures import CaseInsensitiveDict
from requests.utils import default_headers, to_key_val_list


def merge_setting(request_setting: Any, session_setting: Any, dict_class: Any = OrderedDict) -> Any:
    """What a request says goes before what its session says; None in it removes a key."""
    if session_setting is None:
        return request_setting
    if request_setting is None:
        return session_setting
    if not (isinstance(session_setting, Mapping) and isinstance(request_setting, Mapping)):
        return request_setting
    merged = dict_class(to_key_val_list(session_setting))
    merged.update(to_key_val_list(request_setting))
    for key in [key for key, value in merged.items() if value is None]:
        del merged[key]
    return merged


class Session:
    """
    Attributes: headers, auth, params, cookies, hooks, verify, cert, proxies, max_redirects, adapters. Those of a
    request go before them.
    """

    def __init__(self) -> None:
        self.headers: Any = default_headers()
        self.auth: Any = None
        self.proxies: dict[str, Any] = {}
        self.hooks: Any = default_hooks()
        self.params: Any = {}
        self.stream = False
        self.verify: Any = True
        self.cert: Any = None
        self.max_redirects = DEFAULT_REDIRECT_LIMIT
        self.trust_env = True
        self._cookies: Any = None
        self.adapters: OrderedDict[str, BaseAdapter] = OrderedDict()
        self.mount("https://", HTTPAdapter())
        self.mount("http://", HTTPAdapter())

    @property
    def cookies(self) -> Any:
        """What answers have set, and what code sets."""
        if self._cookies is None:
            from requests.cookies import RequestsCookieJar

            self._cookies = RequestsCookieJar()
        return self._cookies

    @cookies.setter
    def cookies(self, jar: Any) -> None:
        from requests.cookies import cookiejar_from_dict

        self._cookies = cookiejar_from_dict(jar) if isinstance(jar, dict) else jar

    def prepare_request(self, request: Request) -> PreparedRequest:
        prepared = PreparedRequest()
        prepared.prepare(
            method=request.method.upper() if request.method else request.method,
            url=request.url,
            files=request.files,
            data=request.data,
            json=request.json,
            headers=merge_setting(request.headers, self.headers, dict_class=CaseInsensitiveDict),
            params=merge_setting(request.params, self.params),
            auth=merge_setting(request.auth, self.auth),
            cookies=self._cookies_for(request.cookies),
            hooks=self._hooks_for(request.hooks),
        )
        return prepared

    def _cookies_for(self, given: Any) -> Any:
        if not given and not self._cookies:
            return None
        from requests.cookies import RequestsCookieJar, cookiejar_from_dict, merge_cookies

        of_request = cookiejar_from_dict(given) if isinstance(given, dict) else given
        jar = merge_cookies(RequestsCookieJar(), self.cookies)
        return merge_cookies(jar, of_request) if of_request else jar

    def _hooks_for(self, given: Any) -> Any:
        return self.hooks if not given or not given.get("response") else merge_setting(given, self.hooks)

    def request(
        self,
        method: str,
        url: Any,
        params: Any = None,
        data: Any = None,
        headers: Any = None,
        cookies: Any = None,
        files: Any = None,
        auth: Any = None,
        timeout: Any = None,
        allow_redirects: bool = True,
        proxies: Any = None,
        hooks: Any = None,
        stream: Optional[bool] = None,
        verify: Any = None,
        cert: Any = None,
        json: Any = None,
    ) -> Response:
        request = Request(method, url, headers, files, data or {}, params or {}, auth, cookies, hooks, json)
        return self.send(
            self.prepare_request(request),
            timeout=timeout,
            allow_redirects=allow_redirects,
            **self.merge_environment_settings(url, proxies or {}, stream, verify, cert),
        )

    def merge_environment_settings(self, url: Any, proxies: Any, stream: Any, verify: Any, cert: Any) -> dict[str, Any]:
        """Those of the session where a request has none; there is no environment."""
        return {
            "proxies": merge_setting(proxies, self.proxies),
            "stream": merge_setting(stream, self.stream),
            "verify": merge_setting(verify, self.verify),
            "cert": merge_setting(cert, self.cert),
        }

    def get(self, url: Any, **more: Any) -> Response:
        more.setdefault("allow_redirects", True)
        return self.request("GET", url, **more)

    def options(self, url: Any, **more: Any) -> Response:
        more.setdefault("allow_redirects", True)
        return self.request("OPTIONS", url, **more)

    def head(self, url: Any, **more: Any) -> Response:
        more.setdefault("allow_redirects", False)
        return self.request("HEAD", url, **more)

    def post(self, url: Any, data: Any = None, json: Any = None, **more: Any) -> Response:
        return self.request("POST", url, data=data, json=json, **more)

    def put(self, url: Any, data: Any = None, **more: Any) -> Response:
        return self.request("PUT", url, data=data, **more)

    def patch(self, url: Any, data: Any = None, **more: Any) -> Response:
        return self.request("PATCH", url, data=data, **more)

    def delete(self, url: Any, **more: Any) -> Response:
        return self.request("DELETE", url, **more)

    def send(self, request: Any, **more: Any) -> Response:
        """
        Sends a prepared request, and follows redirects.

        :raises requests.exceptions.RequestException: when there is no answer
        """
        if isinstance(request, Request):
            raise ValueError("You can only send PreparedRequests.")
        settings = {
            name: more[name] if name in more else getattr(self, name)
            for name in ("stream", "verify", "cert", "proxies")
        }
        allow_redirects = more.get("allow_redirects", True)
        settings["timeout"] = more.get("timeout")
        response = self._send_once(request, settings)
        redirects = self._follow(response, request, settings)
        if not allow_redirects:
            response._next = next_request(response, request, self)
            return response
        followed = [response, *redirects]
        last = followed.pop()
        if followed:
            last.history = followed
        return last

    def _send_once(self, request: PreparedRequest, settings: Mapping[str, Any]) -> Response:
        adapter = self.get_adapter(url=request.url)
        began = time.perf_counter()
        response = adapter.send(request, **settings)
        response.elapsed = timedelta(seconds=time.perf_counter() - began)
        response = dispatch_hook("response", request.hooks, response, **settings)
        for each in (*response.history, response):
            self._keep_cookies(each)
        return response

    def _keep_cookies(self, response: Response) -> None:
        if any(name.lower() == "set-cookie" for name, _ in response._header_list):
            from requests.cookies import extract_cookies_to_jar

            extract_cookies_to_jar(self.cookies, response.request, response._header_list)

    def _follow(self, response: Response, request: PreparedRequest, settings: Mapping[str, Any]) -> Iterator[Response]:
        followed: list[Response] = []
        following = next_request(response, request, self)
        while following is not None:
            followed.append(response)
            response.history = followed[:-1]
            if len(followed) > self.max_redirects:
                raise TooManyRedirects(f"Exceeded {self.max_redirects} redirects.", response=response, request=request)
            response = self._send_once(following, settings)
            yield response
            following = next_request(response, following, self)

    def get_adapter(self, url: str) -> BaseAdapter:
        for prefix, adapter in self.adapters.items():
            if url.lower().startswith(prefix.lower()):
                return adapter
        raise InvalidSchema(f"No connection adapters were found for {url!r}")

    def mount(self, prefix: str, adapter: BaseAdapter) -> None:
        """Sends with an adapter whatever begins like that; longer beginnings go first."""
        self.adapters[prefix] = adapter
        for key in [key for key in self.adapters if len(key) < len(prefix)]:
            self.adapters[key] = self.adapters.pop(key)

    def close(self) -> None:
        for adapter in self.adapters.values():
            adapter.close()

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()


def session() -> Session:
    return Session()
