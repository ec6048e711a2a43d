from __future__ import annotations

import json as _json
from collections.abc import Callable, Mapping
from typing import Any, Optional

from requests._multipart import encode_files
from requests._url import encode_params, prepare_url
from requests.auth import HTTPBasicAuth
from requests.exceptions import InvalidJSONError
from requests.hooks import HOOKS, default_hooks
from requests.structures import CaseInsensitiveDict
from requests.utils import check_header_validity, get_auth_from_url, super_len


class _Hooked:
    hooks: dict[str, list[Any]]

    def register_hook(self, event: str, hook: Any) -> None:
        if event not in HOOKS:
            raise ValueError(f'Unsupported event specified, with event name "{event}"')
        self.hooks[event].extend([hook] if isinstance(hook, Callable) else hook)  # type: ignore[arg-type]

    def deregister_hook(self, event: str, hook: Any) -> bool:
        known = hook in self.hooks[event]
        if known:
            self.hooks[event].remove(hook)
        return known


class Request(_Hooked):
    """A request as code describes it; `Session.prepare_request` makes of it what is sent."""

    def __init__(
        self,
        method: Optional[str] = None,
        url: Any = None,
        headers: Any = None,
        files: Any = None,
        data: Any = None,
        params: Any = None,
        auth: Any = None,
        cookies: Any = None,
        hooks: Optional[Mapping[str, Any]] = None,
        json: Any = None,
    ) -> None:
        self.method = method
        self.url = url
        self.headers = {} if headers is None else headers
        self.files = [] if files is None else files
        self.data = [] if data is None else data
        self.params = {} if params is None else params
        self.auth = auth
        self.cookies = cookies
        self.json = json
        self.hooks = default_hooks()
        for event, hook in (hooks or {}).items():
            self.register_hook(event, hook)

    def prepare(self) -> PreparedRequest:
        prepared = PreparedRequest()
        prepared.prepare(
            self.method, self.url, self.headers, self.files, self.data, self.params, self.auth, self.cookies,
            self.hooks, self.json,
        )  # fmt: skip
        return prepared

    def __repr__(self) -> str:
        return f"<Request [{self.method}]>"


class PreparedRequest(_Hooked):
    """What is sent: method, url, headers, body."""

    def __init__(self) -> None:
        self.method: Any = None
        self.url: Any = None
        self.headers: Any = None
        self._cookies: Any = None
        self.body: Any = None
        self.hooks = default_hooks()

    def prepare(
        self,
        method: Any = None,
        url: Any = None,
        headers: Any = None,
        files: Any = None,
        data: Any = None,
        params: Any = None,
        auth: Any = None,
        cookies: Any = None,
        hooks: Any = None,
        json: Any = None,
    ) -> None:
        self.prepare_method(method)
        self.prepare_url(url, params)
        self.prepare_headers(headers)
        self.prepare_cookies(cookies)
        self.prepare_body(data, files, json)
        # What authenticates may sign all that is before it.
        self.prepare_auth(auth, url)
        self.prepare_hooks(hooks)

    def prepare_method(self, method: Any) -> None:
        text = method.decode("ascii") if isinstance(method, bytes) else method
        self.method = text and text.upper()

    def prepare_url(self, url: Any, params: Any) -> None:
        self.url = prepare_url(url, params)

    def prepare_headers(self, headers: Any) -> None:
        self.headers = CaseInsensitiveDict()
        for header in (headers or {}).items():
            check_header_validity(header)
            name, value = header
            self.headers[name.decode("ascii") if isinstance(name, bytes) else name] = value

    def prepare_cookies(self, cookies: Any) -> None:
        if not cookies:
            return
        from http.cookiejar import CookieJar

        from requests.cookies import cookiejar_from_dict, get_cookie_header

        self._cookies = cookies if isinstance(cookies, CookieJar) else cookiejar_from_dict(cookies)
        header = get_cookie_header(self._cookies, self)
        if header is not None:
            self.headers["Cookie"] = header

    def prepare_body(self, data: Any, files: Any, json: Any = None) -> None:
        content_type = None
        body = None
        if not data and json is not None:
            content_type = "application/json"
            try:
                body = _json.dumps(json, allow_nan=False).encode()
            except ValueError as error:
                raise InvalidJSONError(error, request=self) from None
        if hasattr(data, "__iter__") and not isinstance(data, (str, bytes, list, tuple, Mapping)):
            if files:
                raise NotImplementedError("Streamed bodies and files are mutually exclusive.")
            self.body = data
            length = super_len(data)
            if length:
                self.headers["Content-Length"] = str(length)
            else:
                self.headers["Transfer-Encoding"] = "chunked"
        else:
            if files:
                body, content_type = encode_files(files, data)
            elif data:
                body = encode_params(data)
                is_form = not isinstance(data, (str, bytes)) and not hasattr(data, "read")
                content_type = "application/x-www-form-urlencoded" if is_form else None
            self.prepare_content_length(body)
            self.body = body
        if content_type and "content-type" not in self.headers:
            self.headers["Content-Type"] = content_type

    def prepare_content_length(self, body: Any) -> None:
        if body is not None:
            length = super_len(body)
            if length:
                self.headers["Content-Length"] = str(length)
        elif self.method not in ("GET", "HEAD") and self.headers.get("Content-Length") is None:
            self.headers["Content-Length"] = "0"

    def prepare_auth(self, auth: Any, url: Any = "") -> None:
        if auth is None:
            in_url = get_auth_from_url(self.url)
            auth = in_url if any(in_url) else None
        if not auth:
            return
        if isinstance(auth, tuple) and len(auth) == 2:
            auth = HTTPBasicAuth(*auth)
        self.__dict__.update(auth(self).__dict__)
        self.prepare_content_length(self.body)

    def prepare_hooks(self, hooks: Any) -> None:
        for event, hook in (hooks or {}).items():
            self.register_hook(event, hook)

    @property
    def path_url(self) -> str:
        """Path and query."""
        _, _, rest = self.url.partition("://")
        path = rest[len(rest.split("/", 1)[0].split("?", 1)[0]) :].split("#", 1)[0]
        return path if path.startswith("/") else f"/{path}"

    def copy(self) -> PreparedRequest:
        copied = PreparedRequest()
        copied.__dict__.update(self.__dict__)
        copied.headers = None if self.headers is None else self.headers.copy()
        copied._cookies = self._cookies.copy() if hasattr(self._cookies, "copy") else self._cookies
        return copied

    def __repr__(self) -> str:
        return f"<PreparedRequest [{self.method}]>"
