"""The request that an answer redirects to. requests: "Redirection and History"."""

from __future__ import annotations

import contextlib
from typing import Any, Optional
from urllib.parse import urljoin, urlsplit

from requests.exceptions import UnrewindableBodyError
from requests.models import PreparedRequest, Response
from requests.utils import requote_uri

_BODY_HEADERS = ("Content-Length", "Content-Type", "Transfer-Encoding")


def next_request(response: Response, request: PreparedRequest, session: Any) -> Optional[PreparedRequest]:
    """None where an answer redirects nowhere."""
    if not response.is_redirect:
        return None
    following = request.copy()
    following.url = _target(response, request)
    following.method = _method(response.status_code, request.method)
    if response.status_code not in (307, 308):
        for name in _BODY_HEADERS:
            following.headers.pop(name, None)
        following.body = None
    _rewind(following.body)
    following.headers.pop("Cookie", None)
    following.prepare_cookies(_cookies_after(response, request, session))
    if "Authorization" in following.headers and leads_elsewhere(response.request.url, following.url):
        del following.headers["Authorization"]
    return following


def leads_elsewhere(old: str, new: str) -> bool:
    """Whether an Authorization is not meant for where a redirect leads: http to https of the same host is fine."""
    before, after = urlsplit(old), urlsplit(new)
    if before.hostname != after.hostname:
        return True
    ports = {"http": 80, "https": 443}
    default_before = before.port in (None, ports.get(before.scheme))
    default_after = after.port in (None, ports.get(after.scheme))
    if (before.scheme, after.scheme) == ("http", "https") and default_before and default_after:
        return False
    if before.scheme == after.scheme and default_before and default_after:
        return False
    return (before.scheme, before.port) != (after.scheme, after.port)


def _target(response: Response, request: PreparedRequest) -> str:
    location = response.headers["location"]
    with contextlib.suppress(UnicodeError):
        location = location.encode("latin1").decode("utf-8")
    if location.startswith("//"):
        location = f"{urlsplit(response.url).scheme}:{location}"
    parts = urlsplit(location)
    if not parts.fragment:
        parts = parts._replace(fragment=urlsplit(request.url).fragment)
    location = parts.geturl()
    return requote_uri(location if parts.netloc else urljoin(response.url, requote_uri(location)))


def _method(status: int, method: str) -> str:
    """As browsers do it, which is not what the standard once said."""
    becomes_get = (status in (302, 303) and method != "HEAD") or (status == 301 and method == "POST")
    return "GET" if becomes_get else method


def _rewind(body: Any) -> None:
    if body is None or isinstance(body, (str, bytes)):
        return
    try:
        body.seek(0)
    except (AttributeError, OSError):
        raise UnrewindableBodyError("Unable to rewind request body for redirect.") from None


def _cookies_after(response: Response, request: PreparedRequest, session: Any) -> Any:
    """Those that the request had, those that the redirect sets, and those of the session."""
    if request._cookies is None and not session._cookies:
        return None
    from requests.cookies import RequestsCookieJar, extract_cookies_to_jar, merge_cookies

    jar = RequestsCookieJar() if request._cookies is None else request._cookies.copy()
    extract_cookies_to_jar(jar, response.request, response._header_list)
    return merge_cookies(jar, session.cookies)
