"""One request each. requests: "Main Interface"."""

from __future__ import annotations

from typing import Any

from requests.models import Response
from requests.sessions import Session


def request(method: str, url: Any, **more: Any) -> Response:
    """
    :param params: behind the URL's query: a dict, pairs, or text
    :param data: the body: a form as a dict or pairs, text, bytes, or a file
    :param json: the body as JSON
    :param headers: by name
    :param cookies: a dict or a cookie jar
    :param files: of a form, by field
    :param auth: name and password, or what authenticates a request
    :param timeout: seconds, or a pair of those to connect and those to read
    :param allow_redirects: whether redirects are followed, each through the egress policies
    :raises requests.exceptions.RequestException: when there is no answer
    """
    with Session() as session:
        return session.request(method=method, url=url, **more)


def get(url: Any, params: Any = None, **more: Any) -> Response:
    return request("get", url, params=params, **more)


def options(url: Any, **more: Any) -> Response:
    return request("options", url, **more)


def head(url: Any, **more: Any) -> Response:
    more.setdefault("allow_redirects", False)
    return request("head", url, **more)


def post(url: Any, data: Any = None, json: Any = None, **more: Any) -> Response:
    return request("post", url, data=data, json=json, **more)


def put(url: Any, data: Any = None, **more: Any) -> Response:
    return request("put", url, data=data, **more)


def patch(url: Any, data: Any = None, **more: Any) -> Response:
    return request("patch", url, data=data, **more)


def delete(url: Any, **more: Any) -> Response:
    return request("delete", url, **more)
